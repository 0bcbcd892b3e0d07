/** An item at its place in a {@link Log}. */
export interface LogEntry<Item> {
  /** Grows with every append; never used twice. */
  readonly position: number
  readonly item: Item
  /** Set by {@link Log.remove}. */
  removed: boolean
}

/** A list that is appended to, read from a position on, and out of which anything may be taken. */
export interface Log<Item> {
  /** Entries that have not been removed. */
  readonly size: number
  /** The position of the last append, 0 when there was none. */
  readonly head: number
  append(item: Item): LogEntry<Item>
  remove(entry: LogEntry<Item>): void
  /** @returns The first entry behind the position that is still there, or `undefined`. */
  after(position: number): LogEntry<Item> | undefined
}

/**
 * Makes an empty log. Appending and removing take constant time, amortized; reading on from a
 * position takes a binary search.
 */
export function createLog<Item>(): Log<Item> {
  let entries: LogEntry<Item>[] = []
  let size = 0
  let head = 0

  function indexAfter(position: number): number {
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((entries[middle] as LogEntry<Item>).position <= position) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    get size() {
      return size
    },
    get head() {
      return head
    },
    append(item) {
      const entry = { position: ++head, item, removed: false }
      entries.push(entry)
      size++
      return entry
    },
    remove(entry) {
      entry.removed = true
      size--
      if (entries.length > 32 && entries.length > size * 2) {
        entries = entries.filter((each) => !each.removed)
      }
    },
    after(position) {
      for (let index = indexAfter(position); index < entries.length; index++) {
        const entry = entries[index] as LogEntry<Item>
        if (!entry.removed) return entry
      }
      return undefined
    },
  }
}
