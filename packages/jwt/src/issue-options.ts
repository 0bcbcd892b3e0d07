import type { SecretSource } from '@latchkey/tokens'
import type { Grant } from './grant.js'

/** How refresh tokens are made and how long they live. */
export interface RefreshOptions {
  /** Secrets of at least 32 bytes that refresh tokens are made with; the first makes new ones. */
  readonly secret: SecretSource
  /** What refresh tokens begin with. Default `rt`. */
  readonly prefix?: string
  /** Seconds after the login from which on nothing is refreshed any more. Default 30 days. */
  readonly lifetime?: number
  /** Seconds without a refresh after which nothing is refreshed any more. Default 14 days. */
  readonly idleLifetime?: number
  /**
   * Seconds, 0 to 60, in which a refresh token that was used already gives the same successor
   * once more, for answers that were lost on the way. Default 10.
   */
  readonly grace?: number
  /**
   * Looks at the subject again with every refresh.
   *
   * @returns What has changed of the grant, or `null` when the subject may not go on: then the
   *   grant ends.
   */
  readonly renew?: (grant: Grant) => Promise<Partial<Grant['details']> | null>
}

/** How `app.tokens` issues. */
export interface IssueOptions {
  /** Whose name is in `iss`. Default: the first issuer whose keys are one's own. */
  readonly issuer?: string
  /** What may be in `aud`; the first is the default. Default: the issuer's `audience`. */
  readonly audiences?: readonly string[]
  /** `client_id` where the caller names none. Default: the issuer. */
  readonly clientId?: string
  /** Seconds that an access token lives, 10 to 3600. Default 600. */
  readonly lifetime?: number
  /** Refresh tokens; needs a store. Default: none, and `issuePair` is refused. */
  readonly refresh?: RefreshOptions
  /** Where to publish the keys, such as `/.well-known/jwks.json`. Default: nowhere. */
  readonly jwksPath?: string
  /** Seconds that others may keep the published keys. Default 300. */
  readonly jwksMaxAge?: number
}
