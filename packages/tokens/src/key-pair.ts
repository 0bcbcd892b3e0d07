import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { type Algorithm, algorithms } from './algorithm.js'
import { KeysError } from './errors.js'
import type { JsonObject } from './json.js'
import type { Jwk } from './jwk-shape.js'
import { jwkThumbprint } from './thumbprint.js'

const generate = promisify(generateKeyPair)
const modulusLength = 3072

async function generatePrivateKey(algorithm: Algorithm) {
  const { family, curve } = algorithms[algorithm]
  if (family === 'ecdsa') return generate('ec', { namedCurve: curve as string })
  if (family === 'eddsa') return generate('ed25519')
  if (family !== 'hmac') return generate('rsa', { modulusLength })
  throw new KeysError(`${algorithm} has no key pairs`)
}

/**
 * Generates a key pair: on the curve of the algorithm, or RSA of 3072 bits.
 *
 * @returns The private JWK, its `kid` being its thumbprint.
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` for HS256, HS384 and HS512.
 */
export async function generatePrivateJwk(algorithm: Algorithm): Promise<JsonObject> {
  const { privateKey } = await generatePrivateKey(algorithm)
  const jwk = privateKey.export({ format: 'jwk' }) as unknown as Jwk
  return { ...jwk, kid: jwkThumbprint(jwk), alg: algorithm, use: 'sig' }
}
