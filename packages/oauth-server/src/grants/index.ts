import type { EventOrigin } from '../events.js'
import { OAuthError } from '../oauth-error.js'
import { type Params, requireParam } from '../params.js'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'
import { authorizationCode } from './authorization-code.js'
import { clientCredentials } from './client-credentials.js'
import type { GrantType, TokenResponse } from './grant-type.js'
import { refreshToken } from './refresh-token.js'

/** Every grant type that is implemented. */
export const grants: ReadonlyMap<string, GrantType> = new Map(
  [authorizationCode, refreshToken, clientCredentials].map((grant) => [grant.type, grant]),
)

/**
 * Finds what a token request asks for, and whether its client may.
 *
 * @throws {OAuthError} `invalid_request`, `unsupported_grant_type`, `unauthorized_client`.
 */
function findGrantType(params: Params, client: Client): GrantType {
  const grant = grants.get(requireParam(params, 'grant_type'))
  if (grant === undefined) {
    throw new OAuthError('unsupported_grant_type', 'this grant type is not supported')
  }
  if (!client.grantTypes.has(grant.type)) {
    throw new OAuthError('unauthorized_client', 'the client may not use this grant type')
  }
  return grant
}

/** Answers a token request whose client has been authenticated. */
export async function handleGrant(
  server: Server,
  client: Client,
  params: Params,
  dpopKey: string | null,
  origin: EventOrigin,
): Promise<TokenResponse> {
  const { type, handle } = findGrantType(params, client)
  const now = server.now()
  const { response, access, grant } = await handle({ server, client, params, dpopKey, now, origin })
  server.events.publish('issued', {
    ...origin,
    clientId: client.id,
    ...(grant === null ? {} : { subject: grant.subject, grantId: grant.id }),
    credentialId: access.id,
    grantType: type,
    scopes: access.scopes,
    resources: [access.resource],
  })
  return response
}
