import type { Outcome } from '@latchkey/identity'
import type { Store } from '@latchkey/store'
import {
  type Algorithm,
  claimDpopProof,
  dpopNonceAge,
  type HandleKeys,
  issueDpopNonce,
  type SecretSource,
  verifyDpopProof,
} from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuseToken, unavailableWhenDown } from './refusals.js'

/** Proof of possession by DPoP (RFC 9449). Replays are found through the store. */
export interface DpopOptions {
  /**
   * What clients call the server, such as `https://api.example.com`; proofs name it. It is not
   * taken from the `Host` field, which the sender chooses.
   */
  readonly origin: string
  /** Whether tokens must be bound to a key. Default `false`: those that are must be proved. */
  readonly required?: boolean
  /** Default ES256, ES384, ES512, PS256, PS384, PS512, EdDSA, Ed25519. */
  readonly algorithms?: readonly Algorithm[]
  /** By how many seconds the time of a proof may differ. Default 60. */
  readonly window?: number
  /** Secrets for nonces, which every proof must then hold. Default: no nonces. */
  readonly nonceSecret?: SecretSource
  /** Seconds that a nonce is good for. Default 300. */
  readonly nonceLifetime?: number
}

/** The options with every default in place. */
export interface DpopSettings {
  readonly store: Store
  readonly origin: string
  readonly required: boolean
  readonly algorithms: ReadonlySet<Algorithm>
  readonly window: number
  readonly nonceKeys: HandleKeys | null
  readonly nonceLifetime: number
  readonly clock: () => number
}

/**
 * Checks that the sender of a bound token holds its key.
 *
 * @returns `null` when it does.
 */
export type DpopGuard = (
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  jkt: string,
) => Outcome | Promise<Outcome>

/** Prepares the check of proofs. */
export function createDpopGuard(settings: DpopSettings): DpopGuard {
  const { store, origin, algorithms, window, nonceKeys, nonceLifetime, clock } = settings

  function checkNonce(nonce: string, now: number, keys: HandleKeys, reply: FastifyReply): boolean {
    const age = dpopNonceAge(nonce, keys, now, nonceLifetime)
    if (age !== null && age > nonceLifetime / 2) {
      reply.header('dpop-nonce', issueDpopNonce(keys, now))
    }
    return age !== null
  }

  return (request, reply, token, jkt) => {
    const field = request.headers.dpop
    if (typeof field !== 'string') return refuseToken('proof-missing')
    const now = clock()
    const proof = verifyDpopProof(field, {
      method: request.method,
      url: origin + request.originalUrl,
      now,
      window,
      algorithms,
      accessToken: token,
      ...(nonceKeys && { isNonce: (nonce) => checkNonce(nonce, now, nonceKeys, reply) }),
    })
    if (proof === 'nonce' && nonceKeys !== null) {
      const { refusal } = refuseToken('nonce')
      return { refusal: { ...refusal, headers: { 'dpop-nonce': issueDpopNonce(nonceKeys, now) } } }
    }
    if (typeof proof === 'string') return refuseToken(proof)
    if (proof.thumbprint !== jkt) return refuseToken('proof-binding')
    return claimDpopProof(store, proof).then(
      (isFirst) => (isFirst ? null : refuseToken('proof-replayed')),
      unavailableWhenDown,
    )
  }
}
