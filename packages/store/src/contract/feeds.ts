import assert from 'node:assert/strict'
import type { FeedState, Json, Store } from '../types.js'
import { type ContractTest, callers, later, uniqueName, until } from './harness.js'

interface Heard {
  readonly entries: Json[]
  readonly cursors: string[]
  readonly states: FeedState[]
}

async function listen(store: Store, feed: string, cursor: string | null, heard: Heard) {
  return store.follow(
    feed,
    cursor,
    (entry, at) => {
      heard.entries.push(entry)
      heard.cursors.push(at)
    },
    (state) => heard.states.push(state),
  )
}

function nothing(): Heard {
  return { entries: [], cursors: [], states: [] }
}

/** What every store promises of feeds. */
export const feedTests: readonly ContractTest[] = [
  {
    name: 'a follower gets what was there, in order, before follow resolves, and is live',
    async run({ store, now }) {
      const feed = uniqueName()
      const cursors: string[] = []
      for (const entry of ['one', { two: 2 }, [3]]) {
        cursors.push(await store.append(feed, entry, now() + later))
      }
      const heard = nothing()
      const stop = await listen(store, feed, null, heard)
      assert.deepEqual(heard.entries, ['one', { two: 2 }, [3]])
      assert.deepEqual(heard.cursors, cursors)
      assert.equal(new Set(cursors).size, 3)
      assert.equal(heard.states.at(-1), 'live')
      await stop()
    },
  },
  {
    name: 'a follower gets new entries, from whichever handle they come',
    async run(harness) {
      const feed = uniqueName()
      const [store, peer] = callers(harness, 2) as [Store, Store]
      const heard = nothing()
      const stop = await listen(store, feed, null, heard)
      const first = await peer.append(feed, 'first', harness.now() + later)
      const second = await store.append(feed, 'second', harness.now() + later)
      await until('both entries arrived', () => heard.entries.length >= 2)
      assert.deepEqual(heard.entries, ['first', 'second'])
      assert.deepEqual(heard.cursors, [first, second])
      await stop()
    },
  },
  {
    name: 'a follower goes on behind its cursor',
    async run({ store, now }) {
      const feed = uniqueName()
      const cursors: string[] = []
      for (let entry = 0; entry < 5; entry++) {
        cursors.push(await store.append(feed, entry, now() + later))
      }
      for (const [place, cursor] of cursors.entries()) {
        const heard = nothing()
        const stop = await listen(store, feed, cursor, heard)
        assert.deepEqual(heard.entries, [0, 1, 2, 3, 4].slice(place + 1))
        await stop()
      }
    },
  },
  {
    name: 'an entry is replayed until its expiry, even behind one that lives longer',
    async run({ store, now, elapse, isExact }) {
      const feed = uniqueName()
      await store.append(feed, 'long', now() + later)
      await store.append(feed, 'short', now() + 2)
      await store.append(feed, 'over', now() - 1)
      await elapse(1)
      if (isExact === true) {
        const before = nothing()
        await (await listen(store, feed, null, before))()
        assert.deepEqual(before.entries, ['long', 'short'])
      }
      await elapse(1)
      const heard = nothing()
      const stop = await listen(store, feed, null, heard)
      assert.deepEqual(heard.entries, ['long'])
      await stop()
    },
  },
  {
    name: 'every follower gets every entry of many writers once, in the same order',
    async run(harness) {
      const feed = uniqueName()
      const [store, peer] = callers(harness, 2) as [Store, Store]
      const heard = [nothing(), nothing()] as const
      const stops = [
        await listen(store, feed, null, heard[0]),
        await listen(peer, feed, null, heard[1]),
      ]
      const cursors = await Promise.all(
        callers(harness, 40).map((each, place) => each.append(feed, place, harness.now() + later)),
      )
      await until('all entries arrived', () =>
        heard.every(({ entries }) => entries.length >= cursors.length),
      )
      const replay = nothing()
      stops.push(await listen(peer, feed, null, replay))
      for (const { entries } of [...heard, replay]) {
        assert.deepEqual(entries, replay.entries)
        assert.deepEqual(
          [...entries].sort((a, b) => Number(a) - Number(b)),
          [...cursors.keys()],
        )
      }
      assert.deepEqual([...replay.cursors].sort(), [...cursors].sort())
      for (const stop of stops) await stop()
    },
  },
  {
    name: 'a follower that stopped hears nothing more, and the others go on',
    async run({ store, now }) {
      const feed = uniqueName()
      const stopped = nothing()
      const going = nothing()
      const stop = await listen(store, feed, null, stopped)
      const stopGoing = await listen(store, feed, null, going)
      await stop()
      const states = stopped.states.length
      await store.append(feed, 'after', now() + later)
      await until('the other heard it', () => going.entries.length === 1)
      const beats = going.states.length
      await until('the other is still live', () => going.states.length > beats)
      assert.deepEqual(stopped.entries, [])
      assert.equal(stopped.states.length, states)
      await stop()
      await stopGoing()
    },
  },
  {
    name: 'a follower of a silent feed hears a heartbeat',
    async run({ store }) {
      const heard = nothing()
      const stop = await listen(store, uniqueName(), null, heard)
      await until('three heartbeats came', () => heard.states.length >= 4)
      assert.equal(heard.states.at(-1), 'live')
      await stop()
    },
  },
  {
    name: 'two feeds have nothing to do with each other',
    async run({ store, now }) {
      const feed = uniqueName()
      await store.append(feed, 'here', now() + later)
      await store.append(`${feed}:`, 'there', now() + later)
      const heard = nothing()
      const stop = await listen(store, feed, null, heard)
      assert.deepEqual(heard.entries, ['here'])
      await stop()
    },
  },
  {
    name: 'a large feed is replayed whole and in order',
    async run({ store, now }) {
      const feed = uniqueName()
      const count = 2500
      const expiresAt = now() + later
      for (let start = 0; start < count; start += 100) {
        const places = Array.from({ length: 100 }, (_, place) => start + place)
        await Promise.all(places.map((place) => store.append(feed, place, expiresAt)))
      }
      const heard = nothing()
      const stop = await listen(store, feed, null, heard)
      assert.equal(heard.entries.length, count)
      assert.equal(new Set(heard.entries).size, count)
      assert.equal(new Set(heard.cursors).size, count)
      await stop()
    },
  },
]
