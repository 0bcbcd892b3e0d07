import { createPrivateKey, createPublicKey, KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithm.js'
import { KeysError } from './errors.js'
import { type JsonObject, parseJsonObject } from './json.js'
import {
  type JwkProblem,
  parsePrivateJwk,
  parsePublicJwk,
  parseSecretJwk,
  type SigningKey,
  type VerificationKey,
} from './jwk.js'
import { parseJwkSet } from './jwk-set.js'
import { checkSecret, type Secret } from './secret.js'

/** A key that an application gives: PEM text, a JWK or its JSON, or a KeyObject. */
export type KeyInput = string | JsonObject | KeyObject

/** A key that signs elsewhere, in a key management service: this process never holds it. */
export interface RemoteSigner {
  readonly kid: string
  readonly algorithm: Algorithm
  /** The public key, to be published and verified with. */
  readonly publicKey: KeyInput
  /** @returns The raw signature: r and s side by side for ECDSA (IEEE P1363), not DER. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** How to use a key that an application gives. */
export interface KeyOptions {
  /** Default: what the key itself says, or its type asks for. */
  readonly algorithm?: Algorithm
  /** Default: that of the JWK, or else the thumbprint. */
  readonly kid?: string
  /** Instant in seconds from which the key neither signs nor verifies. Default: never. */
  readonly notAfter?: number
}

function keep<T extends object>(parsed: T | JwkProblem): T {
  if ('problem' in parsed) throw new KeysError(`a key ${parsed.problem}`)
  return parsed
}

function toJwk(input: KeyInput, kind: 'public' | 'private'): JsonObject {
  if (typeof input === 'object' && !(input instanceof KeyObject)) return input
  const parsed = typeof input === 'string' ? parseJsonObject(input) : null
  if (parsed !== null) return parsed
  try {
    if (input instanceof KeyObject && input.type === kind) return toPlain(input)
    return toPlain(kind === 'private' ? createPrivateKey(input as string) : createPublicKey(input))
  } catch {
    throw new KeysError(`a ${kind} key is neither PEM nor a JWK`)
  }
}

function toPlain(key: KeyObject): JsonObject {
  return key.export({ format: 'jwk' }) as JsonObject
}

function prepareRemoteSigner(signer: RemoteSigner, notAfter: number): SigningKey {
  const { kid, algorithm } = signer
  const jwk = { ...toJwk(signer.publicKey, 'public'), kid, alg: algorithm }
  const { publicJwk } = keep(parsePublicJwk(jwk, notAfter))
  return {
    kid,
    algorithm,
    publicJwk: { ...publicJwk, alg: algorithm },
    notAfter,
    async sign(signingInput) {
      return Buffer.from(await signer.sign(Buffer.from(signingInput))).toString('base64url')
    },
  }
}

/**
 * Prepares a private key, or a signer elsewhere, for signing.
 *
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when it cannot be read, is too weak, or
 *   does not fit the algorithm.
 */
export function prepareSigningKey(
  input: KeyInput | RemoteSigner,
  options: KeyOptions = {},
): SigningKey {
  const notAfter = options.notAfter ?? Number.POSITIVE_INFINITY
  if (typeof input === 'object' && 'sign' in input && typeof input.sign === 'function') {
    return prepareRemoteSigner(input as RemoteSigner, notAfter)
  }
  const jwk = toJwk(input as KeyInput, 'private')
  const named = options.kid === undefined ? jwk : { ...jwk, kid: options.kid }
  return keep(parsePrivateJwk(named, options.algorithm, notAfter))
}

function publicJwkOf(input: KeyInput): JsonObject {
  const jwk = toJwk(input, 'public')
  if (jwk.d === undefined) return jwk
  const { d, p, q, dp, dq, qi, oth, key_ops, ...publicJwk } = jwk
  return publicJwk
}

/**
 * Prepares a public key for verifying. Private members are taken off, for an application may keep
 * one file for both.
 *
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` as {@link prepareSigningKey}.
 */
export function prepareVerificationKey(input: KeyInput, options: KeyOptions = {}): VerificationKey {
  const jwk = publicJwkOf(input)
  const { algorithm: alg = jwk.alg, kid = jwk.kid } = options
  const named = { ...jwk, ...(alg ? { alg } : {}), ...(kid ? { kid } : {}) }
  return keep(parsePublicJwk(named, options.notAfter))
}

/**
 * Prepares a shared secret for HS256, HS384 and HS512.
 *
 * @throws {FastifyError} `LATCHKEY_TOKENS_WEAK_SECRET` when it is guessable or shorter than the
 *   hash of the algorithm.
 */
export function prepareSharedSecret(
  secret: Secret,
  options: KeyOptions & { readonly algorithm: Algorithm },
): { readonly signing: SigningKey; readonly verification: VerificationKey } {
  const { algorithm, kid, notAfter } = options
  checkSecret(secret, `${algorithm} secret`, Number(algorithm.slice(2)) / 8)
  const jwk = {
    kty: 'oct',
    k: Buffer.from(secret as string).toString('base64url'),
    alg: algorithm,
    ...(kid === undefined ? {} : { kid }),
  }
  return {
    signing: keep(parsePrivateJwk(jwk, algorithm, notAfter)),
    verification: keep(parseSecretJwk(jwk, notAfter)),
  }
}

/**
 * Prepares a set of public keys that the application itself wrote down. Unlike in a set from
 * outside, one key that cannot be used is an error.
 *
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS`
 */
export function prepareJwkSet(value: unknown): readonly VerificationKey[] {
  const set = parseJwkSet(value)
  if (set === null) throw new KeysError('they are no set of public JWKs')
  const [refused] = set.refused
  if (refused !== undefined) throw new KeysError(`the key "${refused.kid}" ${refused.problem}`)
  if (set.keys.length === 0) throw new KeysError('the set is empty')
  return set.keys
}
