import { type Algorithm, algorithms, isAlgorithm } from './algorithm.js'
import { parseBase64url } from './base64url.js'
import type { JsonObject } from './json.js'
import { findModulusWeakness } from './weak-modulus.js'

const curves: ReadonlyMap<unknown, readonly [Algorithm, number]> = new Map([
  ['P-256', ['ES256', 32]],
  ['P-384', ['ES384', 48]],
  ['P-521', ['ES512', 66]],
])
const edwardsLength = 32
const leastModulusBits = 2048
const mostModulusBits = 8192
const leastSecretBytes = 32

function bytesOf(jwk: JsonObject, member: string): Buffer {
  const text = jwk[member]
  return (typeof text === 'string' && parseBase64url(text)) || Buffer.alloc(0)
}

function findRsaProblem(jwk: JsonObject): string | null {
  const modulus = bytesOf(jwk, 'n')
  const exponent = bytesOf(jwk, 'e')
  const [first] = modulus
  if (first === undefined || first === 0) return 'has no well-formed modulus'
  const bits = modulus.byteLength * 8 - (Math.clz32(first) - 24)
  if (bits < leastModulusBits) return `has an RSA modulus of less than ${leastModulusBits} bits`
  if (bits > mostModulusBits) return `has an RSA modulus of more than ${mostModulusBits} bits`
  const even = ((exponent.at(-1) ?? 0) & 1) === 0
  if (exponent[0] === 0 || even || exponent.byteLength > 8) return 'has no well-formed exponent'
  if (exponent.byteLength === 1 && exponent[0] === 1) return 'has the exponent 1'
  return findModulusWeakness(modulus)
}

function algorithmsByCurve(jwk: JsonObject): readonly Algorithm[] | string {
  const [algorithm, length] = curves.get(jwk.crv) ?? []
  if (algorithm === undefined) return 'is on an unknown curve'
  const formed = ['x', 'y'].every((name) => bytesOf(jwk, name).byteLength === length)
  return formed ? [algorithm] : 'has no well-formed coordinates'
}

/** By its type, curve and length alone. */
function algorithmsByShape(jwk: JsonObject): readonly Algorithm[] | string {
  switch (jwk.kty) {
    case 'RSA':
      return findRsaProblem(jwk) ?? ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
    case 'EC':
      return algorithmsByCurve(jwk)
    case 'OKP':
      if (jwk.crv !== 'Ed25519') return 'is on an unknown curve'
      return bytesOf(jwk, 'x').byteLength === edwardsLength
        ? ['EdDSA', 'Ed25519']
        : 'has no well-formed coordinates'
    case 'oct': {
      const length = bytesOf(jwk, 'k').byteLength
      if (length < leastSecretBytes) return `is shorter than ${leastSecretBytes} bytes`
      const all: Algorithm[] = ['HS256', 'HS384', 'HS512']
      return all.filter((algorithm) => length >= Number(algorithms[algorithm].signatureLength))
    }
    default:
      return 'is of an unknown type'
  }
}

function findPurposeProblem(jwk: JsonObject, operation: 'sign' | 'verify'): string | null {
  const { use, key_ops: operations } = jwk
  if (use !== undefined && use !== 'sig') return 'is not for signatures, by its "use"'
  if (operations === undefined) return null
  if (!Array.isArray(operations)) return 'has "key_ops" that are no list'
  if (new Set(operations).size < operations.length) return 'lists an operation twice'
  return operations.includes(operation) ? null : `is not for "${operation}", by its "key_ops"`
}

/**
 * Which algorithms a JWK may be used with, by its shape and by what it says of itself in `alg`,
 * `use` and `key_ops`.
 *
 * @returns At least one algorithm, or the reason why there is none, in words that follow "it".
 */
export function usableAlgorithms(
  jwk: JsonObject,
  operation: 'sign' | 'verify',
): readonly Algorithm[] | string {
  const problem = findPurposeProblem(jwk, operation)
  if (problem !== null) return problem
  const possible = algorithmsByShape(jwk)
  if (typeof possible === 'string' || jwk.alg === undefined) return possible
  if (!isAlgorithm(jwk.alg)) return 'is for an unknown algorithm, by its "alg"'
  if (!possible.includes(jwk.alg)) return 'does not fit the algorithm in its "alg"'
  // Two names of one algorithm; RFC 9864 replaces the first by the second.
  return algorithms[jwk.alg].family === 'eddsa' ? possible : [jwk.alg]
}
