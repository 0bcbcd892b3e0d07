import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StepUp } from './authorizer.js'
import { type Challenge, serializeChallenges } from './challenge.js'
import type { Mechanism, Refusal, ScopeShortage } from './mechanism.js'

const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

type Asked = readonly [mechanism: Mechanism, cause: Refusal | StepUp | ScopeShortage | undefined]

/**
 * Puts the challenges of mechanisms on the reply, one line each.
 *
 * @param fallback The scheme to offer where none of them offers anything: a 401 must carry a
 *   challenge (RFC 9110 §15.5.2). `undefined` offers nothing then.
 * @throws {TypeError} When a challenge cannot be written.
 */
export function offerChallenges(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: readonly Asked[],
  fallback: string | undefined,
): void {
  const challenges: Challenge[] = []
  for (const [mechanism, cause] of asked) {
    const challenge = mechanism.challenge(cause, request)
    if (challenge !== null) challenges.push(challenge)
  }
  if (challenges.length === 0 && fallback !== undefined) {
    challenges.push({ scheme: fallback, params: {} })
  }
  if (challenges.length > 0) reply.header('www-authenticate', serializeChallenges(challenges))
}

/** @throws {TypeError} When a name or a value cannot stand in a header; then none is set. */
export function setHeaders(reply: FastifyReply, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (FIELD_NAME.test(name) && FIELD_VALUE.test(value)) continue
    throw new TypeError(`Cannot set the header "${name}": it is not one`)
  }
  reply.headers(headers)
}

/** Writes `Retry-After` (RFC 9110 §10.2.3): whole seconds, at least one. */
export function setRetryAfter(reply: FastifyReply, seconds: number): void {
  const whole = Math.ceil(seconds)
  reply.header('retry-after', whole >= 1 && Number.isSafeInteger(whole) ? whole : 1)
}
