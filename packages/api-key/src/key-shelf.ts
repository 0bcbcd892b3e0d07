import { boundedMap } from '@latchkey/tokens'
import { type CachedKey, prepareAbsence, prepareKey } from './cached-key.js'
import type { KeyRecord } from './record.js'
import type { KeyRepository } from './repository.js'
import type { Digester } from './secret-digest.js'

/** The keys that this process holds, known and unknown, bounded. */
export interface KeyShelf {
  find(id: string): CachedKey | undefined
  /** Reads a record, once for all that wait for it. */
  load(id: string): Promise<CachedKey>
  /** Lets go of one key, so that the next request reads its record. */
  forget(id: string): void
  /** Lets go of all keys that fit. */
  forgetWhere(isUnwanted: (record: KeyRecord) => boolean): void
}

/** What a shelf stands on. */
export interface KeyShelfParts {
  readonly repository: KeyRepository
  readonly digester: Digester
  readonly cacheSize: number
  readonly cacheTtl: number
  readonly negativeTtl: number
  readonly clock: () => number
}

/** Makes an empty shelf. */
export function createKeyShelf(parts: KeyShelfParts): KeyShelf {
  const { repository, digester, clock } = parts
  const keys = boundedMap<CachedKey>(parts.cacheSize)
  const underWay = new Map<string, Promise<CachedKey>>()
  let forgettings = 0

  async function read(id: string): Promise<CachedKey> {
    const before = forgettings
    const record = await repository.load(id)
    const now = clock()
    const key =
      record === null
        ? prepareAbsence(digester, now + parts.negativeTtl)
        : prepareKey(record, digester, now + parts.cacheTtl)
    // What was read before something was forgotten may be what was to be forgotten.
    if (forgettings === before) keys.set(id, key)
    return key
  }

  return {
    find: keys.get,
    load(id) {
      let loading = underWay.get(id)
      if (loading === undefined) {
        loading = read(id).finally(() => {
          if (underWay.get(id) === loading) underWay.delete(id)
        })
        underWay.set(id, loading)
      }
      return loading
    },
    forget(id) {
      forgettings++
      underWay.delete(id)
      keys.delete(id)
    },
    forgetWhere(isUnwanted) {
      forgettings++
      underWay.clear()
      keys.deleteWhere(({ isThere, record }) => isThere && isUnwanted(record))
    },
  }
}
