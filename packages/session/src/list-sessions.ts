import type { KnownCuts } from './cutoffs.js'
import type { House } from './house.js'
import type { SessionRecord } from './record.js'
import { endOf, isAlive, type Timeouts } from './timeouts.js'

/** A session that lives, with its id. */
export interface LivingSession {
  readonly id: string
  readonly record: SessionRecord
}

/** What a person sees of one of their sessions: nothing that could be presented. */
export interface SessionInfo {
  /** The public id, which {@link Sessions.revoke} takes. */
  readonly id: string
  /** Instants in seconds. */
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  /** Such as `Firefox on Android`. */
  readonly device: string
  /** The network address at login. */
  readonly address: string
  /** How the login was proved (RFC 8176). */
  readonly amr: readonly string[]
  /** Whether it is the one that asks. */
  readonly isCurrent: boolean
}

const AT_ONCE = 100

/** Reduces a record to what may be shown. */
export function sessionInfo(
  { id, record }: LivingSession,
  current: string | undefined,
  timeouts: Timeouts,
): SessionInfo {
  return {
    id,
    createdAt: record.created,
    lastSeenAt: record.seen,
    expiresAt: endOf(record, timeouts),
    device: record.device,
    address: record.address,
    amr: record.login?.amr ?? [],
    isCurrent: id === current,
  }
}

/**
 * Finds a subject's sessions, the oldest login first. The index is only a hint: each session is
 * read, and what it names in vain is dropped.
 */
export async function livingSessions(house: House, subject: string): Promise<LivingSession[]> {
  const { repository, cutoffs } = house
  const ids = await repository.listIds(subject)
  const cuts = await cutoffs.look(subject)
  const living: LivingSession[] = []
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE)
    const records = await Promise.all(some.map((id) => repository.load(id)))
    for (const [index, id] of some.entries()) {
      const record = records[index]
      if (record?.login?.subject === subject && isLiving(house, record, cuts)) {
        living.push({ id, record })
      } else await repository.unlink(subject, id)
    }
  }
  return living.sort((one, other) => byAge(one, other))
}

/** Whether a record is of a session that lives, under the cut-offs of its subject. */
export function isLiving({ settings }: House, record: SessionRecord, cuts: KnownCuts): boolean {
  const { login } = record
  const isCut = login !== null && (cuts.cut > login.cut || cuts.cutAll > login.cutAll)
  return !isCut && isAlive(record, record.seen, settings.now(), settings)
}

function byAge(one: LivingSession, other: LivingSession): number {
  const difference = (one.record.serial ?? 0) - (other.record.serial ?? 0)
  if (difference !== 0) return difference
  return one.record.created - other.record.created || (one.id < other.id ? -1 : 1)
}
