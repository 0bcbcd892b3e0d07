import type { Identity } from '@latchkey/identity'
import type { Replica } from '@latchkey/store'
import { boundedMap } from '@latchkey/tokens'
import type { SessionRecord } from './record.js'
import type { Repository } from './repository.js'

/** What a process remembers of a session that it has verified. */
export interface Remembered {
  readonly identity: Identity
  readonly digest: string
  /** When it must be read again: the absolute end, or the end of a step-up. */
  readonly until: number
  readonly cut: number
  readonly cutAll: number
  /** When it was last used here. */
  seen: number
  /** When its use was last noted in the store. */
  touched: number
  /** Cut-offs that had been heard when it was last checked against them. */
  heard: number
}

/** A record as it was read, and when: counted in changes that this process has heard of. */
export interface Loaded {
  readonly record: SessionRecord | null
  readonly asOf: number
}

/** The sessions that this process knows, kept true by the replica. */
export interface Memory {
  recall(id: string): Remembered | undefined
  /** Reads a record, once however many ask at the same time. */
  load(id: string): Promise<Loaded>
  /** Keeps a session, unless it changed since it was read. */
  remember(id: string, session: Remembered, asOf: number): void
  /** Tells every process to read the session again. */
  announce(id: string, expiresAt: number): Promise<void>
  forget(id: string): void
}

const CHANGED = 'session.id'
const REMEMBERED_CHANGES = 4096

/** @param cacheSize Sessions; 0 remembers none. */
export function createMemory(
  repository: Pick<Repository, 'load'>,
  replica: Replica,
  cacheSize: number,
): Memory {
  const known = boundedMap<Remembered>(cacheSize)
  const loading = new Map<string, Promise<Loaded>>()
  const changed = boundedMap<number>(2 * REMEMBERED_CHANGES)
  let changes = 0

  function forget(id: string): void {
    known.delete(id)
    loading.delete(id)
    changed.set(id, ++changes)
  }
  replica.subscribe(CHANGED, (entry) => forget(entry.key))

  return {
    recall: (id) => known.get(id),
    forget,

    remember(id, session, asOf) {
      const isOutdated = changes - asOf > REMEMBERED_CHANGES || (changed.get(id) ?? 0) > asOf
      if (cacheSize > 0 && !isOutdated) known.set(id, session)
    },

    load(id) {
      const underWay = loading.get(id)
      if (underWay !== undefined) return underWay
      const asOf = changes
      const reading = repository
        .load(id)
        .then((record) => ({ record, asOf }))
        .finally(() => {
          if (loading.get(id) === reading) loading.delete(id)
        })
      loading.set(id, reading)
      return reading
    },

    async announce(id, expiresAt) {
      await replica.publish({ topic: CHANGED, key: id, expiresAt }, { isHint: true })
    },
  }
}
