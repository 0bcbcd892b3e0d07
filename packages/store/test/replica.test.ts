import { channel } from 'node:diagnostics_channel'
import t from 'tap'
import { until } from '../src/contract/harness.js'
import { createReplica, memoryStore, type ReplicaEntry, type Store } from '../src/index.js'
import { countingStore, failingStore } from '../src/testing.js'

const soon = (): number => Date.now() / 1000 + 3600

t.test('what is published is known here at once, and to every other process', async (t) => {
  const inner = memoryStore()
  const here = createReplica(inner)
  const there = createReplica(failingStore(inner).store)
  await Promise.all([here.ready(), there.ready()])
  const expiresAt = Math.ceil(soon())
  t.equal(here.has('jwt.jti', 'one'), false)
  await here.publish({ topic: 'jwt.jti', key: 'one', expiresAt })
  await here.publish({ topic: 'jwt.subject', key: 'one', expiresAt, value: 12.5 })
  await until('it arrived', () => there.has('jwt.subject', 'one'))
  for (const replica of [here, there]) {
    t.equal(replica.has('jwt.jti', 'one'), true)
    t.equal(replica.valueOf('jwt.jti', 'one'), undefined)
    t.equal(replica.valueOf('jwt.subject', 'one'), 12.5)
    t.equal(replica.expiresAt('jwt.subject', 'one'), expiresAt)
    t.equal(replica.has('jwt.jti', 'two'), false)
    t.equal(replica.valueOf('jwt.jti', 'two'), undefined)
    t.equal(replica.expiresAt('jwt.jti', 'two'), undefined)
    t.equal(replica.isStale(), false)
    t.equal(replica.state, 'live')
    t.equal(replica.stats().entries, 2)
    await replica.close()
    await replica.close()
  }
})

t.test('a process that starts later knows what was published before', async (t) => {
  const store = memoryStore()
  const first = createReplica(store)
  await first.publish({ topic: 'a', key: 'k', expiresAt: soon() })
  await first.close()
  t.equal((await store.stats()).followers, 0)
  const second = createReplica(store)
  await second.ready()
  t.equal(second.has('a', 'k'), true)
  await second.close()
})

t.test('replicas of one store and feed share one follower, those of others do not', async (t) => {
  const counted = countingStore(memoryStore())
  const many = Array.from({ length: 10 }, () => createReplica(counted.store))
  const other = createReplica(counted.store, { feed: 'other' })
  await Promise.all([...many, other].map((replica) => replica.ready()))
  t.equal(counted.counts.follow, 2)
  await many[0]?.publish({ topic: 'a', key: 'k', expiresAt: soon() })
  t.equal(
    many.every((replica) => replica.has('a', 'k')),
    true,
  )
  t.equal(other.has('a', 'k'), false)
  for (const replica of many.slice(1)) await replica.close()
  t.equal((await counted.store.stats()).followers, 2)
  await many[0]?.close()
  await other.close()
  t.equal((await counted.store.stats()).followers, 0)
  const again = createReplica(counted.store)
  await again.ready()
  t.equal(counted.counts.follow, 3)
  await again.close()
})

t.test('subscribers hear the entries of their topic until they end it', async (t) => {
  const store = memoryStore()
  const replica = createReplica(store)
  const peer = createReplica(failingStore(store).store)
  await Promise.all([replica.ready(), peer.ready()])
  const heard: ReplicaEntry[] = []
  const closed: ReplicaEntry[] = []
  const end = replica.subscribe('a', (entry) => heard.push(entry))
  peer.subscribe('a', (entry) => closed.push(entry))
  await peer.close()
  const entry = { topic: 'a', key: 'k', expiresAt: soon() }
  await replica.publish(entry, { isHint: true })
  await replica.publish({ topic: 'b', key: 'other', expiresAt: soon() })
  t.ok(heard.length >= 1)
  t.same(heard[0], entry)
  t.same(new Set(heard.map(({ key }) => key)), new Set(['k']))
  const before = heard.length
  end()
  await replica.publish(entry)
  t.equal(heard.length, before)
  t.same(closed, [])
  await replica.close()
})

