import { readdirSync, readFileSync } from 'node:fs'
import { testFences } from '@latchkey/fences'
import { requireService, startPostgres, startRedis, startRedisCluster } from '@latchkey/services'
import t, { type Test } from 'tap'

const docs = new URL('../../../docs/', import.meta.url)
const skipServers = requireService('redis-server') || requireService('postgres')

/** Guides whose programs need servers, which find them by environment variables. */
const withServers = new Set(['deploying.md'])

async function startServers(t: Test): Promise<void> {
  const [redis, cluster, postgres] = await Promise.all([
    startRedis(),
    startRedisCluster(),
    startPostgres(),
  ])
  t.teardown(() => Promise.all([redis.stop(), cluster.stop(), postgres.stop()]))
  process.env.REDIS_PORT = String(redis.port)
  process.env.REDIS_CLUSTER_PORT = String(cluster.startupNodes[0]?.port)
  process.env.DATABASE_URL = postgres.url
}

for (const name of readdirSync(docs).filter((file) => file.endsWith('.md'))) {
  const file = new URL(name, docs)
  if (!readFileSync(file, 'utf8').includes('\n```ts\n')) continue
  const skip = withServers.has(name) && skipServers
  t.test(`the programs in ${name} run`, { skip, timeout: 240_000 }, async (t) => {
    if (withServers.has(name)) await startServers(t)
    await testFences(t as unknown as Parameters<typeof testFences>[0], file)
  })
}
