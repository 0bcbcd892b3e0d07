import { StoreInvalid } from './errors.js'
import { checkEntry, type ReplicaEntry, serializeEntry } from './replica-entry.js'
import { acquireHub, type ReplicaListener } from './replica-hub.js'
import { type ReplicaFinding, readRecord, writeRecord } from './replica-record.js'
import type { FeedState, Store } from './types.js'

/**
 * What a route does while its process may have missed a revocation, that is, while
 * {@link Replica.isStale} is true.
 *
 * - `closed`: refuses with 503. Nothing revoked passes; an outage of the store is one of the route.
 * - `lookup`: asks the store for this credential, and refuses with 503 if it does not answer.
 * - `open`: goes on with what is known. What was revoked after the last heartbeat passes.
 *
 * While the replica is not stale, the revocation window is the time that an entry takes to arrive:
 * milliseconds, and never more than `maxStale`, since past that the policy applies.
 */
export type RevocationPolicy = 'closed' | 'lookup' | 'open'

/** How a replica is set up. */
export interface ReplicaOptions {
  /** The feed to follow. Default `latchkey`: one for the revocations of all rooms. */
  readonly feed?: string
  /**
   * Seconds after the last heartbeat from which on the replica is stale. Engines give one every
   * second, and must give one every five. Default 10.
   */
  readonly maxStale?: number
  /**
   * The most entries to hold, about 42 bytes each; a replica that would need more is stale until
   * there is room again. Default 4,000,000. The first replica of a store and feed decides.
   */
  readonly maxEntries?: number
  /** The time in seconds, by which entries end. Default: the system's. The first decides. */
  readonly clock?: () => number
}

/** How an entry is published. */
export interface PublishOptions {
  /**
   * `true` for what only tells caches to let go: no record is written for `lookup`, since the
   * truth is in the records that the caches were filled from. Default `false`.
   */
  readonly isHint?: boolean
}

/** What this process knows of all revocations, without asking anybody. */
export interface Replica {
  /** `live` unless it is stale. */
  readonly state: FeedState
  /** Seconds; see {@link ReplicaOptions.maxStale}. */
  readonly maxStale: number
  /**
   * Resolves once the feed is loaded.
   *
   * @throws {Error} `LATCHKEY_STORE_UNAVAILABLE` when the first attempt failed. The replica stays
   *   stale and goes on trying, so that an application may start all the same.
   */
  ready(): Promise<void>
  /** Whether a revocation may have been missed: then do what the {@link RevocationPolicy} says. */
  isStale(): boolean
  /** Whether there is an entry that has not ended. */
  has(topic: string, key: string): boolean
  /** @returns The entry's value, or `undefined` when there is no entry, or none with a value. */
  valueOf(topic: string, key: string): number | undefined
  /** @returns When the entry ends, rounded up to seconds, or `undefined` when there is none. */
  expiresAt(topic: string, key: string): number | undefined
  /**
   * Tells every process. When it resolves, the store has it for good, and this process knows;
   * this process knows even if it rejects, and then it should be tried again.
   *
   * @throws {Error} `LATCHKEY_STORE_UNAVAILABLE`, `LATCHKEY_STORE_FULL` or `LATCHKEY_STORE_INVALID`.
   */
  publish(entry: ReplicaEntry, options?: PublishOptions): Promise<void>
  /**
   * Asks the store instead of this process, for the policy `lookup`.
   *
   * @returns What was published, or `null`. Hints are not found.
   * @throws {Error} `LATCHKEY_STORE_UNAVAILABLE`.
   */
  lookup(topic: string, key: string): Promise<ReplicaFinding | null>
  /**
   * Calls the listener at once for every entry of a topic that arrives or is published here, and
   * again when it is delivered again. Let go of what you cached, and do not keep what you are
   * loading: it may have been read before the change.
   *
   * @param listener Must not throw.
   * @returns Ends the subscription.
   */
  subscribe(topic: string, listener: ReplicaListener): () => void
  /** Figures for operators. */
  stats(): { readonly entries: number; readonly unreadable: number; readonly age: number }
  /** Ends the subscriptions of this replica, and following with the last replica of the feed. */
  close(): Promise<void>
}

function checkOptions(maxStale: number, maxEntries: number): void {
  if (!(maxStale > 0)) throw new StoreInvalid('"maxStale" is not a positive number of seconds')
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1 || maxEntries > 2 ** 27) {
    throw new StoreInvalid('"maxEntries" is not an integer from 1 to 134217728')
  }
}

/**
 * Keeps a copy of a feed in this process. All replicas of one store and feed share one follower
 * and one table, so that every room may have its own.
 *
 * @throws {Error} `LATCHKEY_STORE_INVALID` for options that make no sense.
 */
export function createReplica(store: Store, options: ReplicaOptions = {}): Replica {
  const {
    feed = 'latchkey',
    maxStale = 10,
    maxEntries = 4_000_000,
    clock = () => Date.now() / 1000,
  } = options
  checkOptions(maxStale, maxEntries)
  const hub = acquireHub(store, { feed, maxEntries, clock })
  const subscriptions = new Set<() => void>()
  const { table } = hub
  const isStale = (): boolean => hub.age() > maxStale
  let isClosed = false

  return {
    maxStale,
    get state() {
      return isStale() ? 'degraded' : 'live'
    },
    ready: hub.loaded,
    isStale,
    has: table.has,
    valueOf: (topic, key) => table.find(topic, key)?.value,
    expiresAt: (topic, key) => table.find(topic, key)?.expiresAt,

    async publish(entry, { isHint = false } = {}) {
      checkEntry(entry)
      hub.apply(entry)
      if (!isHint) await writeRecord(store, entry)
      await store.append(feed, serializeEntry(entry), entry.expiresAt)
    },

    lookup: (topic, key) => readRecord(store, topic, key),

    subscribe(topic, listener) {
      const listeners = hub.listeners(topic)
      const own: ReplicaListener = (entry) => listener(entry)
      const end = (): void => {
        listeners.delete(own)
        subscriptions.delete(end)
      }
      listeners.add(own)
      subscriptions.add(end)
      return end
    },

    stats: () => ({ entries: table.size, unreadable: hub.unreadable, age: hub.age() }),

    async close() {
      if (isClosed) return
      isClosed = true
      for (const end of subscriptions) end()
      await hub.release()
    },
  }
}
