import type { EventOrigin } from '../events.js'
import type { Params } from '../params.js'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'
import type { IssuedAccessToken } from '../tokens/access-token.js'

/** A token request whose client has been authenticated. */
export interface TokenRequest {
  readonly server: Server
  readonly client: Client
  readonly params: Params
  /** Thumbprint of the DPoP key that the request proved, or `null`. */
  readonly dpopKey: string | null
  readonly now: number
  /** For events. */
  readonly origin: EventOrigin
}

/** What was issued: for the client, and for whoever watches. */
export interface Issue {
  readonly response: TokenResponse
  readonly access: IssuedAccessToken
  /** The grant that it derives from, or `null`. */
  readonly grant: { readonly id: string; readonly subject: string } | null
}

/** A successful answer (RFC 6749 §5.1), by its wire names. */
export type TokenResponse = Readonly<Record<string, string | number>>

/** One value of `grant_type`. */
export interface GrantType {
  readonly type: string
  /** @throws {OAuthError} When anything speaks against it. */
  handle(request: TokenRequest): Promise<Issue>
}
