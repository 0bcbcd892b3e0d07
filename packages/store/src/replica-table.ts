import { hash, randomInt } from 'node:crypto'

/** What a {@link ReplicaTable} knows under one name. */
export interface TableEntry {
  /** Instant in whole seconds, rounded up; `Infinity` from the year 2106 on. */
  readonly expiresAt: number
  readonly value: number | undefined
}

/** A map of names to when they end, in typed arrays: small, and nothing for the collector. */
export interface ReplicaTable {
  /** Entries held, those that have ended and are not yet swept included. */
  readonly size: number
  find(topic: string, key: string): TableEntry | undefined
  has(topic: string, key: string): boolean
  /**
   * Adds an entry, or merges it with the one that is there: the later expiry and the higher value
   * win, so that the order of arrival does not matter.
   *
   * @returns `false` when there is no room.
   */
  apply(topic: string, key: string, expiresAt: number, value: number | undefined): boolean
  /** Drops all that has ended, now. */
  sweep(): void
}

const endless = 0xffff_ffff
const wordsOfDigest = 4
const stepsPerApply = 4

function mix(state: number, text: string): number {
  let mixed = state
  for (let place = 0; place < text.length; place++) {
    mixed = Math.imul(mixed ^ text.charCodeAt(place), 0x5bd1e995)
    mixed ^= mixed >>> 15
  }
  return mixed
}

const scratch = new Uint32Array(wordsOfDigest)

/** As text, since that is twice as fast as a buffer. The digest is valid until the next call. */
function digestOf(topic: string, key: string): Uint32Array {
  const text = hash('sha256', `${topic}\0${key}`, 'binary')
  for (let word = 0; word < wordsOfDigest; word++) {
    const at = word * 4
    scratch[word] =
      text.charCodeAt(at) |
      (text.charCodeAt(at + 1) << 8) |
      (text.charCodeAt(at + 2) << 16) |
      (text.charCodeAt(at + 3) << 24)
  }
  return scratch
}

function grown(old: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(length)
  longer.set(old)
  return longer
}

/**
 * Makes an empty table. A name is found by a seeded 32-bit hash, and then by 128 bits of its
 * SHA-256: a name that is not in the table costs neither a digest nor an allocation, one that is
 * cannot be mistaken for another. About 42 bytes an entry, however long the names are.
 */
export function createReplicaTable(maxEntries: number, clock: () => number): ReplicaTable {
  const seed = randomInt(2 ** 32)
  let capacity = Math.min(1024, maxEntries)
  let slots = new Uint32Array(slotsFor(capacity))
  let hashes = new Uint32Array(capacity)
  let digests = new Uint32Array(capacity * wordsOfDigest)
  let ends = new Uint32Array(capacity)
  let values = new Float64Array(capacity)
  const free: number[] = []
  let used = 0
  let hand = 0
  let nextScan = Number.NEGATIVE_INFINITY

  function slotsFor(entries: number): number {
    return 2 ** Math.ceil(Math.log2(entries * 2))
  }

  function hashOf(topic: string, key: string): number {
    const mixed = mix(Math.imul(mix(seed, topic) ^ 0xff, 0x5bd1e995), key)
    return (mixed ^ (mixed >>> 13)) >>> 0
  }

  function matches(entry: number, digest: Uint32Array): boolean {
    const start = entry * wordsOfDigest
    for (let word = 0; word < wordsOfDigest; word++) {
      if (digests[start + word] !== digest[word]) return false
    }
    return true
  }

  function entryOf(topic: string, key: string, hashed: number): number {
    const mask = slots.length - 1
    let digest: Uint32Array | undefined
    for (let slot = hashed & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const entry = (slots[slot] as number) - 1
      if (hashes[entry] !== hashed) continue
      digest ??= digestOf(topic, key)
      if (matches(entry, digest)) return entry
    }
    return -1
  }

  function occupy(entry: number): void {
    const mask = slots.length - 1
    let slot = (hashes[entry] as number) & mask
    while (slots[slot] !== 0) slot = (slot + 1) & mask
    slots[slot] = entry + 1
  }

  function vacate(entry: number): void {
    const mask = slots.length - 1
    let hole = (hashes[entry] as number) & mask
    while (slots[hole] !== entry + 1) hole = (hole + 1) & mask
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = (hashes[(slots[slot] as number) - 1] as number) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      slots[hole] = slots[slot] as number
      hole = slot
    }
    slots[hole] = 0
    ends[entry] = 0
    free.push(entry)
  }

  function hasEnded(entry: number, now: number): boolean {
    const end = ends[entry] as number
    return end <= now && end !== endless
  }

  function sweepSome(steps: number): void {
    const now = clock()
    for (let step = 0; step < steps; step++) {
      hand = hand + 1 < used ? hand + 1 : 0
      if (ends[hand] !== 0 && hasEnded(hand, now)) vacate(hand)
    }
  }

  function grow(): void {
    capacity = Math.min(capacity * 2, maxEntries)
    hashes = grown(hashes, capacity)
    digests = grown(digests, capacity * wordsOfDigest)
    ends = grown(ends, capacity)
    const longer = new Float64Array(capacity)
    longer.set(values)
    values = longer
    slots = new Uint32Array(slotsFor(capacity))
    for (let entry = 0; entry < used; entry++) if (ends[entry] !== 0) occupy(entry)
  }

  /** A table that is full to its bound looks for room at most once a second. */
  function mayScan(): boolean {
    const now = clock()
    if (now < nextScan) return false
    nextScan = now + 1
    return true
  }

  function placeForOne(): number {
    sweepSome(stepsPerApply)
    if (free.length === 0 && used === capacity && (capacity < maxEntries || mayScan())) {
      sweepSome(used)
      if (free.length < used >>> 2 && capacity < maxEntries) grow()
    }
    const reused = free.pop()
    if (reused !== undefined) return reused
    return used < capacity ? used++ : -1
  }

  function find(topic: string, key: string): number {
    const entry = entryOf(topic, key, hashOf(topic, key))
    return entry !== -1 && hasEnded(entry, clock()) ? -1 : entry
  }

  return {
    get size() {
      return used - free.length
    },
    has: (topic, key) => find(topic, key) !== -1,
    find(topic, key) {
      const entry = find(topic, key)
      if (entry === -1) return undefined
      const end = ends[entry] as number
      const value = values[entry] as number
      return {
        expiresAt: end === endless ? Number.POSITIVE_INFINITY : end,
        value: Number.isNaN(value) ? undefined : value,
      }
    },
    apply(topic, key, expiresAt, value = Number.NaN) {
      const hashed = hashOf(topic, key)
      const end = Math.min(Math.max(Math.ceil(expiresAt), 1), endless)
      let entry = entryOf(topic, key, hashed)
      if (entry !== -1 && !hasEnded(entry, clock())) {
        ends[entry] = Math.max(ends[entry] as number, end)
        const known = values[entry] as number
        if (Number.isNaN(known) || value > known) values[entry] = value
        return true
      }
      if (entry === -1) {
        entry = placeForOne()
        if (entry === -1) return false
        hashes[entry] = hashed
        digests.set(digestOf(topic, key), entry * wordsOfDigest)
        occupy(entry)
      }
      ends[entry] = end
      values[entry] = value
      return true
    },
    sweep: () => sweepSome(used),
  }
}
