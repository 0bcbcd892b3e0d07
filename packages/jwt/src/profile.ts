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

// How two widespread products tell their kinds of token apart, in any case.
const foreignKinds: ReadonlySet<string> = new Set(['id', 'refresh', 'offline', 'logout'])

// What introspection endpoints call access tokens, in any case: RFC 7662 §2.2 has the types of
// RFC 6749, products add the `typ` or `token_use` of the token itself.
const accessKinds: Readonly<Record<'token_type' | 'token_use' | 'typ', ReadonlySet<string>>> = {
  token_type: new Set(['bearer', 'dpop', 'access_token']),
  token_use: new Set(['access', 'access_token']),
  typ: new Set(['bearer', 'dpop', 'jwt', 'at+jwt', 'access', 'access_token']),
}
const kindNames = Object.keys(accessKinds) as (keyof typeof accessKinds)[]

function isForeignKind(kind: unknown): boolean {
  return typeof kind === 'string' && foreignKinds.has(kind.toLowerCase())
}

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
  return isForeignKind(claims.typ) || isForeignKind(claims.token_use) ? 'not-an-access-token' : null
}

/**
 * Checks that an answer about an active token does not call it anything but an access token.
 *
 * @returns Why not, or `null`.
 */
export function findAnswerRefusal(answer: JsonObject): RefusalReason | null {
  const isForeign = kindNames.some((name) => {
    const kind = answer[name]
    if (kind === undefined) return false
    return typeof kind !== 'string' || !accessKinds[name].has(kind.toLowerCase())
  })
  return isForeign ? 'not-an-access-token' : findProfileRefusal('jwt', answer)
}

/**
 * Checks that the login is not of the future: it would be fresh for too long.
 *
 * @param claims Well typed.
 * @param leeway By how many seconds clocks may differ.
 */
export function findLoginRefusal(
  { auth_time }: JsonObject,
  leeway: number,
  now: number,
): RefusalReason | null {
  return auth_time !== undefined && (auth_time as number) > now + leeway ? 'login-in-future' : null
}
