import type { JsonObject, JwsHeader } from '@latchkey/tokens'
import type { RefusalReason } from './refusals.js'

/**
 * What tokens of an issuer look like.
 *
 * - `at+jwt`: access tokens as in RFC 9068, with `typ` `at+jwt`, `sub`, `client_id`, `iat`, `jti`.
 * - `jwt`: other issuers' access tokens, with `typ` `JWT` or none, and `sub`. What can be told to
 *   be an id token, a logout token or a refresh token is refused.
 */
export type TokenProfile = 'at+jwt' | 'jwt'

const required = {
  'at+jwt': ['sub', 'client_id', 'iat', 'jti'],
  jwt: ['sub'],
} as const

// Members that only id tokens and security events have (OpenID Connect Core §2, RFC 8417).
const foreignClaims = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events', 'sub_id'] as const

// How two widespread products tell their kinds of token apart.
const foreignKinds: ReadonlySet<unknown> = new Set(['ID', 'Refresh', 'Offline', 'Logout', 'id'])

/** Checks the `typ` of a header. @returns Why not, or `null`. */
export function findTypeRefusal(profile: TokenProfile, { typ }: JwsHeader): RefusalReason | null {
  if (profile === 'at+jwt') return typ === 'at+jwt' ? null : 'type'
  return typ === undefined || typ === 'jwt' || typ === 'at+jwt' ? null : 'type'
}

/** Checks that the claims are those of an access token. @returns Why not, or `null`. */
export function findProfileRefusal(
  profile: TokenProfile,
  claims: JsonObject,
): RefusalReason | null {
  if (required[profile].some((name) => claims[name] === undefined)) return 'missing-claim'
  if (profile === 'at+jwt') return null
  if (foreignClaims.some((name) => claims[name] !== undefined)) return 'not-an-access-token'
  const isForeign = foreignKinds.has(claims.typ) || foreignKinds.has(claims.token_use)
  return isForeign ? 'not-an-access-token' : null
}
