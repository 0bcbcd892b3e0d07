import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Decision } from './authorizer.js'
import { type Challenge, serializeChallenges } from './challenge.js'
import * as errors from './errors.js'
import { channels, publishEvent } from './events.js'
import type { Identity } from './identity.js'
import type { Mechanism, Refusal, Unavailable } from './mechanism.js'
import type { OriginFault } from './origin.js'

/** What one mechanism made of a request; for the log, without the credential. */
export interface Attempt {
  readonly mechanism: string
  readonly outcome: 'nothing' | 'refused' | 'unavailable' | 'failed'
  readonly reason?: string
}

/** An error of this package, with what was tried. */
export interface AuthError extends Error {
  readonly code: string
  readonly statusCode: number
  readonly attempts: readonly Attempt[]
}

/** A mechanism that refused, or `null` when nothing was presented. */
type Culprit = { readonly mechanism: Mechanism; readonly refusal: Refusal } | null

/** Answers 401, 400 or 429: prepares the reply, tells subscribers, and returns what to throw. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  mechanisms: readonly Mechanism[],
  culprit: Culprit,
): AuthError {
  const refusal = culprit?.refusal
  const status = refusal?.status ?? 401
  if (status === 401) offer(reply, challengesOf(request, mechanisms, culprit))
  else if (culprit !== null && status === 400) {
    offer(reply, compact([culprit.mechanism.challenge(culprit.refusal, request)]))
  }
  for (const [name, value] of Object.entries(refusal?.headers ?? {})) reply.header(name, value)
  if (refusal?.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter)
  reply.header('cache-control', 'no-store')
  publishEvent(channels.refused, request, {
    mechanism: culprit?.mechanism.name,
    credentialId: refusal?.credentialId,
    reason: refusal?.reason ?? 'missing',
  })
  const attempts: Attempt[] = mechanisms
    .filter((mechanism) => mechanism !== culprit?.mechanism)
    .map((mechanism) => ({ mechanism: mechanism.name, outcome: 'nothing' }))
  if (culprit !== null) {
    const { mechanism, refusal } = culprit
    attempts.push({ mechanism: mechanism.name, outcome: 'refused', reason: refusal.reason })
  }
  return withAttempts(new (errorOf(status, culprit))(), attempts)
}

function errorOf(status: 400 | 401 | 429, culprit: Culprit): typeof errors.Refused {
  if (status === 400) return errors.Malformed
  if (status === 429) return errors.Throttled
  return culprit === null ? errors.Unauthenticated : errors.Refused
}

/** Answers 400: two explicit credentials, or one of them twice. Nothing has been verified. */
export function refuseAmbiguous(
  request: FastifyRequest,
  reply: FastifyReply,
  reason: 'ambiguous' | 'repeated',
): AuthError {
  reply.header('cache-control', 'no-store')
  publishEvent(channels.refused, request, { reason })
  return withAttempts(new (reason === 'repeated' ? errors.Malformed : errors.Ambiguous)(), [])
}

/** Answers 503. */
export function refuseUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  mechanism: Mechanism,
  unavailable: Unavailable,
): AuthError {
  reply.header('retry-after', unavailable.retryAfter ?? 1).header('cache-control', 'no-store')
  publishEvent(channels.unavailable, request, {
    mechanism: mechanism.name,
    reason: unavailable.reason,
  })
  return withAttempts(new errors.Unavailable503({ cause: unavailable.cause }), [
    { mechanism: mechanism.name, outcome: 'unavailable', reason: unavailable.reason },
  ])
}

/** Answers 500: a mechanism or an authorizer threw. */
export function refuseFailed(reply: FastifyReply, by: string, cause: unknown): AuthError {
  reply.header('cache-control', 'no-store')
  return withAttempts(new errors.Failed({ cause }), [{ mechanism: by, outcome: 'failed' }])
}

/** Answers 403: the request comes from another site's page. */
export function refuseOrigin(
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  fault: OriginFault,
): AuthError {
  reply.header('cache-control', 'no-store')
  publishEvent(channels.csrf, request, { ...about(identity), reason: fault })
  return withAttempts(new errors.CrossSite(), [
    { mechanism: identity.mechanism, outcome: 'refused', reason: fault },
  ])
}

/**
 * Answers a decision that is not `allow`: 403, with `insufficient_scope` where a scope would have
 * helped, or 401 with the step-up challenge of RFC 9470.
 *
 * @param mechanism The one that proved the identity: the challenge speaks its scheme.
 * @returns What to throw; the reply has its headers already.
 */
export function refuseDecision(
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  mechanism: Mechanism | undefined,
  decision: Exclude<Decision, { effect: 'allow' }>,
): AuthError {
  reply.header('cache-control', 'no-store')
  const denial = decision.effect === 'deny' ? decision : undefined
  const cause =
    decision.effect === 'challenge'
      ? decision.stepUp
      : decision.scope === undefined
        ? undefined
        : ({ error: 'insufficient_scope', scope: decision.scope } as const)
  if (cause !== undefined && mechanism !== undefined) {
    offer(reply, compact([mechanism.challenge(cause, request)]))
  }
  const reason = decision.effect === 'challenge' ? decision.stepUp.reason : decision.reason
  publishEvent(channels.denied, request, {
    ...about(identity),
    reason,
    details: denial?.details,
  })
  const error =
    decision.effect === 'challenge' ? new errors.StepUpRequired() : new errors.Forbidden()
  if (denial?.disclose !== undefined) error.message = denial.disclose
  return withAttempts(error, [{ mechanism: identity.mechanism, outcome: 'refused', reason }])
}

/** The fields of an event that say whose it is. */
export function about(identity: Identity): {
  mechanism: string
  subject: string
  issuer: string
  credentialId: string
} {
  const { mechanism, subject, issuer, credentialId } = identity
  return { mechanism, subject, issuer, credentialId }
}

function challengesOf(
  request: FastifyRequest,
  mechanisms: readonly Mechanism[],
  culprit: Culprit,
): Challenge[] {
  const others = mechanisms.filter((mechanism) => mechanism !== culprit?.mechanism)
  return compact([
    culprit === null ? null : culprit.mechanism.challenge(culprit.refusal, request),
    ...others.map((mechanism) => mechanism.challenge(undefined, request)),
  ])
}

function compact(challenges: readonly (Challenge | null)[]): Challenge[] {
  return challenges.filter((challenge) => challenge !== null)
}

function offer(reply: FastifyReply, challenges: readonly Challenge[]): void {
  if (challenges.length > 0) reply.header('www-authenticate', serializeChallenges(challenges))
}

function withAttempts(error: Error, attempts: readonly Attempt[]): AuthError {
  return Object.assign(error, { attempts }) as AuthError
}
