import assert from 'node:assert/strict'
import type { Json } from '../types.js'
import { type ContractTest, later, uniqueName } from './harness.js'

const values: readonly Json[] = [
  null,
  true,
  0,
  -1.5,
  '',
  'text',
  'NUL \0, quote ", line \u2028, emoji \u{1f511}',
  [],
  {},
  [1, [2, [3]]],
  { nested: { list: [null, false, { deep: 'value' }] }, '': 'empty name' },
]

/** What every store promises of records. */
export const recordTests: readonly ContractTest[] = [
  {
    name: 'a record comes back as it was created',
    async run({ store, now }) {
      for (const value of values) {
        const key = uniqueName()
        assert.equal(await store.create(key, value, { expiresAt: now() + later }), true)
        assert.deepEqual((await store.get(key))?.value, value)
      }
    },
  },
  {
    name: 'a record without an expiry comes back as well',
    async run({ store }) {
      const key = uniqueName()
      assert.equal(await store.create(key, 'kept'), true)
      assert.equal((await store.get(key))?.value, 'kept')
      assert.equal(await store.delete(key), true)
    },
  },
  {
    name: 'a record that was never created is null',
    async run({ store }) {
      assert.equal(await store.get(uniqueName()), null)
    },
  },
  {
    name: 'a record that is there is not created again',
    async run({ store, now }) {
      const key = uniqueName()
      await store.create(key, 'first', { expiresAt: now() + later })
      const before = await store.get(key)
      assert.equal(await store.create(key, 'second', { expiresAt: now() + later }), false)
      assert.deepEqual(await store.get(key), before)
    },
  },
  {
    name: 'a record is replaced by who knows its version, and by nobody else',
    async run({ store, now }) {
      const key = uniqueName()
      await store.create(key, 1, { expiresAt: now() + later })
      const first = (await store.get(key))?.version as string
      assert.equal(await store.replace(key, first, 2), true)
      const second = await store.get(key)
      assert.equal(second?.value, 2)
      assert.notEqual(second?.version, first)
      assert.equal(await store.replace(key, first, 3), false)
      assert.deepEqual(await store.get(key), second)
      assert.equal(await store.replace(key, 'no version', 3), false)
      assert.equal(await store.replace(key, '', 3), false)
      assert.deepEqual(await store.get(key), second)
    },
  },
  {
    name: 'a record that is not there cannot be replaced',
    async run({ store }) {
      const key = uniqueName()
      assert.equal(await store.replace(key, '1', 'value'), false)
      assert.equal(await store.get(key), null)
    },
  },
  {
    name: 'a record is deleted once',
    async run({ store, now }) {
      const key = uniqueName()
      await store.create(key, 'value', { expiresAt: now() + later })
      assert.equal(await store.delete(key), true)
      assert.equal(await store.get(key), null)
      assert.equal(await store.delete(key), false)
    },
  },
  {
    name: 'a version from before a record was deleted does not fit its successor',
    async run({ store, now }) {
      const key = uniqueName()
      await store.create(key, 'same', { expiresAt: now() + later })
      const old = (await store.get(key))?.version as string
      await store.delete(key)
      await store.create(key, 'same', { expiresAt: now() + later })
      assert.equal(await store.replace(key, old, 'revived'), false)
      assert.equal((await store.get(key))?.value, 'same')
    },
  },
  {
    name: 'a value changed by its reader or writer is not changed in the store',
    async run({ store, now }) {
      const key = uniqueName()
      const written = { list: ['one'] }
      await store.create(key, written, { expiresAt: now() + later })
      written.list.push('two')
      const read = (await store.get(key))?.value as { list: string[] }
      assert.deepEqual(read, { list: ['one'] })
      assert.doesNotThrow(() => read.list.push('three'))
      assert.deepEqual((await store.get(key))?.value, { list: ['one'] })
    },
  },
  {
    name: 'reads of one moment get each its own record',
    async run({ store, now }) {
      const names = Array.from({ length: 50 }, uniqueName)
      const expiresAt = now() + later
      await Promise.all(names.map((key, place) => store.create(key, place, { expiresAt })))
      const asked = [...names, uniqueName(), ...names]
      const found = await Promise.all(asked.map((key) => store.get(key)))
      assert.deepEqual(
        found.map((record) => record?.value),
        [...names.keys(), undefined, ...names.keys()],
      )
    },
  },
  {
    name: 'a record, an index, a counter and a feed of one name do not meet',
    async run({ store, now }) {
      const name = uniqueName()
      const expiresAt = now() + later
      await store.create(name, 'record', { expiresAt })
      await store.link(name, 'member', expiresAt)
      await store.increment(name, 7, { expiresAt })
      await store.append(name, 'entry', expiresAt)
      assert.equal((await store.get(name))?.value, 'record')
      assert.deepEqual((await store.list(name)).members, ['member'])
      assert.deepEqual(await store.increment(name, 0, { expiresAt }), { value: 7, allowed: true })
      assert.equal(await store.delete(name), true)
      assert.deepEqual((await store.list(name)).members, ['member'])
    },
  },
]
