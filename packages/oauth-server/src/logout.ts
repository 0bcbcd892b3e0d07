import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from './records/client.js'
import { endSession } from './records/relying-party.js'
import { longestMemory } from './revocations.js'
import type { Server } from './server.js'
import { issueLogoutToken } from './tokens/logout-token.js'

const pauses = [0, 1, 5]

async function tell(
  server: Server,
  client: Client,
  uri: string,
  subject: string,
  session: string,
): Promise<void> {
  const token = await issueLogoutToken(server, client, subject, session)
  const body = new URLSearchParams({ logout_token: token }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const seconds of pauses) {
    await pause(seconds * 1000, undefined, { ref: false })
    const isDone = await server.outbound.request(uri, { method: 'POST', headers, body }).then(
      ({ status }) => status < 500,
      () => false,
    )
    if (isDone) return
  }
}

/**
 * Ends a session: what was granted only for its time is dead, and the clients that asked for it
 * are told, three times if they do not answer, without the user waiting for them.
 */
export async function logoutEverywhere(
  server: Server,
  subject: string,
  session: string,
): Promise<void> {
  server.events.publish('logged-out', { subject, credentialId: session })
  const until = server.now() + longestMemory(server)
  for (const id of await endSession(server.store, session, until)) {
    const client = await server.clients.find(id)
    if (client?.backchannelLogoutUri === undefined) continue
    const call = tell(server, client, client.backchannelLogoutUri, subject, session)
    server.background.add(call)
    void call.finally(() => server.background.delete(call))
  }
}
