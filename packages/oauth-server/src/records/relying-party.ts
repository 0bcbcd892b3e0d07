import type { Store } from '@latchkey/store'
import { claimOnce } from './replay.js'

const indexOf = (session: string): string => `oauth:session:${session}`

/** Remembers that a client has to be told when a session ends. */
export function rememberRelyingParty(
  store: Store,
  session: string,
  clientId: string,
  expiresAt: number,
): Promise<void> {
  return store.link(indexOf(session), clientId, expiresAt)
}

/**
 * Ends a session as far as this server is concerned: what was granted only for its time is dead.
 *
 * @returns The clients that have to be told.
 */
export async function endSession(
  store: Store,
  session: string,
  expiresAt: number,
): Promise<string[]> {
  await claimOnce(store, 'ended-session', session, expiresAt)
  const clients: string[] = []
  let cursor: string | null = null
  do {
    const page = await store.list(indexOf(session), { cursor })
    clients.push(...page.members)
    cursor = page.cursor
  } while (cursor !== null)
  return clients
}
