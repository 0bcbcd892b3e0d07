import { OAuthError } from '../oauth-error.js'
import { type Params, splitList } from '../params.js'
import type { Client } from '../records/client.js'
import { isRegisteredRedirect } from '../redirect-uri.js'

/**
 * Finds out where answers go. Its errors never redirect (RFC 6749 §3.1.2.4).
 *
 * @returns The URI of the request, or the only registered one where OpenID Connect does not ask
 *   for it.
 * @throws {OAuthError} `invalid_request`.
 */
export function checkRedirectUri(client: Client, params: Params): string {
  const uri = params.get('redirect_uri')
  if (params.repeated.has('redirect_uri')) {
    throw new OAuthError('invalid_request', 'redirect_uri is repeated')
  }
  if (uri !== undefined) {
    if (isRegisteredRedirect(uri, client.redirectUris)) return uri
    throw new OAuthError('invalid_request', 'redirect_uri is not registered for the client')
  }
  const [only, other] = client.redirectUris
  const isOpenid = splitList(params.get('scope')).includes('openid')
  if (only === undefined || other !== undefined || isOpenid) {
    throw new OAuthError('invalid_request', 'redirect_uri is missing')
  }
  return only
}
