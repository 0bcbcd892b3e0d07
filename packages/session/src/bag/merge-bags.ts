import type { Json } from '@latchkey/store'
import { InvalidBag } from '../errors.js'
import type { Bag } from '../record.js'

/** A bag as it was at some moment: the JSON text of each key, whatever happens to the objects. */
export type Snapshot = ReadonlyMap<string, string>

/** The snapshot of a bag with nothing in it. */
export const EMPTY_SNAPSHOT: Snapshot = new Map()

/** Keys of a session object that are no data. `__proto__` would not be a key, but a prototype. */
const NO_DATA: readonly string[] = ['cookie', '__proto__']

/** A bag is read and written as a whole: what is larger belongs into a database. */
const MOST_CHARACTERS = 262_144

/**
 * Takes a snapshot of the data in a session object.
 *
 * @param extra Further keys that are no data.
 * @throws {Error} `LATCHKEY_SESSION_INVALID_BAG` when a value is not JSON, or all are too long.
 */
export function takeSnapshot(session: object, extra: readonly string[] = []): Snapshot {
  const texts = new Map<string, string>()
  let length = 0
  for (const [key, value] of Object.entries(session)) {
    if (NO_DATA.includes(key) || extra.includes(key)) continue
    const text = serialize(key, value)
    if (text === undefined) continue
    texts.set(key, text)
    length += text.length
    if (length > MOST_CHARACTERS) throw new InvalidBag(`with "${key}" it is too large`)
  }
  return texts
}

function serialize(key: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new InvalidBag(`"${key}" is not JSON`, { cause })
  }
}

/** Whether two snapshots hold the same. */
export function isSameBag(one: Snapshot, other: Snapshot): boolean {
  return one.size === other.size && [...one].every(([key, text]) => other.get(key) === text)
}

/**
 * Merges what a request changed into what is there now: by top-level key, a key that both changed
 * gets the later writer's value.
 *
 * @param base What the request read.
 * @param mine What it has now.
 * @param theirs What is stored now.
 */
export function mergeBags(base: Snapshot, mine: Snapshot, theirs: Bag | undefined): Bag {
  const merged = new Map<string, Json>(Object.entries(theirs ?? {}))
  for (const key of base.keys()) if (!mine.has(key)) merged.delete(key)
  for (const [key, text] of mine) {
    if (base.get(key) !== text) merged.set(key, JSON.parse(text) as Json)
  }
  return Object.fromEntries(merged)
}

/** The part of a snapshot that has the keys, as a bag. */
export function pickFrom(snapshot: Snapshot, keys: readonly string[]): Bag {
  const kept = [...snapshot].filter(([key]) => keys.includes(key))
  return Object.fromEntries(kept.map(([key, text]) => [key, JSON.parse(text) as Json]))
}
