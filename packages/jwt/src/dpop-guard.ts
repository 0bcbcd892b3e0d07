import type { Outcome } from '@latchkey/identity'
import {
  claimDpopProof,
  dpopNonceAge,
  type HandleKeys,
  issueDpopNonce,
  verifyDpopProof,
} from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DpopSettings } from './dpop-settings.js'
import { refuseToken, unavailableWhenDown } from './refusals.js'

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
    // The next one comes in time, so that a busy client is never sent back for it.
    if (age !== null && age > nonceLifetime / 2) {
      reply.header('dpop-nonce', issueDpopNonce(keys, now))
    }
    return age !== null
  }

  function askForNonce(keys: HandleKeys, now: number): Outcome {
    const { refusal } = refuseToken('nonce')
    return { refusal: { ...refusal, headers: { 'dpop-nonce': issueDpopNonce(keys, now) } } }
  }

  return (request, reply, token, jkt) => {
    const field = request.headers.dpop
    if (typeof field !== 'string') return refuseToken('proof-missing')
    // Only a path makes a URL of ours; a target may also be absolute, and name another host.
    if (!request.originalUrl.startsWith('/')) return refuseToken('proof-url')
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
    if (proof === 'nonce') return askForNonce(nonceKeys as HandleKeys, now)
    if (typeof proof === 'string') return refuseToken(proof)
    if (proof.thumbprint !== jkt) return refuseToken('proof-binding')
    return claimDpopProof(store, proof).then(
      (isFirst) => (isFirst ? null : refuseToken('proof-replayed')),
      unavailableWhenDown,
    )
  }
}
