import { type Algorithm, isAlgorithm } from './algorithm.js'
import { parseBase64url } from './base64url.js'
import { type JsonObject, parseJsonBytes } from './json.js'
import type { SigningKey, VerificationKey } from './jwk.js'

/** The protected header of a token, checked. */
export interface JwsHeader {
  readonly alg: Algorithm
  readonly kid: string | undefined
  /** In lower case and without `application/`, as media types compare. */
  readonly typ: string | undefined
  /** All members as they were written. `jku`, `x5u`, `x5c` and `jwk` must not be trusted. */
  readonly parameters: JsonObject
}

/** A token in compact serialization, taken apart but not verified. */
export interface Jws {
  readonly header: JwsHeader
  /** Nothing of it is to be believed before the signature was checked. */
  readonly payload: Buffer
  readonly signature: Buffer
  /** What the signature is over. */
  readonly signingInput: string
}

/** Why a text is no token that could be verified. */
export type JwsRefusal =
  | 'oversized'
  | 'malformed'
  | 'malformed-header'
  | 'algorithm'
  | 'unknown-critical-header'

// Issuers write the same few headers over and over. Longer ones, such as those of DPoP proofs
// with their embedded keys, differ by client and would only push the others out.
const remembered = new Map<string, JwsHeader>()
const mostRemembered = 64
const longestRemembered = 200

function parseHeader(encoded: string): JwsHeader | JwsRefusal {
  const bytes = parseBase64url(encoded)
  const parameters = bytes && parseJsonBytes(bytes)
  if (parameters === null) return 'malformed-header'
  const { alg, kid, typ } = parameters
  if (kid !== undefined && typeof kid !== 'string') return 'malformed-header'
  if (typ !== undefined && typeof typ !== 'string') return 'malformed-header'
  if (!isAlgorithm(alg)) return 'algorithm'
  // No extension is understood, so none may be critical (RFC 7515 §4.1.11), b64 included.
  if (parameters.crit !== undefined || parameters.b64 !== undefined) {
    return 'unknown-critical-header'
  }
  return { alg, kid, typ: typ?.toLowerCase().replace(/^application\//, ''), parameters }
}

function readHeader(encoded: string): JwsHeader | JwsRefusal {
  const known = remembered.get(encoded)
  if (known !== undefined) return known
  const header = parseHeader(encoded)
  if (typeof header === 'string' || encoded.length > longestRemembered) return header
  if (remembered.size === mostRemembered) remembered.clear()
  remembered.set(encoded, header)
  return header
}

/**
 * Takes a signed token in compact serialization (RFC 7515 §7.1) apart, strictly and without
 * verifying it: three parts in canonical base64url, a signature that is not empty, a header
 * without doubled or critical members, an algorithm that is implemented (so never `none`).
 *
 * @param longest Characters. Default 8192.
 * @returns The parts, or the reason as a string.
 */
export function parseJws(text: string, longest = 8192): Jws | JwsRefusal {
  if (text.length > longest) return 'oversized'
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (first < 1 || second < 0 || text.indexOf('.', second + 1) !== -1) return 'malformed'
  const header = readHeader(text.slice(0, first))
  if (typeof header === 'string') return header
  const payload = parseBase64url(text.slice(first + 1, second))
  const signature = parseBase64url(text.slice(second + 1))
  if (payload === null || signature === null || signature.length === 0) return 'malformed'
  return { header, payload, signature, signingInput: text.slice(0, second) }
}

/** Reads the payload as a JSON object, strictly. @returns `null` when it is anything else. */
export function parseJwsClaims(jws: Jws): JsonObject | null {
  return parseJsonBytes(jws.payload)
}

/**
 * Checks the signature of a token that was taken apart.
 *
 * @returns `false` also when its algorithm is none that the key may be used with.
 */
export function isSignedBy(jws: Jws, key: VerificationKey): boolean {
  return key.verify(jws.header.alg, jws.signingInput, jws.signature)
}

/** Signs claims; a promise when the key's signature is one. */
export type JwsSerializer = (claims: JsonObject) => string | Promise<string>

/**
 * Prepares a key for making tokens of one type, so that the header is written only once.
 *
 * @param typ The `typ` of the header, for instance `at+jwt`.
 * @param more Further header members, for instance `jwk` in a DPoP proof.
 */
export function prepareJwsSerializer(
  key: SigningKey,
  typ: string,
  more: JsonObject = {},
): JwsSerializer {
  const header = { alg: key.algorithm, typ, kid: key.kid, ...more }
  const prefix = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.`
  return (claims) => {
    const signingInput = prefix + Buffer.from(JSON.stringify(claims)).toString('base64url')
    const signature = key.sign(signingInput)
    if (typeof signature === 'string') return `${signingInput}.${signature}`
    return signature.then((made) => `${signingInput}.${made}`)
  }
}
