import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'

/**
 * Reads the key that the code is to be bound to (RFC 9449 §10).
 *
 * @throws {OAuthError} `invalid_request` when it is not a SHA-256 thumbprint.
 */
export function checkDpopKey(params: Params): string | null {
  const thumbprint = params.get('dpop_jkt')
  if (thumbprint === undefined) return null
  if (/^[0-9A-Za-z_-]{43}$/.test(thumbprint)) return thumbprint
  throw new OAuthError('invalid_request', 'dpop_jkt is not a thumbprint')
}
