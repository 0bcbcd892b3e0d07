import {
  type Algorithm,
  generatePrivateJwk,
  type JsonObject,
  prepareSigningKey,
} from '../../src/index.js'

/** A fresh private JWK, and how to sign any header and payload with it. */
export async function freshKey(algorithm: Algorithm = 'ES256') {
  const jwk = await generatePrivateJwk(algorithm)
  const key = prepareSigningKey(jwk)
  const { kid, alg, use, ...publicJwk } = key.publicJwk
  return {
    jwk,
    publicJwk: publicJwk as JsonObject,
    kid: key.kid,
    async sign(header: unknown, payload: unknown): Promise<string> {
      const input = [header, payload].map(encode).join('.')
      return `${input}.${await key.sign(input)}`
    },
  }
}

/** A part of a token: JSON, or a text as it is. */
export function encode(part: unknown): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part)
  return Buffer.from(text).toString('base64url')
}
