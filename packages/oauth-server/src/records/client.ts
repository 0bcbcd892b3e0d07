import type { VerificationKey } from '@latchkey/tokens'

/** How a client authenticates (RFC 7591 §2, `token_endpoint_auth_method`). */
export type AuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'

/** Who vouches for what a client says of itself. */
export type ClientOrigin = 'static' | 'dynamic' | 'document'

/** A registered client (RFC 6749 §2), checked. */
export interface Client {
  readonly id: string
  readonly origin: ClientOrigin
  readonly name: string | undefined
  readonly redirectUris: readonly string[]
  readonly grantTypes: ReadonlySet<string>
  readonly authMethod: AuthMethod
  /** SHA-256 of the secret, base64url. */
  readonly secretDigest: string | undefined
  /** The keys that it registered, or where it publishes them. */
  readonly keys: readonly VerificationKey[] | undefined
  readonly jwksUri: string | undefined
  /** What its assertions are signed with; `undefined`: whatever its keys can do. */
  readonly assertionAlg: string | undefined
  /** Scopes that it may ask for; `undefined`: every one of the server. */
  readonly scopes: readonly string[] | undefined
  /** Resources whose tokens it may introspect: those that it serves. */
  readonly introspects: ReadonlySet<string>
  /** Whether consent is never asked for: an application of the server's own. */
  readonly firstParty: boolean
  /** `false` only for a legacy client that was named by the operator. */
  readonly requirePkce: boolean
  /** `false`: its refresh tokens stay, as far as that is safe. */
  readonly rotatesRefreshTokens: boolean
  /** Whether its authorization requests must be pushed. */
  readonly requirePar: boolean
  /** Whether its access tokens must be bound to a DPoP key. */
  readonly requireDpop: boolean
  readonly idTokenAlg: string | undefined
  /** What userinfo is signed with; `undefined`: it is not. */
  readonly userinfoAlg: string | undefined
  /** The sector of its pairwise subjects; `undefined`: it gets public ones. */
  readonly sector: string | undefined
  /** Seconds that a login may be old where a request does not say. */
  readonly defaultMaxAge: number | undefined
  readonly postLogoutRedirectUris: readonly string[]
  readonly backchannelLogoutUri: string | undefined
  /** Seconds; `undefined`: the server's. */
  readonly codeTtl: number | undefined
  readonly accessTokenTtl: number | undefined
  readonly refreshTokenTtl: number | undefined
}