t.test('a lookup asks the store, where everything but hints is found, merged', async (t) => {
  const store = memoryStore()
  const replica = createReplica(store)
  const peer = createReplica(failingStore(store).store)
  const expiresAt = soon()
  t.equal(await peer.lookup('a', 'k'), null)
  await replica.publish({ topic: 'a', key: 'hint', expiresAt }, { isHint: true })
  t.equal(await peer.lookup('a', 'hint'), null)
  await replica.publish({ topic: 'a', key: 'k', expiresAt })
  t.same(await peer.lookup('a', 'k'), { expiresAt })
  await replica.publish({ topic: 'a', key: 'k', expiresAt: expiresAt - 60, value: 5 })
  t.same(await peer.lookup('a', 'k'), { expiresAt, value: 5 })
  await replica.publish({ topic: 'a', key: 'k', expiresAt: expiresAt + 60, value: 4 })
  t.same(await peer.lookup('a', 'k'), { expiresAt: expiresAt + 60, value: 5 })
  await Promise.all(
    Array.from({ length: 20 }, (_, value) =>
      replica.publish({ topic: 'a', key: 'k', expiresAt: expiresAt + value, value }),
    ),
  )
  t.same(await peer.lookup('a', 'k'), { expiresAt: expiresAt + 60, value: 19 })
  await replica.close()
  await peer.close()
})

t.test('a record that ends while it is merged is written anew', async (t) => {
  const inner = memoryStore()
  let gets = 0
  const store: Store = {
    ...inner,
    async get(key) {
      if (gets++ === 0) await inner.delete(key)
      return inner.get(key)
    },
  }
  const replica = createReplica(store)
  const expiresAt = soon()
  await replica.publish({ topic: 'a', key: 'k', expiresAt, value: 1 })
  await replica.publish({ topic: 'a', key: 'k', expiresAt, value: 2 })
  t.same(await replica.lookup('a', 'k'), { expiresAt, value: 2 })
  await replica.close()
})

t.test(
  'a replica is stale when no heartbeat came for maxStale seconds, and recovers',
  async (t) => {
    const inner = memoryStore()
    const cut = failingStore(inner)
    const replica = createReplica(cut.store, { maxStale: 2.5 })
    const other = createReplica(inner)
    const events: string[] = []
    const onDegraded = (): unknown => events.push('degraded')
    const onReconnected = (): unknown => events.push('reconnected')
    channel('latchkey:store:degraded').subscribe(onDegraded)
    channel('latchkey:store:reconnected').subscribe(onReconnected)
    await replica.ready()
    t.equal(replica.isStale(), false)
    cut.fail()
    await other.publish({ topic: 'a', key: 'missed', expiresAt: soon() })
    await until('it is stale', () => replica.isStale())
    t.equal(replica.state, 'degraded')
    t.equal(replica.has('a', 'missed'), false)
    await t.rejects(replica.lookup('a', 'missed'), { code: 'LATCHKEY_STORE_UNAVAILABLE' })
    cut.hang()
    cut.heal()
    t.equal(replica.isStale(), false)
    t.equal(replica.has('a', 'missed'), true)
    t.same(events, ['degraded', 'reconnected'])
    channel('latchkey:store:degraded').unsubscribe(onDegraded)
    channel('latchkey:store:reconnected').unsubscribe(onReconnected)
    await replica.close()
    await other.close()
  },
)

