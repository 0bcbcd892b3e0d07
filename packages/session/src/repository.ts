import type { Store } from '@latchkey/store'
import { Unavailable } from './errors.js'
import { parseRecord, type SessionRecord, serializeRecord } from './record.js'
import { expiryOf, type Timeouts } from './timeouts.js'

/** What a change makes of a record: another one, or `null` to leave it as it is. */
export type Change = (record: SessionRecord) => SessionRecord | null

/** Session records behind the store's contract; whatever the store rejects with becomes 503. */
export interface Repository {
  load(id: string): Promise<SessionRecord | null>
  create(id: string, record: SessionRecord): Promise<void>
  /**
   * Changes a record by compare-and-set, again and again until nobody was faster. A record that is
   * gone, or has ended, stays so.
   *
   * @returns The record as it is now, or `null` when there is none that lives.
   */
  update(id: string, change: Change): Promise<SessionRecord | null>
  /**
   * Marks a record as ended: from then on nothing can be written to it, though it is still there
   * until {@link Repository.remove}, so that an interrupted logout can be repeated.
   *
   * @param keepUntil Instant in seconds; default: as long as it would have lived.
   * @returns The record as it was, or `null` when there is none.
   */
  end(
    id: string,
    why: NonNullable<SessionRecord['ended']>,
    keepUntil?: number,
  ): Promise<SessionRecord | null>
  remove(id: string): Promise<void>
  /** Ids of a subject's sessions, as a hint: some may have ended. */
  listIds(subject: string): Promise<string[]>
  link(subject: string, id: string, end: number): Promise<void>
  unlink(subject: string, id: string): Promise<void>
}

const MOST_TRIES = 100

/** @param name The mechanism's, with which all keys begin. */
export function createRepository(store: Store, name: string, timeouts: Timeouts): Repository {
  const keyOf = (id: string): string => `session:${name}:${id}`
  const indexOf = (subject: string): string => `session-of:${name}:${subject}`

  async function read(id: string) {
    const found = await store.get(keyOf(id))
    const record = found === null ? null : parseRecord(found.value)
    return found === null || record === null ? null : { record, version: found.version }
  }

  async function write(
    id: string,
    change: (record: SessionRecord) => { record: SessionRecord; expiresAt: number } | null,
  ): Promise<{ before: SessionRecord; after: SessionRecord } | null> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const held = await read(id)
      if (held === null) return null
      const next = change(held.record)
      if (next === null) return { before: held.record, after: held.record }
      const { record, expiresAt } = next
      const value = serializeRecord(record)
      if (await store.replace(keyOf(id), held.version, value, { expiresAt })) {
        return { before: held.record, after: record }
      }
    }
    throw new Unavailable({ cause: new Error('the session is changed by too many at once') })
  }

  return {
    load: (id) => guard(async () => (await read(id))?.record ?? null),

    create: (id, record) =>
      guard(async () => {
        const expiresAt = expiryOf(record, timeouts)
        if (await store.create(keyOf(id), serializeRecord(record), { expiresAt })) return
        throw new Error('the session id is taken')
      }),

    update: (id, change) =>
      guard(async () => {
        const result = await write(id, (record) => {
          const next = record.ended === undefined ? change(record) : null
          return next === null ? null : { record: next, expiresAt: expiryOf(next, timeouts) }
        })
        return result === null || result.after.ended !== undefined ? null : result.after
      }),

    end: (id, why, keepUntil) =>
      guard(async () => {
        const result = await write(id, (record) => {
          if (record.ended !== undefined) return null
          const { bag: _, ...rest } = record
          const expiresAt = keepUntil ?? expiryOf(record, timeouts)
          return { record: { ...rest, ended: why }, expiresAt }
        })
        return result?.before ?? null
      }),

    remove: (id) =>
      guard(async () => {
        await store.delete(keyOf(id))
      }),

    listIds: (subject) =>
      guard(async () => {
        const ids: string[] = []
        let cursor: string | null = null
        do {
          const page: { members: readonly string[]; cursor: string | null } = await store.list(
            indexOf(subject),
            { cursor, limit: 1000 },
          )
          ids.push(...page.members)
          cursor = page.cursor
        } while (cursor !== null)
        return ids
      }),

    link: (subject, id, end) => guard(() => store.link(indexOf(subject), id, end)),
    unlink: (subject, id) => guard(() => store.unlink(indexOf(subject), id)),
  }
}

/** Nobody outside is told what is wrong with the store. */
async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw cause instanceof Unavailable ? cause : new Unavailable({ cause })
  }
}
