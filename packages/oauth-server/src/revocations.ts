import type { Replica } from '@latchkey/store'
import { cutOff, listGrants, withdrawConsent } from './records/consent.js'
import { deleteDynamicClient } from './records/dynamic-client.js'
import { revokeGrant } from './records/grant.js'
import { claimOnce } from './records/replay.js'
import type { Server } from './server.js'
import type { AccessToken } from './tokens/access-token.js'
import { subjectFor } from './tokens/subject.js'

/**
 * What resource servers listen to that verify JWTs without asking: the topics of the package
 * `jwt`, whose keys are issuer and claim. Access tokens carry the id of their grant as `sid`.
 */
function tell(replica: Replica, topic: string, server: Server, id: string, expiresAt: number) {
  return replica.publish({ topic, key: `${server.issuer} ${id}`, expiresAt })
}

/** No access token of ours lives longer than this, in seconds. */
export function longestLife({ rules, resources, clients }: Server): number {
  const ofResources = [...resources.values()].map((one) => one.accessTokenTtl ?? 0)
  return Math.max(rules.accessTokenTtl, clients.longestAccessTokenTtl, ...ofResources)
}

/** Why a grant ended. */
export type EndReason = 'revoked' | 'code-reuse' | 'refresh-reuse' | 'consent-withdrawn'

/**
 * Ends a grant with all that derives from it, and tells every resource server.
 *
 * @returns `false` when there was nothing to end.
 */
export async function endGrant(
  server: Server,
  id: string,
  reason: EndReason = 'revoked',
): Promise<boolean> {
  const grant = await revokeGrant(server.store, id)
  if (grant === null) return false
  await tell(server.replica, 'jwt.session', server, id, server.now() + longestLife(server))
  server.events.publishRevoked({ reason, credentialId: id, subject: grant.subject })
  return true
}

/** Ends one access token, and tells every resource server. */
export async function endAccessToken(server: Server, token: AccessToken): Promise<void> {
  await claimOnce(server.store, 'revoked-token', token.id, token.expiresAt)
  await tell(server.replica, 'jwt.token', server, token.id, token.expiresAt)
  server.events.publishRevoked({ reason: 'revoked', credentialId: token.id })
}

/**
 * Ends a client that registered itself with all that it holds, and tells every resource server.
 *
 * @returns `false` when there was none.
 */
export async function endClient(server: Server, id: string): Promise<boolean> {
  const isEnded = await deleteDynamicClient(server.store, id)
  if (isEnded) {
    await tellCutOff(server, 'jwt.client', id)
    server.events.publish('deleted', { clientId: id })
  }
  return isEnded
}

function tellCutOff(server: Server, topic: string, id: string): Promise<void> {
  const now = server.now()
  const expiresAt = now + longestLife(server)
  const key = `${server.issuer} ${id}`
  return server.replica.publish({ topic, key, expiresAt, value: Math.floor(now) })
}

/** Tells every resource server that what a subject was issued up to now is void. */
function tellSubjectEnded(server: Server, subject: string): Promise<void> {
  return tellCutOff(server, 'jwt.subject', subject)
}

/** Ends all that a subject has granted, and tells every resource server, by each of its names. */
export async function endSubject(server: Server, subject: string): Promise<void> {
  const now = server.now()
  await cutOff(server.store, subject, now, now + longestMemory(server))
  const clients = [...(await listGrants(server.store, subject)).keys()]
  const found = await Promise.all(clients.map((id) => server.clients.find(id)))
  const own = found.map((client) =>
    client === null ? subject : subjectFor(server, client, subject),
  )
  for (const name of new Set([subject, ...own])) await tellSubjectEnded(server, name)
  server.events.publishRevoked({ reason: 'revoked-all', subject })
}

/** Takes a consent back, ends the grants of its client, and tells every resource server. */
export async function endConsent(server: Server, subject: string, clientId: string): Promise<void> {
  const now = server.now()
  const until = now + longestMemory(server)
  for (const id of await withdrawConsent(server.store, subject, clientId, now, until)) {
    await endGrant(server, id, 'consent-withdrawn')
  }
  server.events.publish('consent-withdrawn', { subject, clientId })
}

/** Seconds that cut-offs are remembered: longer than anything they concern can live. */
export function longestMemory(server: Server): number {
  const { clients, rules } = server
  const ofClients = clients.operated.map((client) => client.refreshTokenTtl ?? 0)
  return Math.max(rules.refreshTokenTtl, rules.consentTtl, longestLife(server), ...ofClients)
}
