import { requireService, startRedis, startWorkers } from '@latchkey/services'
import { Redis } from 'ioredis'
import t from 'tap'
import { redisClientOptions, redisStore } from '../src/index.js'

const skip = requireService('redis-server')
const rounds = 100
const callers = [7, 7, 6]

t.test(
  'of twenty callers in three processes one wins, in each of 100 rounds',
  { skip },
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const workers = await startWorkers(new URL('fixtures/process.js', import.meta.url), 3)
    t.teardown(() => workers.map((worker) => worker.stop()))
    const input = { port: redis.port, timeout: 30, maxStale: 30 }
    await Promise.all(workers.map((worker) => worker.call('connect', input)))
    const client = new Redis(redis.port, redisClientOptions(30))
    t.teardown(() => client.disconnect())
    await new Promise((resolve) => client.once('ready', resolve))
    const store = redisStore(client, { timeout: 30 })
    const expiresAt = Date.now() / 1000 + 3600

    async function race(name: string, ...args: unknown[]): Promise<number> {
      const wins = workers.map((worker, place) => worker.call('run', name, ...args, callers[place]))
      return ((await Promise.all(wins)) as number[]).reduce((sum, each) => sum + each, 0)
    }

    const won = { create: 0, replace: 0, remove: 0, increment: 0 }
    for (let round = 0; round < rounds; round++) {
      const key = `race ${round}`
      if ((await race('create', key, expiresAt)) === 1) won.create++
      const version = (await store.get(key))?.version
      if ((await race('replace', key, version)) === 1) won.replace++
      if ((await race('remove', key)) === 1) won.remove++
      if ((await race('increment', key, 1, expiresAt)) === 1) won.increment++
    }
    t.same(won, { create: rounds, replace: rounds, remove: rounds, increment: rounds })
  },
)
