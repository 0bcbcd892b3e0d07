const WRITERS = {
  add: { value: refuse },
  set: { value: refuse },
  delete: { value: refuse },
  clear: { value: refuse },
}
/** Giving a prototype costs a tenth of defining the properties on each collection. */
const LOCKED_SET: object = Object.freeze(Object.create(Set.prototype, WRITERS))
const LOCKED_MAP: object = Object.freeze(Object.create(Map.prototype, WRITERS))
const EMPTY: ReadonlySet<string> = lock(new Set<string>(), LOCKED_SET)

/**
 * A set that cannot be written to, so that it may be shared between requests. It guards against
 * mistakes: code that calls `Set.prototype.add` upon it means what it does.
 *
 * @param members Default: none.
 * @returns A set whose `add`, `delete` and `clear` throw a `TypeError`.
 * @throws {TypeError} When `members` is a string (whose letters would be the members), or one of
 *   them is not a string.
 */
export function readonlySet(members?: Iterable<string>): ReadonlySet<string> {
  if (members === undefined) return EMPTY
  if (typeof members === 'string') {
    throw new TypeError('Cannot make a set: the members are one string; split it first')
  }
  const set = new Set(members)
  for (const member of set) {
    if (typeof member !== 'string') {
      throw new TypeError(`Cannot make a set: a member is of the type "${typeof member}"`)
    }
  }
  return set.size === 0 ? EMPTY : lock(set, LOCKED_SET)
}

/** Locks a map as {@link readonlySet} locks a set. */
export function readonlyMap<K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  return lock(map, LOCKED_MAP)
}

function lock<T extends object>(collection: T, prototype: object): T {
  return Object.freeze(Object.setPrototypeOf(collection, prototype))
}

function refuse(): never {
  throw new TypeError('Cannot change the collection: an identity is read-only')
}
