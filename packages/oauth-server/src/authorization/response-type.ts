import { OAuthError } from '../oauth-error.js'
import { type Params, requireParam } from '../params.js'
import type { Client } from '../records/client.js'

/**
 * Only the code flow exists (RFC 9700 §2.1.2).
 *
 * @throws {OAuthError} `invalid_request`, `unsupported_response_type`, `unauthorized_client`.
 */
export function checkResponseType(client: Client, params: Params): void {
  if (requireParam(params, 'response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'only the response type code is supported')
  }
  if (!client.grantTypes.has('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'the client may not use authorization codes')
  }
}
