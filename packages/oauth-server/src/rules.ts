/** What the server insists on. A preset names a set of them; each can be overridden by name. */
export interface Rules {
  /** Whether it is an OpenID provider: the scope `openid`, id tokens, userinfo. */
  readonly openid: boolean
  /** Seconds a code may be redeemed. Default 60. */
  readonly codeTtl: number
  /** Seconds an access token is good for. Default 600. */
  readonly accessTokenTtl: number
  /** Seconds from consent to the end of a refresh token, however often it is used. Default 90 days. */
  readonly refreshTokenTtl: number
  /** Seconds a refresh token may lie unused. Default 14 days. */
  readonly refreshTokenIdleTtl: number
  /**
   * Seconds after a rotation in which the old refresh token gives the same successor again, for
   * clients that lost the response. Default 10; 0 to 60.
   */
  readonly refreshTokenGrace: number
  /**
   * Whether refresh tokens rotate when they are used. Those of public clients that are bound to no
   * key always do. Default `true`.
   */
  readonly rotateRefreshTokens: boolean
  /**
   * When a refresh token is issued: to every client that registered the grant type, or only with
   * the scope `offline_access` (OpenID Connect Core §11).
   */
  readonly refreshTokens: 'grant-type' | 'offline_access'
  /** What happens to a scope that the server does not know. */
  readonly unknownScopes: 'refuse' | 'ignore'
  /** Seconds an ID token is good for. Default 600. */
  readonly idTokenTtl: number
  /** Whether authorization requests must be pushed (RFC 9126). */
  readonly requirePar: boolean
  /** Seconds a pushed request may be referred to. Default 60. */
  readonly pushedRequestTtl: number
  /** Whether access tokens must be bound to a DPoP key (RFC 9449). */
  readonly requireDpop: boolean
  /** Whether DPoP proofs need a nonce of this server (RFC 9449 §8). */
  readonly requireDpopNonce: boolean
  /** Whether a client may be named by the address of its metadata document. */
  readonly clientIdMetadataDocuments: boolean
  /** Seconds a user has for login and consent. Default 3600. */
  readonly interactionTtl: number
  /** Seconds a consent is remembered. Default a year. */
  readonly consentTtl: number
  /**
   * Whether errors may redirect at once to clients that anybody can register. By default the user,
   * when not logged in, sees a page with a link instead (RFC 9700 §4.11.2).
   */
  readonly trustRegisteredRedirects: boolean
}

/** The names of the presets. */
export type Preset = 'oauth21' | 'oidc' | 'mcp'

const day = 86_400

const oauth21: Rules = {
  openid: false,
  codeTtl: 60,
  accessTokenTtl: 600,
  refreshTokenTtl: 90 * day,
  refreshTokenIdleTtl: 14 * day,
  refreshTokenGrace: 10,
  rotateRefreshTokens: true,
  refreshTokens: 'grant-type',
  unknownScopes: 'refuse',
  idTokenTtl: 600,
  requirePar: false,
  pushedRequestTtl: 60,
  requireDpop: false,
  requireDpopNonce: false,
  clientIdMetadataDocuments: false,
  interactionTtl: 3600,
  consentTtl: 365 * day,
  trustRegisteredRedirects: false,
}

/** The rules of each preset. */
export const presets: Readonly<Record<Preset, Rules>> = {
  oauth21,
  oidc: { ...oauth21, openid: true, refreshTokens: 'offline_access', unknownScopes: 'ignore' },
  mcp: { ...oauth21, unknownScopes: 'ignore', clientIdMetadataDocuments: true },
}
