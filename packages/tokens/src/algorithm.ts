/** The JWS algorithms that are implemented (RFC 7518 §3.1, RFC 8037, RFC 9864). */
export type Algorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** What an algorithm is made of. */
export interface AlgorithmParts {
  readonly family: 'hmac' | 'rsa' | 'rsa-pss' | 'ecdsa' | 'eddsa'
  /** The hash by its name in node:crypto; `null` for EdDSA, which has its own. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null
  /** The curve by its name in a JWK; `null` where there is none. */
  readonly curve: 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | null
  /** Length of a signature in bytes; `null` where it is that of the RSA modulus. */
  readonly signatureLength: number | null
}

/** Every algorithm with its parts. `none` is not one of them. */
export const algorithms: Readonly<Record<Algorithm, AlgorithmParts>> = {
  HS256: { family: 'hmac', hash: 'sha256', curve: null, signatureLength: 32 },
  HS384: { family: 'hmac', hash: 'sha384', curve: null, signatureLength: 48 },
  HS512: { family: 'hmac', hash: 'sha512', curve: null, signatureLength: 64 },
  RS256: { family: 'rsa', hash: 'sha256', curve: null, signatureLength: null },
  RS384: { family: 'rsa', hash: 'sha384', curve: null, signatureLength: null },
  RS512: { family: 'rsa', hash: 'sha512', curve: null, signatureLength: null },
  PS256: { family: 'rsa-pss', hash: 'sha256', curve: null, signatureLength: null },
  PS384: { family: 'rsa-pss', hash: 'sha384', curve: null, signatureLength: null },
  PS512: { family: 'rsa-pss', hash: 'sha512', curve: null, signatureLength: null },
  ES256: { family: 'ecdsa', hash: 'sha256', curve: 'P-256', signatureLength: 64 },
  ES384: { family: 'ecdsa', hash: 'sha384', curve: 'P-384', signatureLength: 96 },
  ES512: { family: 'ecdsa', hash: 'sha512', curve: 'P-521', signatureLength: 132 },
  EdDSA: { family: 'eddsa', hash: null, curve: 'Ed25519', signatureLength: 64 },
  Ed25519: { family: 'eddsa', hash: null, curve: 'Ed25519', signatureLength: 64 },
}

/** Whether a value is the name of an implemented algorithm, letter by letter. */
export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(algorithms, name)
}

/** Whether signer and verifier share one secret. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return algorithms[algorithm].family === 'hmac'
}
