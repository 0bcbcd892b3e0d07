import type { ClientCredentials } from './client-credentials.js'
import type { ProviderReport } from './report.js'

/** `app.oauthClient`. */
export interface OAuthClient {
  /** A token of the application itself, kept until shortly before its end. */
  readonly clientCredentials: ClientCredentials
  /** What it is set up to do. */
  report(): readonly ProviderReport[]
}
