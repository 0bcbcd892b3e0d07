import { sha256Base64url } from '@latchkey/tokens'
import type { House } from './house.js'

/** What a provider may end: one of its sessions, or all of a subject. */
export interface ForeignSession {
  readonly provider: string
  readonly issuer: string
  readonly subject: string | null
  readonly sid: string | null
}

/** How long a logout is remembered, for sign-ins that are under way when it comes. */
const REMEMBERED = 3600
const PAGE = 1000

function indexOf(
  { settings }: House,
  kind: 'sid' | 'sub',
  provider: string,
  parts: string[],
): string {
  return `${settings.name}:${kind}:${sha256Base64url(JSON.stringify([provider, ...parts]))}`
}

function indexesOf(house: House, { provider, issuer, subject, sid }: ForeignSession): string[] {
  return [
    ...(sid === null ? [] : [indexOf(house, 'sid', provider, [issuer, sid])]),
    ...(subject === null ? [] : [indexOf(house, 'sub', provider, [issuer, subject])]),
  ]
}

/**
 * Notes which session of ours belongs to which of the provider's.
 *
 * @returns `false` when the provider has ended it meanwhile.
 */
export async function linkSession(
  house: House,
  foreign: ForeignSession,
  session: string,
  issuedAt: number,
  expiresAt: number,
): Promise<boolean> {
  const { store } = house.settings
  const indexes = indexesOf(house, foreign)
  for (const index of indexes) await store.link(index, session, expiresAt)
  for (const index of indexes) {
    const ended = await store.get(`${index}:ended`)
    if (ended !== null && (ended.value as number) >= issuedAt) return false
  }
  return true
}

/** Remembers that the provider has ended a session, then finds those of ours that belong to it. */
export async function endedSessions(house: House, foreign: ForeignSession): Promise<string[]> {
  const { store, now } = house.settings
  // With a session id it is that one alone; without it, all of the subject.
  const [index = ''] = indexesOf(house, foreign)
  const key = `${index}:ended`
  const expiresAt = now() + REMEMBERED
  if (!(await store.create(key, now(), { expiresAt }))) {
    const before = await store.get(key)
    if (before !== null) await store.replace(key, before.version, now(), { expiresAt })
  }
  const found: string[] = []
  let cursor: string | null = null
  do {
    const page = await store.list(index, { cursor, limit: PAGE })
    found.push(...page.members)
    cursor = page.cursor
  } while (cursor !== null)
  return found
}
