import { requireService, startPostgres, startRedis, startRedisCluster } from '@latchkey/services'
import { memoryStore, type Store } from '@latchkey/store'
import { postgresStore } from '@latchkey/store-postgres'
import { redisClientOptions, redisStore } from '@latchkey/store-redis'
import { Cluster, Redis } from 'ioredis'
import pg from 'pg'
import type { Test } from 'tap'

/** A kind of store that the tests of races run on. */
export interface TestStore {
  readonly name: string
  readonly skip: string | false
  open(t: Test): Promise<Store>
}

// Generous, for the machine may be busy.
const timeout = 30

async function openRedis(t: Test): Promise<Store> {
  const redis = await startRedis()
  const client = new Redis(redis.port, redisClientOptions(timeout))
  t.teardown(async () => {
    client.disconnect()
    await redis.stop()
  })
  if (client.status !== 'ready') await new Promise((ready) => client.once('ready', ready))
  return redisStore(client, { timeout })
}

async function openCluster(t: Test): Promise<Store> {
  const cluster = await startRedisCluster()
  const client = new Cluster([...cluster.startupNodes], {
    redisOptions: redisClientOptions(timeout),
  })
  t.teardown(async () => {
    client.disconnect()
    await cluster.stop()
  })
  await client.ping()
  return redisStore(client, { timeout })
}

async function openPostgres(t: Test): Promise<Store> {
  const server = await startPostgres()
  const pool = new pg.Pool({
    connectionString: server.url,
    max: 10,
    connectionTimeoutMillis: 30_000,
  })
  pool.on('error', () => {})
  const store = postgresStore(pool, { timeout, migrate: true, sweepInterval: 0 })
  t.teardown(async () => {
    await store.close()
    await pool.end()
    await server.stop()
  })
  await store.ready()
  return store
}

/** Every kind of store there is. */
export const stores: readonly TestStore[] = [
  { name: 'memory', skip: false, open: async () => memoryStore() },
  { name: 'Redis', skip: requireService('redis-server'), open: openRedis },
  { name: 'Redis Cluster', skip: requireService('redis-server'), open: openCluster },
  { name: 'PostgreSQL', skip: requireService('postgres'), open: openPostgres },
]
