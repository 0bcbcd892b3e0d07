import { requireService, startRedis, startRedisCluster } from '@latchkey/services'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import t, { type Test } from 'tap'
import { redisClientOptions, redisStore } from '../src/index.js'

const skip = requireService('redis-server')
const timeout = 30

/** A client of a server that says of itself what is given. */
function saying(info: string): Redis {
  const client = new Redis({ lazyConnect: true, ...redisClientOptions(timeout) })
  return Object.assign(client, { call: async () => info })
}

async function open(t: Test, port: number, options: RedisOptions): Promise<Redis> {
  const client = new Redis(port, { lazyConnect: true, ...options } as { lazyConnect: true })
  t.teardown(() => client.disconnect())
  await client.connect()
  return client
}

function unfit(message: RegExp): { code: string; message: RegExp } {
  return { code: 'LATCHKEY_STORE_UNFIT', message }
}

t.test('a server that is too old, or says nothing of itself, is unfit', async (t) => {
  const old = redisStore(saying('redis_version:6.2.14\r\nmaxmemory_policy:noeviction'))
  await t.rejects(old.ready(), unfit(/"6\.2\.14", and 7\.0 is needed/))
  await t.rejects(redisStore(saying('')).ready(), unfit(/"unknown"/))
  const mute = redisStore(saying('redis_version:7.0.0'))
  await t.rejects(mute.ready(), unfit(/maxmemory-policy unknown/))
  t.match(await mute.stats(), { usedMemory: 0, evictedKeys: 0 })
})

t.test('a client that waits for ever is unfit', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const client = await open(t, redis.port, {})
  await t.rejects(redisStore(client, { timeout }).ready(), unfit(/"commandTimeout: 2000"/))
  const store = redisStore(await open(t, redis.port, redisClientOptions(timeout)), { timeout })
  await store.ready()
  t.match(await store.stats(), { engine: 'redis', servers: 1, followers: 0 })
})

t.test('a client without a time-out is unfit, before it is asked anything', async (t) => {
  const lazy = { ...redisClientOptions(timeout), lazyConnect: true }
  const sentinels = [{ host: '127.0.0.1', port: 1 }]
  const unfitOptions: readonly [string, RedisOptions, RegExp][] = [
    ['none', { lazyConnect: true }, /"commandTimeout: 2000"/],
    ['undefined', { ...lazy, commandTimeout: undefined }, /"commandTimeout: 2000"/],
    ['0', { ...lazy, commandTimeout: 0 }, /"commandTimeout: 2000"/],
    ['below 0', { ...lazy, commandTimeout: -1 }, /"commandTimeout: 2000"/],
    ['NaN', { ...lazy, commandTimeout: Number.NaN }, /"commandTimeout: 2000"/],
    [
      'of Sentinels, none',
      { ...lazy, sentinels, name: 'main', sentinelCommandTimeout: undefined },
      /"sentinelCommandTimeout: 2000"/,
    ],
    [
      'of Sentinels, 0',
      { ...lazy, sentinels, name: 'main', sentinelCommandTimeout: 0 },
      /"sentinelCommandTimeout: 2000"/,
    ],
  ]
  for (const [what, options, message] of unfitOptions) {
    const client = new Redis(options as { lazyConnect: true })
    await t.rejects(redisStore(client).ready(), unfit(message), what)
    t.equal(client.status, 'wait', 'it never connected')
  }
  const cluster = new Cluster(sentinels, {
    lazyConnect: true,
    redisOptions: { commandTimeout: 0 },
  })
  await t.rejects(redisStore(cluster).ready(), unfit(/"redisOptions" of the Cluster/))
  t.equal(cluster.status, 'wait')
})

t.test('a server that drops keys is unfit', { skip }, async (t) => {
  const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })
  t.teardown(() => redis.stop())
  const client = await open(t, redis.port, redisClientOptions(timeout))
  await t.rejects(redisStore(client, { timeout }).ready(), unfit(/allkeys-lru.*noeviction/))
})

t.test('a cluster needs its own client, which asks masters', { skip }, async (t) => {
  const cluster = await startRedisCluster()
  t.teardown(() => cluster.stop())
  const openCluster = (options: object): Cluster => {
    const client = new Cluster([...cluster.startupNodes], options)
    t.teardown(() => client.disconnect())
    return client
  }
  const { port } = cluster.masters[0] as { port: number }
  const single = await open(t, port, redisClientOptions(timeout))
  await t.rejects(redisStore(single, { timeout }).ready(), unfit(/give a Cluster client/))

  const bare = openCluster({})
  await t.rejects(redisStore(bare, { timeout }).ready(), unfit(/"redisOptions" of the Cluster/))
  const redisOptions = redisClientOptions(timeout)
  const reading = openCluster({ redisOptions, scaleReads: 'all' })
  await t.rejects(redisStore(reading, { timeout }).ready(), unfit(/"scaleReads: 'master'"/))

  const fit = openCluster({ redisOptions })
  await fit.ping()
  const store = redisStore(fit, { timeout })
  await store.ready()
  t.match(await store.stats(), { engine: 'redis-cluster', servers: 3 })
})
