import type { Outcome, Refusal } from '@latchkey/identity'

/** What verification answers: never `null`, for something was presented. */
export type Verdict = Exclude<Outcome, null>

/** Why a key is refused; for the log and for events, the client is told one thing only. */
export type RefusalReason =
  | 'malformed'
  | 'repeated'
  | 'unknown'
  | 'secret'
  | 'revoked'
  | 'disabled'
  | 'expired'
  | 'address'
  | 'environment'
  | 'throttled'

const toClient = { error: 'invalid_token', description: 'The API key is not valid' }

/** Nothing of ours: found without any I/O. */
export const MALFORMED: Verdict = Object.freeze({
  refusal: Object.freeze({ reason: 'malformed', ...toClient }),
})

/** A key of an environment that is not accepted here, such as a test key in production. */
export const ELSEWHERE: Verdict = Object.freeze({
  refusal: Object.freeze({ reason: 'environment', ...toClient }),
})

/** Two keys in one request. */
export const REPEATED: Verdict = Object.freeze({
  refusal: Object.freeze({
    reason: 'repeated',
    status: 400,
    error: 'invalid_request',
    description: 'More than one API key was presented',
  } satisfies Refusal),
})

/** A revocation may have been missed, and the policy is to let nobody in: 503. */
export const DEGRADED: Verdict = Object.freeze({
  unavailable: Object.freeze({ reason: 'degraded' }),
})

/** The same answer to the client for every bad key, whatever is bad about it. */
export function refuseKey(reason: RefusalReason, credentialId?: string): Verdict {
  const { error, description } = toClient
  return { refusal: { reason, error, description, credentialId } as Refusal }
}

/** Too many bad keys came from there: 429. */
export function throttleKey(retryAfter: number): Verdict {
  return { refusal: { reason: 'throttled', status: 429, retryAfter } }
}
