import type { Outcome, Refusal } from '@latchkey/identity'
import { isStoreOutage } from '@latchkey/store'
import type { ClaimRefusal, DpopRefusal, JwsRefusal } from '@latchkey/tokens'

/** Why a token is not accepted: for logs and events, never for the client. */
export type RefusalReason =
  | JwsRefusal
  | ClaimRefusal
  | DpopRefusal
  | 'type'
  | 'unknown-issuer'
  | 'unknown-key'
  | 'signature'
  | 'malformed-claims'
  | 'missing-claim'
  | 'not-an-access-token'
  | 'login-in-future'
  | 'lifetime'
  | 'inactive'
  | 'rejected'
  | 'revoked-token'
  | 'revoked-subject'
  | 'revoked-session'
  | 'revoked-client'
  | 'revoked-key'
  | 'not-bound'
  | 'bound-token'
  | 'proof-missing'
  | 'proof-binding'
  | 'proof-replayed'
  | 'certificate'
  | 'confirmation'

/** A refusal that also says in which scheme the challenge speaks. */
export interface TokenRefusal extends Refusal {
  readonly scheme: 'Bearer' | 'DPoP'
}

/** An outcome that refuses. */
export interface RefusedToken {
  readonly refusal: TokenRefusal
}

// One text for every refused token, so that it teaches nothing.
const description = 'The access token is not valid'

const proofReasons: ReadonlySet<string> = new Set<RefusalReason>([
  'proof-missing',
  'proof-malformed',
  'proof-type',
  'proof-algorithm',
  'proof-key',
  'proof-signature',
  'proof-claims',
  'proof-method',
  'proof-url',
  'proof-time',
  'proof-token',
  'proof-replayed',
])
const dpopReasons: ReadonlySet<string> = new Set<RefusalReason>([
  'bound-token',
  'not-bound',
  'proof-binding',
])

function createRefusal(reason: RefusalReason): RefusedToken {
  if (reason === 'nonce') {
    return { refusal: { reason, error: 'use_dpop_nonce', scheme: 'DPoP' } }
  }
  if (proofReasons.has(reason)) {
    const text = 'The DPoP proof is not valid'
    return { refusal: { reason, error: 'invalid_dpop_proof', description: text, scheme: 'DPoP' } }
  }
  const scheme = dpopReasons.has(reason) ? 'DPoP' : 'Bearer'
  return { refusal: { reason, error: 'invalid_token', description, scheme } }
}

const known = new Map<RefusalReason, RefusedToken>()

/**
 * The outcome that refuses a token.
 *
 * @param credentialId The token's public id, where its signature was good; for the audit log.
 */
export function refuseToken(reason: RefusalReason, credentialId?: string): RefusedToken {
  let outcome = known.get(reason)
  if (outcome === undefined) {
    outcome = createRefusal(reason)
    known.set(reason, outcome)
  }
  return credentialId === undefined ? outcome : { refusal: { ...outcome.refusal, credentialId } }
}

/** The outcome for what cannot be found out now. */
export function tokenUnavailable(
  reason: 'keys' | 'store' | 'introspection',
  cause?: unknown,
): Outcome {
  return { unavailable: { reason, cause } }
}

/** Turns an outage of the store into an outcome; anything else stays a fault. */
export function unavailableWhenDown(error: unknown): Outcome {
  if (isStoreOutage(error)) return tokenUnavailable('store', error)
  throw error
}
