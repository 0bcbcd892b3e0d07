import { once } from 'node:events'
import { provePartition, raceProcesses, requireService, startRedis } from '@latchkey/services'
import { Redis } from 'ioredis'
import t from 'tap'
import { redisClientOptions, redisStore } from '../src/index.js'

const skip = requireService('redis-server')
const rounds = 100
const program = new URL('fixtures/process.js', import.meta.url)

t.test('of twenty callers in three processes one wins, in every round', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const client = new Redis(redis.port, redisClientOptions(30))
  t.teardown(() => client.disconnect())
  await once(client, 'ready')
  const store = redisStore(client, { timeout: 30 })
  const won = await raceProcesses(program, redis.port, rounds, async (key) => {
    return (await store.get(key))?.version
  })
  t.same(won, { create: rounds, replace: rounds, remove: rounds, increment: rounds })
})

t.test('a revocation reaches every process, through a partition as well', { skip }, async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  await provePartition(program, redis.port)
  t.pass('each process did what its policy says, and missed nothing')
})
