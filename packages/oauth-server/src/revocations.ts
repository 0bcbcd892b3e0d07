import type { Replica } from '@latchkey/store'
import { deleteDynamicClient } from './records/dynamic-client.js'
import { revokeGrant } from './records/grant.js'
import { claimOnce } from './records/replay.js'
import type { Server } from './server.js'
import type { AccessToken } from './tokens/access-token.js'

/**
 * What resource servers listen to that verify JWTs without asking: the topics of the package
 * `jwt`, whose keys are issuer and claim. Access tokens carry the id of their grant as `sid`.
 */
function tell(replica: Replica, topic: string, server: Server, id: string, expiresAt: number) {
  return replica.publish({ topic, key: `${server.issuer} ${id}`, expiresAt })
}

/** No access token of ours lives longer than this, in seconds. */
function longestLife({ rules, resources, clients }: Server): number {
  const ofResources = [...resources.values()].map((one) => one.accessTokenTtl ?? 0)
  return Math.max(rules.accessTokenTtl, clients.longestAccessTokenTtl, ...ofResources)
}

/**
 * Ends a grant with all that derives from it, and tells every resource server.
 *
 * @returns `false` when there was nothing to end.
 */
export async function endGrant(server: Server, id: string): Promise<boolean> {
  const isEnded = await revokeGrant(server.store, id)
  if (isEnded) {
    await tell(server.replica, 'jwt.session', server, id, server.now() + longestLife(server))
  }
  return isEnded
}

/** Ends one access token, and tells every resource server. */
export async function endAccessToken(server: Server, token: AccessToken): Promise<void> {
  await claimOnce(server.store, 'revoked-token', token.id, token.expiresAt)
  await tell(server.replica, 'jwt.token', server, token.id, token.expiresAt)
}

/**
 * Ends a client that registered itself with all that it holds, and tells every resource server.
 *
 * @returns `false` when there was none.
 */
export async function endClient(server: Server, id: string): Promise<boolean> {
  const isEnded = await deleteDynamicClient(server.store, id)
  if (isEnded) await tellCutOff(server, 'jwt.client', id)
  return isEnded
}

function tellCutOff(server: Server, topic: string, id: string): Promise<void> {
  const now = server.now()
  const expiresAt = now + longestLife(server)
  const key = `${server.issuer} ${id}`
  return server.replica.publish({ topic, key, expiresAt, value: Math.floor(now) })
}

/** Tells every resource server that what a subject was issued up to now is void. */
export function tellSubjectEnded(server: Server, subject: string): Promise<void> {
  return tellCutOff(server, 'jwt.subject', subject)
}
