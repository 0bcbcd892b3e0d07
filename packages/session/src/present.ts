import type { FastifyRequest } from 'fastify'
import { Ended } from './errors.js'
import { DUPLICATE } from './find-cookie.js'
import type { House } from './house.js'
import { type Finding, inspectToken, type LiveFinding } from './inspect.js'
import type { Login, SessionRecord } from './record.js'
import { parseSessionId } from './token.js'

/** A presented session that somebody is logged in to. */
export type PresentedLogin = LiveFinding & { readonly record: { readonly login: Login } }

/**
 * Reads the session that a request presents, or has got meanwhile, from the store.
 *
 * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE` when the store does not answer.
 */
export async function presentSession(house: House, request: FastifyRequest): Promise<Finding> {
  const got = house.pending.value(request)
  const text = got === undefined ? house.cookie.read(request) : got
  const id = text === null || text === DUPLICATE ? null : parseSessionId(text)
  if (text === null || text === DUPLICATE || id === null) {
    return { isLive: false, isStale: typeof text === 'string' }
  }
  return inspectToken(house, id, text, house.replica.isStale())
}

/**
 * Reads the login that a request presents with its current token.
 *
 * @throws {Error} `LATCHKEY_SESSION_ENDED` when there is none; `LATCHKEY_SESSION_UNAVAILABLE`.
 */
export async function requireLogin(house: House, request: FastifyRequest): Promise<PresentedLogin> {
  const finding = await presentSession(house, request)
  if (finding.isLive && !finding.isPrevious && hasLogin(finding)) return finding
  throw new Ended()
}

function hasLogin(finding: LiveFinding): finding is PresentedLogin {
  return finding.record.login !== null
}

/** Whether a record belongs to the login's subject, as far as one can tell subjects apart. */
export function isSameSubject(
  record: SessionRecord,
  login: Pick<Login, 'subject' | 'tenant'>,
): boolean {
  return record.login?.subject === login.subject && record.login.tenant === login.tenant
}

/** Whether a request only reads, as far as its method says. */
export function isReading({ method, headers }: FastifyRequest): boolean {
  return (method === 'GET' && headers.upgrade === undefined) || method === 'HEAD'
}
