import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import {
  createReplica,
  isStoreOutage,
  type Replica,
  type RevocationPolicy,
  type Store,
} from '@latchkey/store'

/** What a route would do with a token: let it in, refuse it, or answer 503. */
export type Decision = 'accepted' | 'refused' | 'unavailable'

/** What a process does in a drill, by names that a {@link Worker} can call. */
export interface Drills {
  /** Creates a record as several callers at once. @returns How many won. */
  create(key: string, expiresAt: number, callers: number): Promise<number>
  /** Replaces a record as several callers at once. @returns How many won. */
  replace(key: string, version: string, callers: number): Promise<number>
  /** Deletes a record as several callers at once. @returns How many won. */
  remove(key: string, callers: number): Promise<number>
  /** Adds one to a limited counter as several callers at once. @returns How many were allowed. */
  increment(counter: string, limit: number, expiresAt: number, callers: number): Promise<number>
  revoke(id: string, expiresAt: number): Promise<void>
  decide(policy: RevocationPolicy, id: string): Promise<Decision>
  isStale(): boolean
}

async function winners(callers: number, call: () => Promise<boolean>): Promise<number> {
  const results = await Promise.all(Array.from({ length: callers }, call))
  return results.filter((won) => won).length
}

async function lookUp(replica: Replica, id: string): Promise<Decision> {
  try {
    return (await replica.lookup('drill', id)) === null ? 'accepted' : 'refused'
  } catch (error) {
    assert.ok(isStoreOutage(error))
    return 'unavailable'
  }
}

/** Prepares a process for drills with a store. */
export async function createDrills(store: Store, maxStale: number): Promise<Drills> {
  const replica = createReplica(store, { maxStale })
  await replica.ready()
  return {
    create: (key, expiresAt, callers) =>
      winners(callers, () => store.create(key, 'value', { expiresAt })),
    replace: (key, version, callers) =>
      winners(callers, () => store.replace(key, version, 'value')),
    remove: (key, callers) => winners(callers, () => store.delete(key)),
    increment: (counter, limit, expiresAt, callers) =>
      winners(callers, async () => {
        return (await store.increment(counter, 1, { limit, expiresAt })).allowed
      }),
    revoke: (id, expiresAt) => replica.publish({ topic: 'drill', key: id, expiresAt }),
    async decide(policy, id) {
      if (replica.has('drill', id)) return 'refused'
      if (!replica.isStale() || policy === 'open') return 'accepted'
      return policy === 'closed' ? 'unavailable' : lookUp(replica, id)
    },
    isStale: () => replica.isStale(),
  }
}

/**
 * Waits until something is so, trying again while the store is out, for a minute at most.
 *
 * @returns What it was.
 */
export async function eventually<Result>(
  what: string,
  ask: () => Result | null | undefined | false | Promise<Result | null | undefined | false>,
): Promise<Result> {
  for (let round = 0; round < 1200; round++) {
    try {
      const result = await ask()
      if (result !== null && result !== undefined && result !== false) return result
    } catch (error) {
      if (!isStoreOutage(error)) throw error
    }
    await pause(50)
  }
  throw new Error(`It never came true that ${what}`)
}

/** Callers that write to a store without a break. */
export interface Load {
  /** Writes that were confirmed so far. */
  confirmed(): number
  /** Writes that failed with an outage so far; any other failure fails `stop()`. */
  failed(): number
  /**
   * Ends the load, which must not hang, and compares what is stored with what was confirmed:
   * nothing confirmed is lost, nothing is half-written, and no counter has run ahead.
   */
  stop(): Promise<void>
}

/** Puts a store under load: each caller creates records and counts them. */
export function startLoad(store: Store, callers: number): Load {
  const name = `load:${process.hrtime.bigint()}`
  const expiresAt = Date.now() / 1000 + 3600
  const kept = new Map<string, number>()
  const lost = new Set<string>()
  let counted = 0
  let attempts = 0
  let failures = 0
  let isStopped = false

  async function write(key: string, place: number): Promise<void> {
    try {
      assert.equal(await store.create(key, { place, key }, { expiresAt }), true)
      kept.set(key, place)
    } catch (error) {
      if (!isStoreOutage(error)) throw error
      failures++
      lost.add(key)
    }
    try {
      attempts++
      await store.increment(name, 1, { expiresAt })
      counted++
    } catch (error) {
      if (!isStoreOutage(error)) throw error
      failures++
    }
    await pause(5)
  }

  async function run(caller: number): Promise<void> {
    for (let place = 0; !isStopped; place++) await write(`${name}:${caller}:${place}`, place)
  }

  const running = Promise.all(Array.from({ length: callers }, (_, caller) => run(caller)))
  running.catch(() => {})
  return {
    confirmed: () => kept.size,
    failed: () => failures,
    async stop() {
      isStopped = true
      await running
      for (const [key, place] of kept) {
        assert.deepEqual((await store.get(key))?.value, { place, key })
      }
      for (const key of lost) {
        const value = (await store.get(key))?.value as { key: string } | undefined
        assert.ok(value === undefined || value.key === key)
      }
      const { value } = await store.increment(name, 0, { expiresAt })
      assert.ok(value >= counted && value <= attempts, `${counted} <= ${value} <= ${attempts}`)
    },
  }
}
