import {
  findClaimRefusal,
  findVerificationKey,
  isSignedBy,
  type JsonObject,
  parseJws,
  parseJwsClaims,
  randomBase62,
} from '@latchkey/tokens'
import type { Client } from '../records/client.js'
import type { Grant } from '../records/grant.js'
import type { Resource } from '../resources.js'
import type { Server } from '../server.js'
import { issueOpaqueToken, parseOpaqueToken } from './opaque-token.js'
import { subjectFor } from './subject.js'

/** What an access token stands for. */
export interface AccessTokenRequest {
  readonly client: Client
  /** The grant that it derives from, or `null` where a client acts for itself. */
  readonly grant: { readonly id: string; readonly record: Grant } | null
  readonly scopes: readonly string[]
  readonly resource: Resource
  /** Thumbprint of the key that it is bound to, or `null` (RFC 9449 §6). */
  readonly dpopKey: string | null
}

/** A token with its end. */
export interface IssuedAccessToken {
  /** Its `jti`: not a secret. */
  readonly id: string
  readonly token: string
  readonly expiresIn: number
  readonly expiresAt: number
  readonly scopes: readonly string[]
  readonly resource: string
}

/** An access token of ours that was read: genuine and not expired, but maybe revoked. */
export interface AccessToken {
  readonly id: string
  readonly grantId: string | null
  readonly clientId: string
  readonly audience: string
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly dpopKey: string | null
  /** All that it says, by its wire names. */
  readonly claims: JsonObject
}

function lifetimeOf(server: Server, { client, resource }: AccessTokenRequest): number {
  return client.accessTokenTtl ?? resource.accessTokenTtl ?? server.rules.accessTokenTtl
}

function loginClaims({ login }: Grant): JsonObject {
  return {
    ...(login.authTime === null ? {} : { auth_time: login.authTime }),
    ...(login.acr === null ? {} : { acr: login.acr }),
    ...(login.amr.length === 0 ? {} : { amr: login.amr }),
  }
}

/** Issues an access token: a JWT (RFC 9068) or an opaque one, as the resource wants it. */
export async function issueAccessToken(
  server: Server,
  request: AccessTokenRequest,
  now: number,
): Promise<IssuedAccessToken> {
  const { client, dpopKey, grant, resource } = request
  const scopes = request.scopes.filter((scope) => resource.scopes.has(scope))
  const expiresIn = lifetimeOf(server, request)
  const issuedAt = Math.floor(now)
  const claims = {
    iss: server.issuer,
    sub: grant === null ? client.id : subjectFor(server, client, grant.record.subject),
    aud: resource.id,
    client_id: client.id,
    scope: scopes.join(' '),
    iat: issuedAt,
    exp: issuedAt + expiresIn,
    ...(dpopKey === null ? {} : { cnf: { jkt: dpopKey } }),
    ...(grant === null ? {} : { sid: grant.id }),
    jti: grant === null ? randomBase62() : `${grant.id}.${randomBase62(12)}`,
  }
  const isOpaque = resource.accessTokens === 'opaque'
  const token = isOpaque
    ? issueOpaqueToken(server, claims, now)
    : await server.keys.sign(
        { ...claims, ...(grant === null ? {} : loginClaims(grant.record)) },
        'at+jwt',
        resource.algorithm,
      )
  return { id: claims.jti, token, expiresIn, expiresAt: claims.exp, scopes, resource: resource.id }
}

function verifyJwt(server: Server, text: string, now: number): JsonObject | null {
  const jws = parseJws(text)
  if (typeof jws === 'string' || jws.header.typ !== 'at+jwt') return null
  const { alg, kid } = jws.header
  const key = findVerificationKey(server.keys.verificationKeys(), alg, kid, now)
  return key !== null && isSignedBy(jws, key) ? parseJwsClaims(jws) : null
}

/**
 * Reads an access token of either kind, without any I/O.
 *
 * @returns `null` when it is not ours, was changed, or has expired.
 */
export function readAccessToken(server: Server, text: string, now: number): AccessToken | null {
  const claims = parseOpaqueToken(server, text, now) ?? verifyJwt(server, text, now)
  if (claims === null) return null
  const rules = { issuer: server.issuer, audience: null, leeway: 0 }
  if (findClaimRefusal(claims, rules, now) !== null) return null
  const { jti, client_id, aud, scope, iat, exp } = claims as Record<string, string & number>
  const id = String(jti)
  const dot = id.indexOf('.')
  return {
    id,
    grantId: dot === -1 ? null : id.slice(0, dot),
    clientId: String(client_id),
    audience: String(aud),
    scopes: String(scope).split(' '),
    issuedAt: Number(iat),
    expiresAt: Number(exp),
    dpopKey: (claims.cnf as { readonly jkt?: string } | undefined)?.jkt ?? null,
    claims,
  }
}
