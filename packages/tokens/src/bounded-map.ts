/** A map that forgets what was not used lately. */
export interface BoundedMap<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  /** Forgets every entry that fits; takes as long as there are entries. */
  deleteWhere(isUnwanted: (value: T) => boolean): void
  clear(): void
  /** Number of entries, the forgotten half not counted. */
  readonly size: number
}

/**
 * A map of bounded size in two generations: when the young one is full it becomes the old one,
 * and what was in the old one is forgotten unless it was read meanwhile. Every operation is one or
 * two map operations, and nothing is kept per entry to know its age.
 *
 * @param most Entries at any time; at least half of them are the last ones used.
 */
export function boundedMap<T>(most: number): BoundedMap<T> {
  const half = Math.max(1, Math.floor(most / 2))
  let young = new Map<string, T>()
  let old = new Map<string, T>()

  function put(key: string, value: T): void {
    if (young.size >= half && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) put(key, older)
      return older
    },
    set: put,
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
    deleteWhere(isUnwanted) {
      for (const generation of [young, old]) {
        for (const [key, value] of generation) if (isUnwanted(value)) generation.delete(key)
      }
    },
    clear() {
      young.clear()
      old.clear()
    },
    get size() {
      return young.size + old.size
    },
  }
}
