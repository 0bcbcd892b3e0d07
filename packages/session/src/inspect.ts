import { isEqualDigest, sha256Base64url } from '@latchkey/tokens'
import type { House } from './house.js'
import type { SessionRecord } from './record.js'
import { isAlive } from './timeouts.js'

/** What a presented token turned out to be. */
export type Finding = LiveFinding | DeadFinding

/** The token of a session that lives. */
export interface LiveFinding {
  readonly isLive: true
  readonly id: string
  readonly record: SessionRecord
  /** It is the token before a rotation: good for reading, for a few seconds. */
  readonly isPrevious: boolean
  /** When the record was read; for remembering it. */
  readonly asOf: number
}

/** The token of no session, or of one that has ended. */
export interface DeadFinding {
  readonly isLive: false
  /** Whether the browser should drop the cookie: not if it has a newer one by now. */
  readonly isStale: boolean
  /** The id of a session whose ending was interrupted. */
  readonly unfinished?: string
}

const STALE: DeadFinding = { isLive: false, isStale: true }

/**
 * Asks the store what a token is worth.
 *
 * @param isExact Whether to ask the store for cut-offs, too, instead of this process.
 * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE` when the store does not answer.
 */
export async function inspectToken(
  house: House,
  id: string,
  text: string,
  isExact: boolean,
): Promise<Finding> {
  const { memory, repository, settings } = house
  const { record, asOf } = await memory.load(id)
  if (record === null) return STALE
  const now = settings.now()
  const digest = sha256Base64url(text)
  const isCurrent = isEqualDigest(digest, record.digest)
  if (!isCurrent && !isPreviousToken(record, digest, now)) return STALE
  if (record.ended === 'replaced') return { isLive: false, isStale: false }
  if (record.ended !== undefined) return { isLive: false, isStale: true, unfinished: id }
  const seen = Math.max(record.seen, memory.recall(id)?.seen ?? 0)
  if (!isAlive(record, seen, now, settings) || (await isVoid(house, record, isExact))) {
    memory.forget(id)
    await repository.remove(id)
    return STALE
  }
  return { isLive: true, id, record, isPrevious: !isCurrent, asOf }
}

async function isVoid(house: House, record: SessionRecord, isExact: boolean): Promise<boolean> {
  const { login } = record
  if (login === null) return false
  if (!isExact) return house.cutoffs.isVoid(login.subject, login)
  const { cut, cutAll } = await house.cutoffs.look(login.subject)
  return cut > login.cut || cutAll > login.cutAll
}

function isPreviousToken({ previous }: SessionRecord, digest: string, now: number): boolean {
  return previous !== undefined && now < previous.until && isEqualDigest(digest, previous.digest)
}
