import assert from 'node:assert/strict'
import type { Store } from '../types.js'
import { type ContractTest, later, uniqueName } from './harness.js'

async function listAll(store: Store, index: string, limit: number): Promise<string[]> {
  const all: string[] = []
  let cursor: string | null = null
  do {
    const page = await store.list(index, { cursor, limit })
    assert.ok(page.members.length <= limit)
    all.push(...page.members)
    cursor = page.cursor
  } while (cursor !== null)
  return all.sort()
}

/** What every store promises of indexes. */
export const indexTests: readonly ContractTest[] = [
  {
    name: 'an index that has no members is empty',
    async run({ store }) {
      assert.deepEqual(await store.list(uniqueName()), { members: [], cursor: null })
      await store.unlink(uniqueName(), 'nobody')
    },
  },
  {
    name: 'an index lists who was put in and not taken out',
    async run({ store, now }) {
      const index = uniqueName()
      for (const member of ['a', 'b', 'c']) await store.link(index, member, now() + later)
      await store.unlink(index, 'b')
      await store.unlink(index, 'never there')
      assert.deepEqual(await listAll(store, index, 100), ['a', 'c'])
      await store.unlink(index, 'a')
      await store.unlink(index, 'c')
      assert.deepEqual(await store.list(index), { members: [], cursor: null })
    },
  },
  {
    name: 'a member put in again is still one member, with the later expiry',
    async run({ store, now, elapse }) {
      const index = uniqueName()
      await store.link(index, 'moved', now() + 1)
      await store.link(index, 'moved', now() + later)
      assert.deepEqual(await listAll(store, index, 100), ['moved'])
      await elapse(1)
      assert.deepEqual(await listAll(store, index, 100), ['moved'])
    },
  },
  {
    name: 'a member is listed until its expiry, and its neighbours stay',
    async run({ store, now, elapse, isExact }) {
      const index = uniqueName()
      await store.link(index, 'stays', now() + later)
      await store.link(index, 'shortened', now() + later)
      await store.link(index, 'shortened', now() + 2)
      await store.link(index, 'ends', now() + 2)
      await elapse(1)
      if (isExact === true) assert.equal((await listAll(store, index, 1)).length, 3)
      await elapse(1)
      assert.deepEqual(await listAll(store, index, 1), ['stays'])
      await store.link(index, 'ends', now() + later)
      assert.deepEqual(await listAll(store, index, 100), ['ends', 'stays'])
    },
  },
  {
    name: 'pages together hold every member once',
    async run({ store, now }) {
      const index = uniqueName()
      const members = Array.from({ length: 25 }, (_, place) => `member ${place}`).sort()
      for (const member of members) await store.link(index, member, now() + later)
      for (const limit of [1, 10, 24, 25, 26, 1000]) {
        assert.deepEqual(await listAll(store, index, limit), members)
      }
      assert.equal((await store.list(index, { limit: 25 })).cursor, null)
    },
  },
  {
    name: 'a member that stays is listed once, whatever happens around it between the pages',
    async run({ store, now }) {
      const index = uniqueName()
      const staying = Array.from({ length: 20 }, (_, place) => `stays ${place}`)
      const leaving = Array.from({ length: 20 }, (_, place) => `leaves ${place}`)
      for (const [place, member] of staying.entries()) {
        await store.link(index, member, now() + later)
        await store.link(index, leaving[place] as string, now() + later)
      }
      const seen: string[] = []
      let cursor: string | null = null
      for (let page = 0; page === 0 || cursor !== null; page++) {
        const read = await store.list(index, { cursor, limit: 5 })
        seen.push(...read.members)
        cursor = read.cursor
        for (const member of leaving.slice(page * 3, page * 3 + 3))
          await store.unlink(index, member)
        for (const member of staying) await store.link(index, member, now() + later + page)
        if (page < 5) await store.link(index, `joins ${page}`, now() + later)
      }
      assert.deepEqual(seen.filter((member) => member.startsWith('stays')).sort(), staying.sort())
      assert.equal(new Set(seen).size, seen.length)
    },
  },
  {
    name: 'two indexes have nothing to do with each other',
    async run({ store, now }) {
      const one = uniqueName()
      const other = `${one}:`
      await store.link(one, ':member', now() + later)
      await store.link(other, 'member', now() + later)
      await store.unlink(one, 'member')
      assert.deepEqual(await listAll(store, one, 100), [':member'])
      assert.deepEqual(await listAll(store, other, 100), ['member'])
    },
  },
]
