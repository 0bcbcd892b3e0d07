import { invalidGrant, OAuthError } from '../oauth-error.js'
import { loadRevokedAt } from '../records/consent.js'
import type { Grant } from '../records/grant.js'
import { findResources, type Resource } from '../resources.js'
import type { TokenRequest } from './grant-type.js'

/**
 * Checks that the user still stands behind a grant: the consent was not withdrawn, and the user
 * still exists.
 *
 * @throws {OAuthError} `invalid_grant`.
 */
export async function checkStanding(request: TokenRequest, grant: Grant): Promise<void> {
  const { server, client } = request
  const { subject, scopes } = grant
  const revokedAt = await loadRevokedAt(server.store, subject, client.id)
  if (grant.createdAt <= revokedAt) throw invalidGrant('the consent was withdrawn')
  const claims = await server.claims(subject, { clientId: client.id, scopes })
  if (claims === null) throw invalidGrant('the user no longer exists')
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
