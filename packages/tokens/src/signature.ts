import { constants, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'
import { type Algorithm, algorithms } from './algorithm.js'
import { type MacHash, prepareMac } from './mac.js'

/** Checks a signature over a text. Never throws. */
export type Verifier = (signingInput: string, signature: Uint8Array) => boolean

/** Makes a signature over a text, in base64url. A promise when a key service makes it. */
export type Signer = (signingInput: string) => string | Promise<string>

const pss = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
} as const

function keyOptions(algorithm: Algorithm, key: KeyObject) {
  const { family } = algorithms[algorithm]
  if (family === 'ecdsa') return { key, dsaEncoding: 'ieee-p1363' } as const
  return family === 'rsa-pss' ? { key, ...pss } : { key }
}

/**
 * Prepares a key for one algorithm, so that verifying rebuilds nothing.
 *
 * @param key A public key that fits the algorithm, or a secret key for HS256, HS384 and HS512.
 */
export function prepareVerifier(algorithm: Algorithm, key: KeyObject): Verifier {
  const { hash, family, signatureLength } = algorithms[algorithm]
  if (family === 'hmac') {
    const mac = prepareMac(key.export(), hash as MacHash)
    return (signingInput, signature) =>
      signature.byteLength === signatureLength &&
      timingSafeEqual(Buffer.from(mac(signingInput), 'base64url'), signature)
  }
  const options = keyOptions(algorithm, key)
  return (signingInput, signature) => {
    if (signatureLength !== null && signature.byteLength !== signatureLength) return false
    return verify(hash, Buffer.from(signingInput), options, signature)
  }
}

/**
 * Prepares a key for signing with one algorithm.
 *
 * @param key A private key that fits the algorithm, or a secret key for HS256, HS384 and HS512.
 */
export function prepareSigner(algorithm: Algorithm, key: KeyObject): (input: string) => string {
  const { hash, family } = algorithms[algorithm]
  if (family === 'hmac') return prepareMac(key.export(), hash as MacHash)
  const options = keyOptions(algorithm, key)
  return (signingInput) => sign(hash, Buffer.from(signingInput), options).toString('base64url')
}
