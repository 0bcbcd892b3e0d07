import {
  type JsonObject,
  type JwsSerializer,
  prepareJwsSerializer,
  randomBase62,
  type SigningKey,
} from '@latchkey/tokens'
import { InvalidRequest } from './errors.js'
import type { TokenDetails } from './grant.js'

/** An access token that was issued. */
export interface IssuedToken {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  /** Seconds. */
  readonly expiresIn: number
  /** Its public id, for revoking it. */
  readonly jti: string
  /** Space-separated, as in `scope`. */
  readonly scope: string
}

/** What access tokens are issued with. */
export interface AccessTokenSettings {
  readonly issuer: string
  readonly typ: 'at+jwt' | 'JWT'
  readonly audiences: readonly string[]
  readonly clientId: string
  readonly lifetime: number
  signingKey(): SigningKey
}

/** What differs from token to token, besides what the application says. */
export interface TokenFrame {
  readonly jti: string
  /** Instant in seconds. */
  readonly iat: number
  readonly sid?: string
}

const ownClaims: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'client_id',
  'scope',
  'roles',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  'sid',
])

/** Makes the id of an access token: 131 bits of chance. */
export function newTokenId(): string {
  return randomBase62()
}

function checkDetails(details: TokenDetails, audiences: readonly string[]): void {
  const { audience, claims = {}, scopes = [] } = details
  if (audience !== undefined && !audiences.includes(audience)) {
    throw new InvalidRequest(`the audience "${audience}" is none that may be issued`)
  }
  const taken = Object.keys(claims).find((name) => ownClaims.has(name))
  if (taken !== undefined) throw new InvalidRequest(`"${taken}" in "claims" has its own option`)
  if (scopes.some((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    throw new InvalidRequest('a scope holds characters that scopes cannot have')
  }
}

function claimsOf(
  subject: string,
  details: TokenDetails,
  frame: TokenFrame,
  settings: AccessTokenSettings,
): JsonObject {
  const { jkt, x5t, scopes, roles, authTime, acr, amr } = details
  const cnf = { ...(jkt && { jkt }), ...(x5t && { 'x5t#S256': x5t }) }
  return {
    iss: settings.issuer,
    sub: subject,
    aud: details.audience ?? settings.audiences[0],
    client_id: details.clientId ?? settings.clientId,
    iat: frame.iat,
    exp: frame.iat + settings.lifetime,
    jti: frame.jti,
    sid: frame.sid,
    scope: scopes?.join(' '),
    roles,
    auth_time: authTime,
    acr,
    amr,
    ...(jkt || x5t ? { cnf } : {}),
    ...details.claims,
  }
}

/** Prepares issuing access tokens; the header of each key is written only once. */
export function createAccessTokens(settings: AccessTokenSettings) {
  const { typ, audiences, lifetime, signingKey } = settings
  let serializer: JwsSerializer | undefined
  let serializerKey: SigningKey | undefined

  return async function issueAccessToken(
    subject: string,
    details: TokenDetails,
    frame: TokenFrame,
  ): Promise<IssuedToken> {
    if (typeof subject !== 'string' || subject === '')
      throw new InvalidRequest('there is no subject')
    checkDetails(details, audiences)
    const key = signingKey()
    if (serializer === undefined || key !== serializerKey) {
      serializer = prepareJwsSerializer(key, typ)
      serializerKey = key
    }
    return {
      accessToken: await serializer(claimsOf(subject, details, frame, settings)),
      tokenType: details.jkt === undefined ? 'Bearer' : 'DPoP',
      expiresIn: lifetime,
      jti: frame.jti,
      scope: details.scopes?.join(' ') ?? '',
    }
  }
}
