import type { Algorithm } from './algorithm.js'
import type { JsonObject } from './json.js'
import { type JwkProblem, parsePublicJwk, parseSecretJwk, type VerificationKey } from './jwk.js'

/** A set of keys as it is published: nothing of it is secret. */
export interface JwkSet {
  readonly keys: readonly JsonObject[]
}

/** A key of a set that is not used, and why. */
export interface RefusedJwk extends JwkProblem {
  readonly kid: string | undefined
}

/** What was found in a set. */
export interface ParsedJwkSet {
  readonly keys: readonly VerificationKey[]
  readonly refused: readonly RefusedJwk[]
}

const mostKeys = 100

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function kidOf(jwk: JsonObject): string | undefined {
  return typeof jwk.kid === 'string' ? jwk.kid : undefined
}

/**
 * Reads a JWK set (RFC 7517 §5) and lints each key. Keys that cannot be used are left out and
 * reported, for others must be able to publish kinds that we do not know. Of two keys with one
 * `kid` neither is used: which one verifies must not depend on their order.
 *
 * @param kind `public` for sets from outside, where a private or shared key is a mistake of the
 *   publisher; `secret` for a set of shared secrets, kept by the application itself.
 * @returns `null` when the value is no set, has more than 100 keys, or mixes public keys and
 *   shared secrets: then a public key could be taken for a secret.
 */
export function parseJwkSet(
  value: unknown,
  kind: 'public' | 'secret' = 'public',
): ParsedJwkSet | null {
  if (!isObject(value) || !Array.isArray(value.keys) || value.keys.length > mostKeys) return null
  const jwks: unknown[] = value.keys
  if (!jwks.every(isObject)) return null
  const secrets = jwks.filter((jwk) => jwk.kty === 'oct').length
  if (secrets > 0 && secrets < jwks.length) return null

  const kids = jwks.map(kidOf)
  const keys: VerificationKey[] = []
  const refused: RefusedJwk[] = []
  for (const [index, jwk] of jwks.entries()) {
    const kid = kids[index]
    const twice = kid !== undefined && kids.indexOf(kid) !== kids.lastIndexOf(kid)
    const parsed = kind === 'public' ? parsePublicJwk(jwk) : parseSecretJwk(jwk)
    if (twice) refused.push({ kid, problem: 'shares its "kid" with another' })
    else if ('problem' in parsed) refused.push({ kid, problem: parsed.problem })
    else keys.push(parsed)
  }
  return { keys, refused }
}

function findOnly(
  keys: readonly VerificationKey[],
  algorithm: Algorithm,
  kid: string | undefined,
  now: number,
): VerificationKey | null {
  let found: VerificationKey | null = null
  for (const key of keys) {
    if (key.kid !== kid || now >= key.notAfter || !key.algorithms.has(algorithm)) continue
    if (found !== null) return null
    found = key
  }
  return found
}

/**
 * Finds the one key that a token can have been signed with.
 *
 * @param kid The token's `kid`: the key of that name, or else the only key without a name.
 *   Without it the only key for the algorithm, whatever its name.
 * @param now Seconds; keys past their end are not found.
 * @returns `null` when there is none, or more than one.
 */
export function findVerificationKey(
  keys: readonly VerificationKey[],
  algorithm: Algorithm,
  kid: string | undefined,
  now: number,
): VerificationKey | null {
  if (kid !== undefined) {
    return findOnly(keys, algorithm, kid, now) ?? findOnly(keys, algorithm, undefined, now)
  }
  const usable = keys.filter((key) => now < key.notAfter && key.algorithms.has(algorithm))
  const [only] = usable
  return only !== undefined && usable.length === 1 ? only : null
}
