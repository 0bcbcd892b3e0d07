import type { Store } from '@latchkey/store'
import { type Algorithm, isSymmetric } from './algorithm.js'
import { boundedMap } from './bounded-map.js'
import { isEqualDigest } from './constant-time.js'
import { sha256Base64url } from './digest.js'
import type { JsonObject } from './json.js'
import { parsePublicJwk, type VerificationKey } from './jwk.js'
import type { Jwk } from './jwk-shape.js'
import { isSignedBy, parseJws, parseJwsClaims } from './jws.js'
import { jwkThumbprint } from './thumbprint.js'

/** What a DPoP proof (RFC 9449) must fit. */
export interface DpopExpectations {
  /** Method of the request. */
  readonly method: string
  /** Absolute URL of the request; from configuration, not from its `Host` field. */
  readonly url: string
  /** Seconds. */
  readonly now: number
  /** By how many seconds `iat` may differ. Default 60. */
  readonly window?: number
  /** Default: every asymmetric algorithm that is implemented. */
  readonly algorithms?: ReadonlySet<Algorithm>
  /** The access token that came with the proof; then `ath` is required. */
  readonly accessToken?: string
  /** Whether a nonce is one of ours; then a nonce is required. */
  readonly isNonce?: (nonce: string) => boolean
}

/** A proof that was verified, but may be a replay: see {@link claimDpopProof}. */
export interface DpopProof {
  /** Thumbprint of the key: what `cnf.jkt` of a bound token must be. */
  readonly thumbprint: string
  readonly jti: string
  readonly iat: number
  /** Instant in seconds from which its `iat` is out of the window, and it needs no remembering. */
  readonly expiresAt: number
}

/** What is wrong with a proof. `nonce` asks for the answer `use_dpop_nonce`. */
export type DpopRefusal =
  | 'proof-malformed'
  | 'proof-type'
  | 'proof-algorithm'
  | 'proof-key'
  | 'proof-signature'
  | 'proof-claims'
  | 'proof-method'
  | 'proof-url'
  | 'proof-time'
  | 'proof-token'
  | 'nonce'

const longestProof = 4096
const longestJti = 256
const defaultWindow = 60
const mostKeys = 1000
const keys = boundedMap<VerificationKey>(mostKeys)

function prepareKey(jwk: unknown): VerificationKey | null {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return null
  const { kty, crv, x, y, n, e, ...others } = jwk as JsonObject
  // Only keys that say nothing of themselves but their numbers: the rest is checked each time.
  const plain = Object.keys(others).length === 0 && (kty === 'EC' || kty === 'OKP' || kty === 'RSA')
  const id = plain ? jwkThumbprint(jwk as Jwk) : ''
  const known = keys.get(id)
  if (known !== undefined) return known
  const parsed = parsePublicJwk(jwk as JsonObject)
  if ('problem' in parsed) return null
  if (plain) keys.set(id, parsed)
  return parsed
}

function withoutQuery(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

function isSameUrl(htu: string, url: string): boolean {
  if (htu === url) return true
  const claimed = withoutQuery(htu)
  return claimed !== null && claimed === withoutQuery(url)
}

function findProofRefusal(claims: JsonObject, expected: DpopExpectations): DpopRefusal | null {
  const { jti, htm, htu, iat, ath, nonce } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > longestJti) return 'proof-claims'
  if (typeof htm !== 'string' || typeof htu !== 'string') return 'proof-claims'
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'proof-claims'
  if (htm !== expected.method) return 'proof-method'
  if (!isSameUrl(htu, expected.url)) return 'proof-url'
  if (Math.abs(expected.now - iat) > (expected.window ?? defaultWindow)) return 'proof-time'
  const { accessToken, isNonce } = expected
  if (accessToken !== undefined) {
    if (typeof ath !== 'string') return 'proof-claims'
    if (!isEqualDigest(ath, sha256Base64url(accessToken))) return 'proof-token'
  }
  if (isNonce === undefined) return null
  return typeof nonce === 'string' && isNonce(nonce) ? null : 'nonce'
}

/**
 * Verifies a DPoP proof, all checks of RFC 9449 §4.3 but for replays and for the binding of the
 * token: that needs `thumbprint`.
 *
 * @param text The only `DPoP` field of the request.
 * @returns The proof, or the reason as a string.
 */
export function verifyDpopProof(text: string, expected: DpopExpectations): DpopProof | DpopRefusal {
  const jws = parseJws(text, longestProof)
  if (jws === 'algorithm') return 'proof-algorithm'
  if (typeof jws === 'string') return 'proof-malformed'
  const { alg, typ, parameters } = jws.header
  if (typ !== 'dpop+jwt') return 'proof-type'
  const allowed = expected.algorithms?.has(alg) ?? true
  if (!allowed || isSymmetric(alg)) return 'proof-algorithm'
  const key = prepareKey(parameters.jwk)
  if (key === null) return 'proof-key'
  if (!isSignedBy(jws, key)) return 'proof-signature'
  const claims = parseJwsClaims(jws)
  if (claims === null) return 'proof-claims'
  const refusal = findProofRefusal(claims, expected)
  if (refusal !== null) return refusal
  const { jti, iat } = claims as { jti: string; iat: number }
  const expiresAt = Math.ceil(iat + (expected.window ?? defaultWindow)) + 1
  return { thumbprint: key.thumbprint, jti, iat, expiresAt }
}

/**
 * Takes a proof for this one request (RFC 9449 §11.1): of several that present it at once, in any
 * process that shares the store, exactly one gets it.
 *
 * @returns `false` for a replay.
 */
export function claimDpopProof(store: Store, proof: DpopProof): Promise<boolean> {
  const id = sha256Base64url(`${proof.thumbprint}.${proof.jti}`)
  return store.create(`dpop:${id}`, null, { expiresAt: proof.expiresAt })
}
