import assert from 'node:assert/strict'
import { type ContractTest, later, uniqueName } from './harness.js'

/** What every store promises of counters. */
export const counterTests: readonly ContractTest[] = [
  {
    name: 'a counter starts at nought and adds up',
    async run({ store, now }) {
      const counter = uniqueName()
      const options = { expiresAt: now() + later }
      assert.deepEqual(await store.increment(counter, 0, options), { value: 0, allowed: true })
      assert.deepEqual(await store.increment(counter, 2, options), { value: 2, allowed: true })
      assert.deepEqual(await store.increment(counter, 3, options), { value: 5, allowed: true })
    },
  },
  {
    name: 'what would pass the limit of a counter is not added, not even in part',
    async run({ store, now }) {
      const counter = uniqueName()
      const options = { expiresAt: now() + later, limit: 10 }
      assert.deepEqual(await store.increment(counter, 8, options), { value: 8, allowed: true })
      assert.deepEqual(await store.increment(counter, 3, options), { value: 8, allowed: false })
      assert.deepEqual(await store.increment(counter, 2, options), { value: 10, allowed: true })
      assert.deepEqual(await store.increment(counter, 1, options), { value: 10, allowed: false })
      assert.deepEqual(await store.increment(counter, 0, options), { value: 10, allowed: true })
    },
  },
  {
    name: 'a counter whose limit is nought allows nothing',
    async run({ store, now }) {
      const options = { expiresAt: now() + later, limit: 0 }
      const result = await store.increment(uniqueName(), 1, options)
      assert.deepEqual(result, { value: 0, allowed: false })
    },
  },
  {
    name: 'a counter goes down, but not below nought',
    async run({ store, now }) {
      const counter = uniqueName()
      const options = { expiresAt: now() + later, limit: 5 }
      assert.deepEqual(await store.increment(counter, -1, options), { value: 0, allowed: true })
      await store.increment(counter, 5, options)
      assert.deepEqual(await store.increment(counter, -2, options), { value: 3, allowed: true })
      assert.deepEqual(await store.increment(counter, -9, options), { value: 0, allowed: true })
      assert.deepEqual(await store.increment(counter, 5, options), { value: 5, allowed: true })
    },
  },
  {
    name: 'a counter above a limit that was lowered may still go down',
    async run({ store, now }) {
      const counter = uniqueName()
      const expiresAt = now() + later
      await store.increment(counter, 9, { expiresAt })
      assert.deepEqual(await store.increment(counter, -1, { expiresAt, limit: 5 }), {
        value: 8,
        allowed: true,
      })
    },
  },
  {
    name: 'a counter ends when it was told to at first, and starts anew',
    async run({ store, now, elapse, isExact }) {
      const counter = uniqueName()
      const first = { expiresAt: now() + 1 }
      const second = { expiresAt: now() + later }
      assert.deepEqual(await store.increment(counter, 4, first), { value: 4, allowed: true })
      if (isExact === true) assert.equal((await store.increment(counter, 1, second)).value, 5)
      await elapse(1)
      assert.deepEqual(await store.increment(counter, 1, second), { value: 1, allowed: true })
    },
  },
  {
    name: 'a counter holds the largest safe integer and does not pass it',
    async run({ store, now }) {
      const counter = uniqueName()
      const options = { expiresAt: now() + later }
      const largest = Number.MAX_SAFE_INTEGER
      await store.increment(counter, largest - 1, options)
      assert.deepEqual(await store.increment(counter, 1, options), {
        value: largest,
        allowed: true,
      })
      assert.deepEqual(await store.increment(counter, 1, options), {
        value: largest,
        allowed: false,
      })
    },
  },
]
