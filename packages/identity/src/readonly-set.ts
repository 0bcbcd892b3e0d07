const EMPTY: ReadonlySet<string> = lock(new Set())

/**
 * A set that cannot be written to, so that it may be shared between requests.
 *
 * @param members Default: none.
 * @returns A set whose `add`, `delete` and `clear` throw a `TypeError`.
 */
export function readonlySet(members?: Iterable<string>): ReadonlySet<string> {
  if (members === undefined) return EMPTY
  const set = new Set(members)
  return set.size === 0 ? EMPTY : lock(set)
}

function lock(set: Set<string>): ReadonlySet<string> {
  return Object.freeze(Object.assign(set, { add: refuse, delete: refuse, clear: refuse }))
}

function refuse(): never {
  throw new TypeError('Cannot change the set: an identity is read-only')
}
