import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually, requireService, startLoad, startProxy, startRedis } from '@latchkey/services'
import { createReplica, type Store } from '@latchkey/store'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { redisClientOptions, redisStore } from '../src/index.js'

const timeout = 5
const skip = requireService('redis-server')
const outage = { code: 'LATCHKEY_STORE_UNAVAILABLE', statusCode: 503 }
const later = Date.now() / 1000 + 3600

async function open(t: Test, port: number): Promise<Store> {
  const client = new Redis(port, redisClientOptions(timeout))
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  await once(client, 'ready')
  return redisStore(client, { timeout })
}

const operations: readonly [string, (store: Store) => Promise<unknown>][] = [
  ['get', (store) => store.get('k')],
  ['create', (store) => store.create('k', 1, { expiresAt: later })],
  ['replace', (store) => store.replace('k', 'v', 1)],
  ['delete', (store) => store.delete('k')],
  ['link', (store) => store.link('i', 'm', later)],
  ['unlink', (store) => store.unlink('i', 'm')],
  ['list', (store) => store.list('i')],
  ['increment', (store) => store.increment('c', 1, { expiresAt: later })],
  ['append', (store) => store.append('f', 1, later)],
  [
    'follow',
    (store) =>
      store.follow(
        'f',
        null,
        () => {},
        () => {},
      ),
  ],
  ['ready', (store) => store.ready()],
  ['stats', (store) => store.stats()],
]

t.test(
  'a server that is killed under load is an outage until it is back, and loses nothing',
  { skip },
  async (t) => {
    const redis = await startRedis({ isDurable: true })
    t.teardown(() => redis.stop())
    const store = await open(t, redis.port)
    const other = await open(t, redis.port)
    const replica = createReplica(store, { maxStale: 3 })
    await replica.ready()
    await replica.publish({ topic: 'a', key: 'before', expiresAt: later })
    const load = startLoad(store, 5)
    await eventually('writes are confirmed', () => load.confirmed() >= 50)
    await redis.kill()
    for (const [name, run] of operations) await t.rejects(run(store), outage, name)
    await eventually('the replica is stale', () => replica.isStale())
    t.equal(replica.has('a', 'before'), true)
    await eventually('the load noticed', () => load.failed() > 0)
    await redis.restart()
    const confirmed = load.confirmed()
    await eventually('writes are confirmed again', () => load.confirmed() >= confirmed + 50)
    await load.stop()
    await eventually('the other is back', () =>
      other.append('latchkey', ['a', 'after', later], later),
    )
    await eventually(
      'the replica hears again',
      () => replica.has('a', 'after') && !replica.isStale(),
    )
    await replica.close()
  },
)

t.test(
  'a server that is frozen for ten seconds is an outage, and then goes on',
  { skip },
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const store = await open(t, redis.port)
    const replica = createReplica(store, { maxStale: 3 })
    await replica.ready()
    const load = startLoad(store, 5)
    await eventually('writes are confirmed', () => load.confirmed() >= 50)
    redis.pause()
    const end = pause(10_000)
    const asked = operations.filter(([name]) => name !== 'follow')
    await Promise.all(asked.map(([name, run]) => t.rejects(run(store), outage, name)))
    await eventually('the replica is stale', () => replica.isStale())
    await end
    await eventually('the load noticed', () => load.failed() > 0)
    redis.resume()
    const confirmed = load.confirmed()
    await eventually('writes are confirmed again', () => load.confirmed() >= confirmed + 50)
    await load.stop()
    await eventually('the replica is live', () => !replica.isStale())
    await replica.publish({ topic: 'a', key: 'after', expiresAt: later })
    t.equal(replica.has('a', 'after'), true)
    await replica.close()
  },
)

t.test(
  'a connection that is cut in the middle of a script is an outage, and nothing is half done',
  { skip },
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const proxy = await startProxy(redis.port)
    t.teardown(() => proxy.stop())
    const direct = await open(t, redis.port)
    const store = await open(t, proxy.port)
    await direct.create('k', 'old', { expiresAt: later })
    await direct.replace('none', 'so that the server knows the script', 1)
    const version = (await direct.get('k'))?.version as string
    proxy.loseNextAnswer()
    await t.rejects(store.replace('k', version, 'new'), outage)
    t.equal((await direct.get('k'))?.value, 'new')
    t.equal(await direct.replace('k', version, 'again'), false)
    t.equal((await eventually('it is back', () => store.get('k')))?.value, 'new')
  },
)

t.test('a client that sends a lost write once more recognizes its own', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const proxy = await startProxy(redis.port)
  t.teardown(() => proxy.stop())
  const client = new Redis(proxy.port, { commandTimeout: 60_000 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  await once(client, 'ready')
  const store = redisStore(client, { timeout: 60 })
  await store.replace('none', 'so that the server knows the script', 1)
  proxy.loseNextAnswer()
  t.equal(await store.create('k', 'first', { expiresAt: later }), true)
  t.equal(await store.create('k', 'second', { expiresAt: later }), false)
  const version = (await store.get('k'))?.version as string
  proxy.loseNextAnswer()
  t.equal(await store.replace('k', version, 'second'), true)
  t.equal((await store.get('k'))?.value, 'second')
})

t.test('a server that forgot the scripts is taught them again', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const store = await open(t, redis.port)
  const other = new Redis(redis.port)
  t.teardown(() => other.disconnect())
  t.equal((await store.increment('c', 1, { expiresAt: later })).value, 1)
  await other.script('FLUSH')
  t.equal((await store.increment('c', 1, { expiresAt: later })).value, 2)
})

t.test('a follower that loses its connection hears what it missed', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const proxy = await startProxy(redis.port)
  t.teardown(() => proxy.stop())
  const direct = await open(t, redis.port)
  const store = await open(t, proxy.port)
  const heard: unknown[] = []
  const states: string[] = []
  const stop = await store.follow(
    'f',
    null,
    (entry) => heard.push(entry),
    (state) => states.push(state),
  )
  t.teardown(stop)
  for (const place of Array(5).keys()) {
    proxy.cut()
    await direct.append('f', place, later)
    await eventually('it noticed', () => states.at(-1) === 'degraded')
    proxy.heal()
    await eventually('it is back', () => states.at(-1) === 'live' && heard.includes(place))
  }
  t.same([...new Set(heard)], [...Array(5).keys()])
  t.equal((await eventually('the store is back', () => store.stats())).followers, 1)
  await stop()
  await stop()
  t.equal((await store.stats()).followers, 0)
})
