/** A map that forgets what has not been asked for lately, once it is full. */
export interface BoundedCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
  deleteWhere(isUnwanted: (value: V) => boolean): void
  clear(): void
  readonly size: number
}

/**
 * Makes a cache of two generations: what is used lives in the young one, and a full young one
 * becomes the old one, whose leftovers are forgotten. A hit costs one look-up and moves nothing,
 * unlike a list ordered by use.
 *
 * @param max The most values that it may hold, at least 2.
 */
export function createBoundedCache<V>(max: number): BoundedCache<V> {
  const half = Math.max(1, Math.floor(max / 2))
  let young = new Map<string, V>()
  let old = new Map<string, V>()

  function set(key: string, value: V): void {
    if (young.size >= half && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, value)
    old.delete(key)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
    deleteWhere(isUnwanted) {
      for (const map of [young, old]) {
        for (const [key, value] of map) if (isUnwanted(value)) map.delete(key)
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
