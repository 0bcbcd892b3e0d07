import { eventually, requireService, startRedis, startRedisCluster } from '@latchkey/services'
import { Cluster, Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { type RedisStoreOptions, redisClientOptions, redisStore } from '../src/index.js'

const skip = requireService('redis-server')
const unavailable = { code: 'LATCHKEY_STORE_UNAVAILABLE', statusCode: 503 }
const expiresAt = Date.now() / 1000 + 3600

async function connect(t: Test, port: number): Promise<Redis> {
  const client = new Redis(port, { lazyConnect: true, ...redisClientOptions(60) })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  await client.connect()
  return client
}

t.test('a server without room refuses what is new, and drops nothing', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const client = await connect(t, redis.port)
  const store = redisStore(client, { timeout: 60 })
  await store.create('old', 'kept', { expiresAt })
  await client.config('SET', 'maxmemory', '1')
  const full = { code: 'LATCHKEY_STORE_FULL', statusCode: 503 }
  await t.rejects(store.create('new', 1, { expiresAt }), full)
  await t.rejects(store.increment('c', 1, { expiresAt }), full)
  t.equal((await store.get('old'))?.value, 'kept')
  t.equal(await store.delete('old'), true)
})

t.test(
  'a write resolves once the replicas have it, or says that they do not',
  { skip },
  async (t) => {
    const master = await startRedis()
    t.teardown(() => master.stop())
    const copy = await startRedis({ args: ['--replica-read-only', 'no'] })
    t.teardown(() => copy.stop())
    const options: RedisStoreOptions = { timeout: 60, replicas: 1 }
    const client = await connect(t, master.port)
    const beside = await connect(t, copy.port)

    const impatient = redisStore(client, { timeout: 4, replicas: 1 })
    await t.rejects(impatient.create('alone', 1, { expiresAt }), unavailable)

    await beside.replicaof('127.0.0.1', master.port)
    await eventually('the replica has caught up', async () =>
      (await beside.info('replication')).includes('master_link_status:up'),
    )
    const store = redisStore(client, options)
    t.equal(await store.create('both', 1, { expiresAt }), true)
    t.equal((await store.increment('c', 1, { expiresAt })).value, 1)
    t.equal((await redisStore(beside).get('both'))?.value, 1)
    await t.rejects(redisStore(beside, options).create('here', 1, { expiresAt }), unavailable)
  },
)

/** A feed whose slot the first master serves. */
async function feedOfFirst(client: Cluster): Promise<string> {
  for (let place = 0; ; place++) {
    const slot = await client.call('cluster', 'keyslot', `latchkey:f:{${place}}`)
    if (Number(slot) <= 5460) return String(place)
  }
}

t.test(
  'a cluster node that dies is replaced, what was confirmed is there, and feeds go on',
  { skip },
  async (t) => {
    const cluster = await startRedisCluster({ hasReplicas: true })
    t.teardown(() => cluster.stop())
    const client = new Cluster([...cluster.startupNodes], { redisOptions: redisClientOptions(5) })
    client.on('error', () => {})
    t.teardown(() => client.disconnect())
    await client.ping()
    const careful = redisStore(client, { timeout: 5, replicas: 1 })
    const store = redisStore(client, { timeout: 5 })
    const keys = Array.from({ length: 30 }, (_, place) => `key ${place}`)
    for (const key of keys) {
      await eventually('it is confirmed', async () => {
        await careful.create(key, key, { expiresAt })
        return true
      })
    }
    const feed = await feedOfFirst(client)
    const heard: unknown[] = []
    const states: string[] = []
    const stop = await store.follow(
      feed,
      null,
      (entry) => heard.push(entry),
      (state) => states.push(state),
    )
    t.teardown(stop)
    await eventually('it is confirmed', () => careful.append(feed, 'before', expiresAt))

    await cluster.masters[0]?.kill()
    for (const key of keys) {
      const record = await eventually('its slot is served', () => store.get(key))
      t.equal(record.value, key)
    }
    await eventually('the feed takes entries', () => store.append(feed, 'after', expiresAt))
    await eventually('the follower is back', () => heard.includes('after'))
    await eventually('the follower is live', () => states.at(-1) === 'live')
    t.same([...new Set(heard)], ['before', 'after'])
    t.ok(states.includes('degraded'))
  },
)
