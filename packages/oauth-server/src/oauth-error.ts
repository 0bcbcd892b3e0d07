/** The error codes that are sent, each as the RFC that it comes from spells it. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'unmet_authentication_requirements'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'invalid_request_uri'
  | 'invalid_client_metadata'
  | 'invalid_redirect_uri'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'server_error'
  | 'temporarily_unavailable'

/** How an {@link OAuthError} differs from the default. */
export interface OAuthErrorOptions {
  /** Default 400. */
  readonly status?: number
  /** Further response headers. */
  readonly headers?: Readonly<Record<string, string>>
  /** For the log only. */
  readonly cause?: unknown
}

const forbidden = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g

/** What the client is told (RFC 6749 §4.1.2.1, §5.2). The description helps no attacker. */
export class OAuthError extends Error {
  readonly error: OAuthErrorCode
  readonly description: string
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>

  constructor(error: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}) {
    super(`${error}: ${description}`, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'OAuthError'
    this.error = error
    this.description = description.replace(forbidden, ' ')
    this.statusCode = options.status ?? 400
    this.headers = options.headers ?? {}
  }
}

/**
 * The one refusal of a code or refresh token: it never says which of the checks failed.
 *
 * @param cause The reason, for the log.
 */
export function invalidGrant(cause: string): OAuthError {
  const description = 'the code or token is invalid, expired, revoked, or was issued to another'
  return new OAuthError('invalid_grant', description, { cause })
}
