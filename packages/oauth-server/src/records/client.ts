/** How a client authenticates (RFC 7591 §2, `token_endpoint_auth_method`). */
export type AuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post'

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
  /** Scopes that it may ask for; `undefined`: every one of the server. */
  readonly scopes: readonly string[] | undefined
  /** Resources whose tokens it may introspect: those that it serves. */
  readonly introspects: ReadonlySet<string>
  /** Whether consent is never asked for: an application of the server's own. */
  readonly firstParty: boolean
  /** `false` only for a legacy client that was named by the operator. */
  readonly requirePkce: boolean
  /** Seconds; `undefined`: the server's. */
  readonly codeTtl: number | undefined
  readonly accessTokenTtl: number | undefined
  readonly refreshTokenTtl: number | undefined
}
