/** How the store names its keys. */
export interface Names {
  record(key: string): string
  counter(counter: string): string
  /** The members of an index, and their expiries. */
  index(index: string): readonly [string, string]
  /** The entries of a feed, and their expiries. */
  feed(feed: string): readonly [string, string]
}

/**
 * Makes names under a prefix. Where two keys belong together, what is between the braces keeps them
 * in one slot of a cluster; it is encoded, since braces in a name would make it another slot.
 */
export function createNames(prefix: string): Names {
  const pair = (kind: string, name: string): readonly [string, string] => {
    const key = `${prefix}${kind}:{${encodeURIComponent(name)}}`
    return [key, `${key}:ends`]
  }
  return {
    record: (key) => `${prefix}r:${key}`,
    counter: (counter) => `${prefix}c:${counter}`,
    index: (index) => pair('i', index),
    feed: (feed) => pair('f', feed),
  }
}

/** The first whole millisecond at which something has ended. */
export function toMilliseconds(expiresAt: number): number {
  return Math.ceil(expiresAt * 1000)
}

/** What to tell the server, for which a key lives through the millisecond of its expiry. */
export function toExpiry(expiresAt: number): number {
  return Math.max(1, toMilliseconds(expiresAt) - 1)
}
