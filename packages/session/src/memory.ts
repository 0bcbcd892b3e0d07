import type { Replica } from '@latchkey/store'
import { boundedMap } from '@latchkey/tokens'
import { packSession, unpackSession } from './packed-session.js'
import type { SessionRecord } from './record.js'
import type { Remembered } from './remembered.js'
import type { Repository } from './repository.js'
import type { Voucher } from './session-identity.js'
import { flat } from './token.js'

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
  /** Writes down what changed in a session that is remembered. */
  note(id: string): void
  /** Tells every process to read the session again. */
  announce(id: string, expiresAt: number): Promise<void>
  forget(id: string): void
}

const CHANGED = 'session.id'
const REMEMBERED_CHANGES = 4096
const MOST_OBJECTS = 4096

/**
 * Makes the memory: sessions as texts, and as objects those that are used most.
 *
 * @param settings `cacheSize`: sessions; 0 remembers none.
 */
export function createMemory(
  repository: Pick<Repository, 'load'>,
  replica: Replica,
  settings: Voucher & { readonly cacheSize: number },
): Memory {
  const { cacheSize } = settings
  const hot = boundedMap<Remembered>(Math.min(cacheSize, MOST_OBJECTS))
  const packed = boundedMap<string>(cacheSize)
  const loading = new Map<string, Promise<Loaded>>()
  const changed = boundedMap<number>(2 * REMEMBERED_CHANGES)
  let changes = 0

  function forget(id: string): void {
    hot.delete(id)
    packed.delete(id)
    loading.delete(id)
    changed.set(id, ++changes)
  }
  replica.subscribe(CHANGED, (entry) => forget(entry.key))

  return {
    forget,

    recall(id) {
      const session = hot.get(id)
      if (session !== undefined) return session
      const text = packed.get(id)
      if (text === undefined) return undefined
      const unpacked = unpackSession(flat(id), text, settings)
      hot.set(unpacked.identity.credentialId, unpacked)
      return unpacked
    },

    note(id) {
      const session = hot.get(id)
      if (session !== undefined) packed.set(session.identity.credentialId, packSession(session))
    },

    remember(id, session, asOf) {
      const isOutdated = changes - asOf > REMEMBERED_CHANGES || (changed.get(id) ?? 0) > asOf
      if (cacheSize === 0 || isOutdated) return
      const key = session.identity.credentialId
      hot.set(key, session)
      packed.set(key, packSession(session))
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
