import { loadRevokedAt } from '../records/consent.js'
import { type Grant, loadGrant } from '../records/grant.js'
import { isClaimed } from '../records/replay.js'
import type { Server } from '../server.js'
import type { AccessToken } from './access-token.js'

/** Whether a grant was redeemed and not revoked, nor the consent that it stands on. */
export async function isGrantAlive(server: Server, grant: Grant): Promise<boolean> {
  if (grant.status !== 'active') return false
  return grant.createdAt > (await loadRevokedAt(server.store, grant.subject, grant.clientId))
}

/** Whether a genuine access token still counts. */
export async function isAccessTokenAlive(server: Server, token: AccessToken): Promise<boolean> {
  const [isRevoked, loaded] = await Promise.all([
    isClaimed(server.store, 'revoked-token', token.id),
    token.grantId === null ? undefined : loadGrant(server.store, token.grantId),
  ])
  if (isRevoked || loaded === null) return false
  return loaded === undefined || isGrantAlive(server, loaded.grant)
}
