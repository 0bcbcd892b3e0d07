import { loadRevokedAt } from '../records/consent.js'
import { type Grant, loadGrant } from '../records/grant.js'
import { isClaimed } from '../records/replay.js'
import type { Server } from '../server.js'
import type { AccessToken } from './access-token.js'

/**
 * Whether what a grant stands on is still there: the client, the consent, and the session unless the grant was
 * meant to outlive it.
 */
export async function isStanding(server: Server, grant: Grant): Promise<boolean> {
  const { store } = server
  const outlives = grant.openid === null || grant.scopes.includes('offline_access')
  const [client, revokedAt, isEnded] = await Promise.all([
    server.clients.find(grant.clientId),
    loadRevokedAt(store, grant.subject, grant.clientId),
    outlives ? false : isClaimed(store, 'ended-session', grant.login.session),
  ])
  return client !== null && grant.createdAt > revokedAt && !isEnded
}

/** Whether a grant was redeemed, not revoked, and stands. */
export async function isGrantAlive(server: Server, grant: Grant): Promise<boolean> {
  return grant.status === 'active' && (await isStanding(server, grant))
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
