import { type Actor, createIdentity, type Identity, type IdentityParts } from '@latchkey/identity'
import { type JsonObject, sha256Base64url } from '@latchkey/tokens'

/** What of an identity the application itself says, from the claims of a token. */
export type MappedIdentity = Partial<Omit<IdentityParts, 'mechanism' | 'issuer' | 'bound'>>

/** @returns What differs from the default, or `null` to refuse the token. */
export type MapClaims = (claims: JsonObject) => MappedIdentity | null

// Claims that have a field of their own in the identity.
const ownFields: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'exp',
  'jti',
  'client_id',
  'scope',
  'roles',
  'auth_time',
  'acr',
  'amr',
  'act',
])

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText)
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value)
}

function isActor(value: unknown, depth = 0): value is JsonObject {
  if (typeof value !== 'object' || value === null || depth > 8) return false
  const { sub, iss, act } = value as JsonObject
  return isText(sub) && isOptionalText(iss) && (act === undefined || isActor(act, depth + 1))
}

function toActor({ sub, iss, act }: JsonObject): Actor {
  return {
    subject: sub as string,
    issuer: iss as string | undefined,
    actor: act === undefined ? undefined : toActor(act as JsonObject),
  }
}

/** Whether every claim that becomes a field is of its own type; nothing is converted. */
export function isWellTyped(claims: JsonObject): boolean {
  const { sub, jti, client_id, sid, acr, scope, roles, amr, auth_time, act } = claims
  return (
    isText(sub) &&
    [jti, client_id, sid, acr].every(isOptionalText) &&
    (scope === undefined || typeof scope === 'string') &&
    (roles === undefined || isTexts(roles)) &&
    (amr === undefined || isTexts(amr)) &&
    (auth_time === undefined || Number.isFinite(auth_time)) &&
    (act === undefined || isActor(act))
  )
}

function otherClaims(claims: JsonObject): JsonObject {
  const others: Record<string, unknown> = {}
  for (const name of Object.keys(claims)) {
    if (!ownFields.has(name)) others[name] = claims[name]
  }
  return others
}

function readScopes(scope: string | undefined): readonly string[] | undefined {
  if (scope === undefined || scope === '') return undefined
  const scopes = scope.split(' ')
  return scopes.includes('') ? scopes.filter((one) => one !== '') : scopes
}

/**
 * Makes an identity of verified claims.
 *
 * @param claims Well typed, see {@link isWellTyped}.
 * @param token For a public id where the token has none of its own.
 * @returns `null` when the application's mapping refuses.
 */
export function toIdentity(
  claims: JsonObject,
  token: string,
  mechanism: string,
  mapClaims: MapClaims | null,
  bound: 'dpop' | 'mtls' | undefined,
): Identity | null {
  const { sub, iss, exp, jti, client_id, scope, roles, auth_time, acr, amr, act } = claims
  const parts: IdentityParts = {
    subject: sub as string,
    kind: sub === client_id ? 'client' : 'user',
    credentialId: (jti as string | undefined) ?? sha256Base64url(token).slice(0, 22),
    clientId: client_id as string | undefined,
    scopes: readScopes(scope as string | undefined),
    roles: roles as string[] | undefined,
    authTime: auth_time as number | undefined,
    expiresAt: exp as number,
    acr: acr as string | undefined,
    amr: amr as string[] | undefined,
    actor: act === undefined ? undefined : toActor(act as JsonObject),
    claims: otherClaims(claims),
    mechanism,
    issuer: iss as string,
    bound,
  }
  if (mapClaims === null) return createIdentity(parts)
  const mapped = mapClaims(claims)
  return mapped && createIdentity({ ...parts, ...mapped, mechanism, issuer: parts.issuer, bound })
}
