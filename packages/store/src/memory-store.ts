import { StoreInvalid, StoreUnfit } from './errors.js'
import { createMemoryFeeds } from './memory-feed.js'
import { createMemoryIndexes } from './memory-indexes.js'
import { createMemoryRecords } from './memory-records.js'
import type { Store } from './types.js'

/** How the memory store is set up. */
export interface MemoryStoreOptions {
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
  /**
   * The most records, and as many counters, index members and feed entries: each has its own
   * places, so that a flood of one cannot crowd out another. Default 1,000,000.
   */
  readonly maxRecords?: number
  /**
   * Lets `ready()` pass with `NODE_ENV=production`, where everything in this store is lost with
   * the process and unknown to every other process. Default `false`.
   */
  readonly allowInProduction?: boolean
}

/**
 * A store in the memory of this process: the embedded default, for one process that may forget
 * everything when it ends.
 *
 * A full store refuses the write with `LATCHKEY_STORE_FULL`; it never drops a session or a
 * revocation that is alive to make room.
 *
 * @throws {Error} `LATCHKEY_STORE_INVALID` when `maxRecords` is not a positive integer.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { clock = () => Date.now() / 1000, maxRecords = 1_000_000 } = options
  if (!Number.isSafeInteger(maxRecords) || maxRecords < 1) {
    throw new StoreInvalid('"maxRecords" is not a positive integer')
  }
  const { figures: recordFigures, ...records } = createMemoryRecords(maxRecords, clock)
  const { figures: indexFigures, ...indexes } = createMemoryIndexes(maxRecords, clock)
  const { figures: feedFigures, ...feeds } = createMemoryFeeds(maxRecords, clock)

  return {
    ...records,
    ...indexes,
    ...feeds,

    async ready() {
      if (process.env.NODE_ENV !== 'production' || options.allowInProduction === true) return
      throw new StoreUnfit(
        'the memory store forgets every session and revocation with the process; give redisStore() or postgresStore(), or write "allowInProduction: true"',
      )
    },

    async stats() {
      return {
        engine: 'memory',
        ...recordFigures(),
        ...indexFigures(),
        ...feedFigures(),
        maxRecords,
      }
    },
  }
}
