import { StoreFull } from './errors.js'

/** What an {@link ExpiringMap} holds: anything that says when it ends. */
export interface Expiring {
  /** Instant in seconds; `Infinity` for never. */
  expiresAt: number
}

/** A bounded map whose entries end by themselves. */
export interface ExpiringMap<Key, Value extends Expiring> {
  /** Entries held, those that have ended and are not yet swept included. */
  readonly size: number
  /** @returns The entry, or `undefined` when there is none or it has ended. */
  get(key: Key): Value | undefined
  /**
   * Adds an entry, or puts another in its place.
   *
   * @throws {Error} `LATCHKEY_STORE_FULL` when every place is taken by an entry that is alive.
   */
  put(key: Key, value: Value): void
  /** @returns `false` when there was none alive. */
  delete(key: Key): boolean
}

const stepsPerWrite = 4
const longestRun = 64

/**
 * Makes a map that sweeps itself: each write looks at the next few entries of an endless round
 * trip and drops those that have ended. So no entry has a timer and no write scans the map, except
 * that a full map looks for room at most once a second.
 *
 * @param maxEntries The bound.
 * @param clock The time in seconds.
 * @param onDrop Called for every entry that leaves, by {@link ExpiringMap.delete} or by its end.
 */
export function createExpiringMap<Key, Value extends Expiring>(
  maxEntries: number,
  clock: () => number,
  onDrop: (value: Value) => void = () => {},
): ExpiringMap<Key, Value> {
  const entries = new Map<Key, Value>()
  let hand = entries.entries()
  let fruitlessUntil = Number.NEGATIVE_INFINITY

  function drop(key: Key, value: Value): void {
    entries.delete(key)
    onDrop(value)
  }

  function sweep(now: number): void {
    let steps = Math.min(stepsPerWrite, entries.size)
    for (let taken = 0; taken < steps; taken++) {
      const next = hand.next()
      if (next.done === true) {
        hand = entries.entries()
      } else if (next.value[1].expiresAt <= now) {
        drop(next.value[0], next.value[1])
        steps = longestRun
      }
    }
  }

  function makeRoom(now: number): void {
    if (now >= fruitlessUntil) {
      for (const [key, value] of entries) if (value.expiresAt <= now) drop(key, value)
      fruitlessUntil = now + 1
    }
    if (entries.size >= maxEntries) {
      throw new StoreFull(`all of its ${maxEntries} places are taken; raise "maxRecords"`)
    }
  }

  function get(key: Key): Value | undefined {
    const value = entries.get(key)
    if (value === undefined || value.expiresAt > clock()) return value
    drop(key, value)
    return undefined
  }

  return {
    get size() {
      return entries.size
    },
    get,
    put(key, value) {
      const now = clock()
      sweep(now)
      if (entries.size >= maxEntries && !entries.has(key)) makeRoom(now)
      entries.set(key, value)
    },
    delete(key) {
      const value = get(key)
      if (value === undefined) return false
      drop(key, value)
      return true
    },
  }
}