t.test('a publication that fails is known here all the same', async (t) => {
  const cut = failingStore(memoryStore())
  const replica = createReplica(cut.store)
  await replica.ready()
  cut.fail()
  const publication = replica.publish({ topic: 'a', key: 'k', expiresAt: soon() })
  await t.rejects(publication, { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  t.equal(replica.has('a', 'k'), true)
  cut.heal()
  await replica.close()
})

t.test('a store that is away at the start is tried again', async (t) => {
  const inner = memoryStore()
  await inner.append('latchkey', ['a', 'k', soon(), null], soon())
  const cut = failingStore(inner)
  cut.fail()
  const replica = createReplica(cut.store)
  await t.rejects(replica.ready(), { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  t.equal(replica.isStale(), true)
  t.equal(replica.stats().age, Number.POSITIVE_INFINITY)
  const counted = countingStore(cut.store)
  const given = createReplica(counted.store)
  await until('it was tried twice', () => counted.counts.follow >= 2)
  await given.close()
  cut.heal()
  await until('it is live', () => !replica.isStale())
  await replica.ready()
  t.equal(replica.has('a', 'k'), true)
  await replica.close()
})

t.test('a replica that is closed while it loads follows nothing', async (t) => {
  const cut = failingStore(memoryStore())
  cut.hang()
  const replica = createReplica(cut.store)
  const ready = replica.ready()
  await replica.close()
  cut.heal()
  await ready
  t.equal((await cut.store.stats()).followers, 0)
})

t.test('what a feed carries beside entries is counted and passed over', async (t) => {
  const store = memoryStore()
  for (const foreign of [null, 'text', {}, [], ['a'], ['a', 'k'], ['a', 'k', 'x'], [1, 'k', 9]]) {
    await store.append('latchkey', foreign, soon())
  }
  await store.append('latchkey', ['a', 'k', soon(), 3, 'of a later version'], soon())
  const replica = createReplica(store)
  await replica.ready()
  t.equal(replica.stats().unreadable, 8)
  t.equal(replica.valueOf('a', 'k'), 3)
  await replica.close()
})

t.test('a replica without room is stale until there is room, and then knows all', async (t) => {
  let now = Date.now() / 1000
  const clock = (): number => now
  const store = memoryStore({ clock })
  const replica = createReplica(store, { maxEntries: 4, clock })
  await replica.ready()
  for (const key of ['a', 'b', 'c']) {
    await replica.publish({ topic: 'short', key, expiresAt: now + 60 })
  }
  t.equal(replica.isStale(), false)
  for (const key of ['a', 'b', 'c']) {
    await replica.publish({ topic: 'long', key, expiresAt: now + 600 })
  }
  t.equal(replica.isStale(), true)
  let beats = 0
  const stop = await store.follow(
    'latchkey',
    null,
    () => {},
    () => beats++,
  )
  await until('heartbeats came', () => beats > 2)
  await stop()
  t.equal(replica.isStale(), true)
  now += 61
  await until('it knows all', () => !replica.isStale())
  for (const key of ['a', 'b', 'c']) t.equal(replica.has('long', key), true)
  await replica.close()
})

t.test('a replica that is closed while it fetches what did not fit ends', async (t) => {
  const inner = memoryStore()
  let follows = 0
  const store: Store = {
    ...inner,
    async follow(feed, cursor, onEntry, onState) {
      follows++
      if (follows > 1) throw new Error('away')
      const stop = await inner.follow(feed, cursor, onEntry, onState)
      return async () => {
        await stop()
        throw new Error('already gone')
      }
    },
  }
  let now = 1000
  const replica = createReplica(store, { maxEntries: 1, clock: () => now })
  await replica.ready()
  await replica.publish({ topic: 'a', key: 'one', expiresAt: 1010 }, { isHint: true })
  await replica.publish({ topic: 'a', key: 'two', expiresAt: 1010 }, { isHint: true })
  now = 1010
  await until('it tried again', () => follows >= 3)
  t.equal(replica.isStale(), true)
  await replica.close()
})

t.test('options and entries that make no sense are refused', async (t) => {
  const store = memoryStore()
  const refused = { code: 'LATCHKEY_STORE_INVALID' }
  for (const options of [
    { maxStale: 0 },
    { maxStale: Number.NaN },
    { maxEntries: 0 },
    { maxEntries: 1.5 },
    { maxEntries: 2 ** 28 },
  ]) {
    t.throws(() => createReplica(store, options), refused)
  }
  const replica = createReplica(store)
  for (const entry of [
    { topic: '', key: 'k', expiresAt: 1 },
    { topic: 'A', key: 'k', expiresAt: 1 },
    { topic: 'a:b', key: 'k', expiresAt: 1 },
    { topic: 'a', key: '', expiresAt: 1 },
    { topic: 'a', key: 'k', expiresAt: Number.NaN },
    { topic: 'a', key: 'k', expiresAt: 1, value: Number.POSITIVE_INFINITY },
  ]) {
    await t.rejects(replica.publish(entry), refused)
  }
  t.equal(replica.stats().entries, 0)
  await replica.close()
})
