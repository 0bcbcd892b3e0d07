import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithm.js'
import type { JsonObject } from './json.js'
import { usableAlgorithms } from './jwk-lint.js'
import type { Jwk } from './jwk-shape.js'
import { prepareMac } from './mac.js'
import { prepareSigner, prepareVerifier, type Signer, type Verifier } from './signature.js'
import { jwkThumbprint } from './thumbprint.js'

/** A key that is ready to verify. */
export interface VerificationKey {
  readonly kid: string | undefined
  /** What it may be used with; a signature by any other algorithm is refused. */
  readonly algorithms: ReadonlySet<Algorithm>
  readonly thumbprint: string
  /** The public JWK; of a shared secret only `kty`, and what names it. */
  readonly publicJwk: Jwk
  /** Instant in seconds from which it verifies nothing any more. */
  readonly notAfter: number
  /** Checks a signature; `false` also when the algorithm is none of this key's. Never throws. */
  verify(algorithm: Algorithm, signingInput: string, signature: Uint8Array): boolean
}

/** A key that is ready to sign with its one algorithm. */
export interface SigningKey {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly publicJwk: Jwk
  /** Instant in seconds from which it signs nothing any more. */
  readonly notAfter: number
  readonly sign: Signer
}

/** Why a key is not used, in words that follow "it". */
export interface JwkProblem {
  readonly problem: string
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

function importKey(jwk: JsonObject, kind: 'public' | 'private'): KeyObject | null {
  const input = { key: jwk as Record<string, string>, format: 'jwk' } as const
  try {
    if (jwk.kty === 'oct') return createSecretKey(Buffer.from(jwk.k as string, 'base64url'))
    return kind === 'private' ? createPrivateKey(input) : createPublicKey(input)
  } catch {
    return null
  }
}

function publicPart(jwk: JsonObject, more: JsonObject): Jwk {
  const members = publicMembers.filter((member) => jwk[member] !== undefined)
  const part = Object.fromEntries(members.map((member) => [member, jwk[member]]))
  return { ...part, ...more } as unknown as Jwk
}

function findIdProblem(jwk: JsonObject): string | null {
  const { kid } = jwk
  if (kid === undefined) return null
  return typeof kid === 'string' && kid !== '' && kid.length <= 512 ? null : 'has a strange "kid"'
}

function prepareVerificationKey(jwk: JsonObject, notAfter: number): VerificationKey | JwkProblem {
  const usable = findIdProblem(jwk) ?? usableAlgorithms(jwk, 'verify')
  if (typeof usable === 'string') return { problem: usable }
  const key = importKey(jwk, 'public')
  if (key === null) return { problem: 'is not a valid key' }
  const verifiers = new Map<Algorithm, Verifier>()
  for (const algorithm of usable) verifiers.set(algorithm, prepareVerifier(algorithm, key))
  const kid = jwk.kid as string | undefined
  const named = kid === undefined ? {} : { kid }
  return {
    kid,
    algorithms: new Set(usable),
    thumbprint: jwkThumbprint(jwk as unknown as Jwk),
    publicJwk: publicPart(jwk, { ...named, use: 'sig' }),
    notAfter,
    verify(algorithm, signingInput, signature) {
      const verifier = verifiers.get(algorithm)
      return verifier?.(signingInput, signature) ?? false
    },
  }
}

/**
 * Reads a public key that somebody else published, and lints it: RSA moduli below 2048 bits or
 * of the flawed generator, exponent 1, unknown or wrong curves, points off the curve, `alg`, `use`
 * and `key_ops` that do not agree with each other or with verifying.
 *
 * @param notAfter Instant in seconds from which the key is dead. Default: never.
 * @returns The key, or the problem. A JWK that holds a private member or a shared secret is one:
 *   it was published by mistake, and anybody could sign with it.
 */
export function parsePublicJwk(
  jwk: JsonObject,
  notAfter: number = Number.POSITIVE_INFINITY,
): VerificationKey | JwkProblem {
  const secret = privateMembers.some((member) => jwk[member] !== undefined)
  if (secret) return { problem: 'holds private members' }
  return prepareVerificationKey(jwk, notAfter)
}

/**
 * Reads a shared secret (`kty` `oct`) for HS256, HS384 and HS512; it must be as long as the hash.
 *
 * @param notAfter Instant in seconds from which the key is dead. Default: never.
 */
export function parseSecretJwk(
  jwk: JsonObject,
  notAfter: number = Number.POSITIVE_INFINITY,
): VerificationKey | JwkProblem {
  return jwk.kty === 'oct' ? prepareVerificationKey(jwk, notAfter) : { problem: 'is no secret' }
}

function defaultKeyId(jwk: JsonObject): string {
  // The thumbprint of a secret would be its bare digest (RFC 7638 §7); this is not.
  if (jwk.kty === 'oct') return prepareMac(Buffer.from(jwk.k as string))('key id').slice(0, 16)
  return jwkThumbprint(jwk as unknown as Jwk)
}

/**
 * Reads a private key, or a shared secret, for signing.
 *
 * @param algorithm What to sign with. Default: `alg` of the JWK, or what its type and curve ask
 *   for (RS256 for RSA, HS256 for a secret).
 * @param notAfter Instant in seconds from which the key signs nothing. Default: never.
 * @returns The key, its `kid` being that of the JWK or else computed from the key; or the problem.
 */
export function parsePrivateJwk(
  jwk: JsonObject,
  algorithm?: Algorithm,
  notAfter: number = Number.POSITIVE_INFINITY,
): SigningKey | JwkProblem {
  const usable = findIdProblem(jwk) ?? usableAlgorithms(jwk, 'sign')
  if (typeof usable === 'string') return { problem: usable }
  const chosen = algorithm ?? usable.find((name) => name === jwk.alg) ?? usable[0]
  if (chosen === undefined || !usable.includes(chosen)) {
    return { problem: `does not fit the algorithm ${algorithm}` }
  }
  const key = importKey(jwk, 'private')
  if (key === null) return { problem: 'is not a valid private key' }
  const kid = (jwk.kid as string | undefined) ?? defaultKeyId(jwk)
  const publicJwk = publicPart(jwk, { kid, alg: chosen, use: 'sig' })
  return { kid, algorithm: chosen, publicJwk, notAfter, sign: prepareSigner(chosen, key) }
}
