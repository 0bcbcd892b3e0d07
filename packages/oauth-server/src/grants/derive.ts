import { invalidGrant, OAuthError } from '../oauth-error.js'
import type { Grant } from '../records/grant.js'
import { findResources, type Resource } from '../resources.js'
import { isStanding } from '../tokens/liveness.js'
import type { TokenRequest } from './grant-type.js'

/**
 * Checks that the user still stands behind a grant: the consent was not withdrawn, and the user
 * still exists.
 *
 * @returns What the application says about the user.
 * @throws {OAuthError} `invalid_grant`.
 */
export async function checkStanding(
  request: TokenRequest,
  grant: Grant,
): Promise<Readonly<Record<string, unknown>>> {
  const { server, client } = request
  const { subject, scopes } = grant
  if (!(await isStanding(server, grant))) {
    throw invalidGrant('the consent was withdrawn, or the session has ended')
  }
  const claims = await server.claims(subject, { clientId: client.id, scopes })
  if (claims === null) throw invalidGrant('the user no longer exists')
  return claims
}

/**
 * Picks the one resource that the token is for (RFC 8707 §2.2): the one that is named, or the
 * first that was granted.
 *
 * @throws {OAuthError} `invalid_target` when it was not granted, or several are named.
 */
export function pickResource({ server, params }: TokenRequest, grant: Grant): Resource {
  const [named, second] = findResources(server.resources, params.all('resource'))
  if (second !== undefined) throw new OAuthError('invalid_target', 'a token is for one resource')
  const granted = findResources(server.resources, grant.resources)
  if (named === undefined) return granted[0] ?? server.defaultResource
  const isGranted =
    granted.length === 0 ? named === server.defaultResource : granted.includes(named)
  if (!isGranted) throw new OAuthError('invalid_target', 'the resource was not granted')
  return named
}
