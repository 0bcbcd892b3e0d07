import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { requireService, startRedis, startRedisCluster } from '@latchkey/services'
import type { Store } from '@latchkey/store'
import { storeContract } from '@latchkey/store/contract'
import { Cluster, Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { redisClientOptions, redisStore } from '../src/index.js'

const skip = requireService('redis-server')

/** The tests wait for the clock more than for anything, so they run together. */
async function runContract(t: Test, store: Store, peer: Store): Promise<void> {
  const harness = {
    store,
    peer,
    now: () => Date.now() / 1000,
    elapse: (seconds: number) => pause(seconds * 1000 + 10),
  }
  const results = await Promise.allSettled(storeContract.map(({ run }) => run(harness)))
  for (const [place, result] of results.entries()) {
    const name = storeContract[place]?.name as string
    if (result.status === 'rejected') t.fail(name, { found: result.reason })
    else t.pass(name)
  }
}

t.test('one Redis server fulfils the contract', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const clients = [1, 2].map(() => new Redis(redis.port, { ...redisClientOptions(30) }))
  t.teardown(() => clients.map((client) => client.disconnect()))
  await Promise.all(clients.map((client) => once(client, 'ready')))
  const [store, peer] = clients.map((client) => redisStore(client, { timeout: 30 }))
  await store?.ready()
  await runContract(t, store as Store, peer as Store)
})

t.test('a Redis Cluster of three nodes fulfils the contract', { skip }, async (t) => {
  const cluster = await startRedisCluster()
  t.teardown(() => cluster.stop())
  const clients = [1, 2].map(
    () =>
      new Cluster([...cluster.startupNodes], {
        enableAutoPipelining: true,
        redisOptions: redisClientOptions(30),
      }),
  )
  t.teardown(() => clients.map((client) => client.disconnect()))
  const [store, peer] = clients.map((client) => redisStore(client, { timeout: 30 }))
  await Promise.all(clients.map((client) => client.ping()))
  await store?.ready()
  await runContract(t, store as Store, peer as Store)
})
