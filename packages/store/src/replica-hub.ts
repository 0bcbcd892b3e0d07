import { channel } from 'node:diagnostics_channel'
import { setTimeout as pause } from 'node:timers/promises'
import { parseEntry, type ReplicaEntry } from './replica-entry.js'
import { createReplicaTable, type ReplicaTable } from './replica-table.js'
import type { FeedState, Json, StopFollowing, Store } from './types.js'

/** Hears of every entry, also of one that it has heard of before. */
export type ReplicaListener = (entry: ReplicaEntry) => void

/** What one process knows of one feed, shared by all replicas of it. */
export interface ReplicaHub {
  readonly table: ReplicaTable
  /** Resolves when the feed is loaded; rejects with the first attempt while none succeeded. */
  loaded(): Promise<void>
  /** Entries that could not be understood. */
  readonly unreadable: number
  /** Seconds since this process was last known to know everything; `Infinity` before that. */
  age(): number
  apply(entry: ReplicaEntry): void
  listeners(topic: string): Set<ReplicaListener>
  release(): Promise<void>
}

/** What the first replica of a feed decides for all. */
export interface HubOptions {
  readonly feed: string
  readonly maxEntries: number
  readonly clock: () => number
}

interface SharedHub extends ReplicaHub {
  users: number
}

const retryMilliseconds = 500
const degraded = channel('latchkey:store:degraded')
const reconnected = channel('latchkey:store:reconnected')
const hubs = new WeakMap<Store, Map<string, SharedHub>>()

/** Takes the larger of two clocks: one stands still while a machine sleeps, one may be set back. */
function createAge(): { reset(): void; seconds(): number } {
  let steady = Number.NEGATIVE_INFINITY
  let wall = Number.NEGATIVE_INFINITY
  return {
    reset() {
      steady = performance.now()
      wall = Date.now()
    },
    seconds: () => Math.max(performance.now() - steady, Date.now() - wall) / 1000,
  }
}

function createHub(store: Store, options: HubOptions, onRelease: () => void): SharedHub {
  const { feed, clock, maxEntries } = options
  const table = createReplicaTable(maxEntries, clock)
  const topics = new Map<string, Set<ReplicaListener>>()
  const age = createAge()
  const aborter = new AbortController()
  let stop: StopFollowing | undefined
  let state: FeedState | undefined
  let isOverfull = false
  let isReloading = false
  let unreadable = 0

  function apply(entry: ReplicaEntry): void {
    if (!table.apply(entry.topic, entry.key, entry.expiresAt, entry.value)) isOverfull = true
    for (const listener of topics.get(entry.topic) ?? []) listener(entry)
  }

  function onEntry(wire: Json): void {
    const entry = parseEntry(wire)
    if (entry === null) unreadable++
    else apply(entry)
  }

  function onState(next: FeedState): void {
    const previous = state
    state = next
    if (next === 'degraded') {
      if (previous !== 'degraded') degraded.publish({ feed, entries: table.size })
      return
    }
    if (previous === 'degraded') reconnected.publish({ feed, age: age.seconds() })
    if (isOverfull) reload().catch(() => {})
    else age.reset()
  }

  async function start(): Promise<void> {
    const started = await store.follow(feed, null, onEntry, onState)
    if (aborter.signal.aborted) await started()
    stop = started
  }

  async function keepTrying(): Promise<void> {
    let isStarted = false
    while (!isStarted) {
      await pause(retryMilliseconds, undefined, { signal: aborter.signal, ref: false })
      isStarted = await start().then(
        () => true,
        () => false,
      )
    }
  }

  /** Once there is room again, what did not fit is fetched again; until then all is uncertain. */
  async function reload(): Promise<void> {
    table.sweep()
    if (table.size > maxEntries * 0.9 || stop === undefined) return
    const stopOld = stop
    stop = undefined
    isReloading = true
    isOverfull = false
    await stopOld().catch(() => {})
    await start().catch(keepTrying)
    isReloading = false
  }

  const first = start()
  first.catch(() => {
    onState('degraded')
    keepTrying().catch(() => {})
  })

  return {
    table,
    loaded: () => (stop === undefined ? first : Promise.resolve()),
    users: 0,
    get unreadable() {
      return unreadable
    },
    age: () => (isOverfull || isReloading ? Number.POSITIVE_INFINITY : age.seconds()),
    apply,
    listeners(topic) {
      let listeners = topics.get(topic)
      if (listeners === undefined) {
        listeners = new Set()
        topics.set(topic, listeners)
      }
      return listeners
    },
    async release() {
      if (--this.users > 0) return
      onRelease()
      aborter.abort()
      await stop?.()
    },
  }
}

/** Gives the hub of a feed: the one that is there, or a new one with these options. */
export function acquireHub(store: Store, options: HubOptions): ReplicaHub {
  let feeds = hubs.get(store)
  if (feeds === undefined) {
    feeds = new Map()
    hubs.set(store, feeds)
  }
  let hub = feeds.get(options.feed)
  if (hub === undefined) {
    hub = createHub(store, options, () => feeds.delete(options.feed))
    feeds.set(options.feed, hub)
  }
  hub.users++
  return hub
}
