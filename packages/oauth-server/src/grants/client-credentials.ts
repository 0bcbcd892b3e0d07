import { checkScopes } from '../authorization/scope.js'
import { OAuthError } from '../oauth-error.js'
import { splitList } from '../params.js'
import { findResources } from '../resources.js'
import { issueAccessToken } from '../tokens/access-token.js'
import type { GrantType } from './grant-type.js'
import { tokenResponse } from './respond.js'

/** Gives a client a token for itself (RFC 6749 §4.4). Nothing is written. */
export const clientCredentials: GrantType = {
  type: 'client_credentials',

  async handle({ server, client, params, dpopKey, now }) {
    const scopes = checkScopes(server, client, splitList(params.get('scope'))).filter(
      (scope) => scope !== 'offline_access' && scope !== 'openid',
    )
    const [named, second] = findResources(server.resources, params.all('resource'))
    if (second !== undefined) throw new OAuthError('invalid_target', 'a token is for one resource')
    const resource = named ?? server.defaultResource
    const request = { client, grant: null, scopes, resource, dpopKey }
    const access = await issueAccessToken(server, request, now)
    return { access, response: tokenResponse(access, dpopKey), grant: null }
  },
}
