import assert from 'node:assert/strict'
import { type ContractTest, later, uniqueName } from './harness.js'

/** What every store promises of the end of records. */
export const expiryTests: readonly ContractTest[] = [
  {
    name: 'a record is there until its expiry, and absent from that instant on',
    async run({ store, now, elapse, isExact }) {
      const key = uniqueName()
      await store.create(key, 'value', { expiresAt: now() + 2 })
      await elapse(1)
      if (isExact === true) assert.equal((await store.get(key))?.value, 'value')
      await elapse(1)
      assert.equal(await store.get(key), null)
    },
  },
  {
    name: 'an expired record cannot be replaced or deleted, only created anew',
    async run({ store, now, elapse }) {
      const key = uniqueName()
      await store.create(key, 'old', { expiresAt: now() + later })
      const version = (await store.get(key))?.version as string
      assert.equal(await store.replace(key, version, 'short', { expiresAt: now() + 1 }), true)
      const short = String((await store.get(key))?.version)
      await elapse(1)
      assert.equal(await store.replace(key, short, 'revived', { expiresAt: now() + later }), false)
      assert.equal(await store.delete(key), false)
      assert.equal(await store.get(key), null)
      assert.equal(await store.create(key, 'new', { expiresAt: now() + later }), true)
      assert.equal((await store.get(key))?.value, 'new')
    },
  },
  {
    name: 'a record replaced without an expiry keeps the one that it has',
    async run({ store, now, elapse }) {
      const key = uniqueName()
      const lasting = uniqueName()
      await store.create(lasting, 1, { expiresAt: now() + later })
      await store.create(key, 1, { expiresAt: now() + 2 })
      for (const each of [key, lasting]) {
        await store.replace(each, String((await store.get(each))?.version), 2)
      }
      await elapse(2)
      assert.equal(await store.get(key), null)
      assert.equal((await store.get(lasting))?.value, 2)
    },
  },
  {
    name: 'a record replaced with a later expiry lives until then',
    async run({ store, now, elapse, isExact }) {
      const key = uniqueName()
      await store.create(key, 1, { expiresAt: now() + (isExact === true ? 1 : 30) })
      const version = (await store.get(key))?.version as string
      assert.equal(await store.replace(key, version, 2, { expiresAt: now() + later }), true)
      await elapse(1)
      assert.equal((await store.get(key))?.value, 2)
    },
  },
  {
    name: 'a record created past its expiry is absent',
    async run({ store, now }) {
      const key = uniqueName()
      assert.equal(await store.create(key, 'value', { expiresAt: now() - 1 }), true)
      assert.equal(await store.get(key), null)
      assert.equal(await store.create(key, 'value', { expiresAt: 0 }), true)
      assert.equal(await store.get(key), null)
    },
  },
  {
    name: 'a record replaced past its expiry is absent',
    async run({ store, now }) {
      const key = uniqueName()
      await store.create(key, 1, { expiresAt: now() + later })
      const version = (await store.get(key))?.version as string
      assert.equal(await store.replace(key, version, 2, { expiresAt: now() - 1 }), true)
      assert.equal(await store.get(key), null)
    },
  },
  {
    name: 'instants may have fractions and lie far away',
    async run({ store, now, elapse }) {
      const near = uniqueName()
      const far = uniqueName()
      await store.create(near, 'value', { expiresAt: now() + 0.25 })
      await store.create(far, 'value', { expiresAt: 99_999_999_999.5 })
      await elapse(0.5)
      assert.equal(await store.get(near), null)
      assert.equal((await store.get(far))?.value, 'value')
      assert.equal(await store.delete(far), true)
    },
  },
]
