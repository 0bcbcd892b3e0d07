import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'

/**
 * Refuses requests that come as a signed object, by value or by reference: they are not supported,
 * and ignoring one would answer another question than was asked (OpenID Connect Core §6).
 *
 * @throws {OAuthError} `request_not_supported` or `request_uri_not_supported`.
 */
export function checkRequestObject(params: Params): void {
  if (params.get('request') !== undefined) {
    throw new OAuthError('request_not_supported', 'request objects are not supported')
  }
  if (params.get('request_uri') !== undefined) {
    throw new OAuthError('request_uri_not_supported', 'only pushed requests can be referred to')
  }
}
