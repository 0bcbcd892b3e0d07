import { checkScopes } from '../authorization/scope.js'
import { OAuthError } from '../oauth-error.js'
import { splitList } from '../params.js'
import { findResources } from '../resources.js'
import { issueAccessToken } from '../tokens/access-token.js'
import type { GrantType } from './grant-type.js'

/** Gives a client a token for itself (RFC 6749 §4.4). Nothing is written. */
export const clientCredentials: GrantType = {
  type: 'client_credentials',

  async handle({ server, client, params, now }) {
    const scopes = checkScopes(server, client, splitList(params.get('scope'))).filter(
      (scope) => scope !== 'offline_access',
    )
    const [named, second] = findResources(server.resources, params.all('resource'))
    if (second !== undefined) throw new OAuthError('invalid_target', 'a token is for one resource')
    const resource = named ?? server.defaultResource
    const access = await issueAccessToken(server, { client, grant: null, scopes, resource }, now)
    return {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: access.expiresIn,
      scope: access.scopes.join(' '),
    }
  },
}
