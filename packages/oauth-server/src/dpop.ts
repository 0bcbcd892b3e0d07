import { claimDpopProof, dpopNonceAge, issueDpopNonce, verifyDpopProof } from '@latchkey/tokens'
import { OAuthError } from './oauth-error.js'
import type { Server } from './server.js'

/** What a proof is checked against. */
export interface ProvedRequest {
  readonly method: string
  /** Path of the endpoint, below the issuer's origin; a query in it does not matter. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as they came: only there a second field shows. */
  readonly raw: { readonly rawHeaders: readonly string[] }
}

/** The algorithms that proofs may be signed with. */
export const dpopAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'PS256',
  'RS256',
] as const

const allowed = new Set(dpopAlgorithms)

function invalidProof(cause: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', 'the DPoP proof is missing or wrong', { cause })
}

function countFields({ raw }: ProvedRequest): number {
  return raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'dpop').length
}

/**
 * Verifies the DPoP proof of a request (RFC 9449 §4.3), and takes it for this one request.
 *
 * @param accessToken The token that the proof came with, at a resource.
 * @returns The thumbprint of its key, or `null` when there is no proof.
 * @throws {OAuthError} `invalid_dpop_proof` or `use_dpop_nonce`.
 */
export async function proveKey(
  server: Server,
  request: ProvedRequest,
  accessToken?: string,
): Promise<string | null> {
  const text = request.headers.dpop
  if (text === undefined) return null
  if (typeof text !== 'string' || countFields(request) > 1) throw invalidProof('two proofs')
  const now = server.now()
  const isNonce = (nonce: string) => dpopNonceAge(nonce, server.handleKeys, now) !== null
  const proof = verifyDpopProof(text, {
    method: request.method,
    url: new URL(server.issuer).origin + request.url,
    now,
    algorithms: allowed,
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(server.rules.requireDpopNonce ? { isNonce } : {}),
  })
  if (proof === 'nonce') {
    throw new OAuthError('use_dpop_nonce', 'the proof needs the nonce of this server', {
      headers: { 'dpop-nonce': issueDpopNonce(server.handleKeys, now) },
    })
  }
  if (typeof proof === 'string') throw invalidProof(proof)
  if (!(await claimDpopProof(server.store, proof))) throw invalidProof('a replay')
  return proof.thumbprint
}

/** @throws {OAuthError} `invalid_dpop_proof` where tokens must be bound and there is no proof. */
export function checkBound(server: Server, isRequired: boolean, key: string | null): void {
  if (key === null && (isRequired || server.rules.requireDpop)) throw invalidProof('no proof')
}
