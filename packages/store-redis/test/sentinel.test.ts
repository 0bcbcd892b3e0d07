import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import {
  eventually,
  type RedisSentinelService,
  requireService,
  startLoad,
  startRedisSentinel,
} from '@latchkey/services'
import { createReplica, type Store } from '@latchkey/store'
import { storeContract } from '@latchkey/store/contract'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { type RedisStoreOptions, redisClientOptions, redisStore } from '../src/index.js'

const skip = requireService('redis-server')
const outage = { code: 'LATCHKEY_STORE_UNAVAILABLE', statusCode: 503 }
const later = Date.now() / 1000 + 3600

async function start(t: Test): Promise<RedisSentinelService> {
  const service = await startRedisSentinel()
  t.teardown(() => service.stop())
  return service
}

async function connect(
  t: Test,
  { sentinels, name }: RedisSentinelService,
  timeout: number,
): Promise<Redis> {
  const client = new Redis({ sentinels: [...sentinels], name, ...redisClientOptions(timeout) })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  await once(client, 'ready')
  return client
}

t.test('a server that is found through Sentinels fulfils the contract', { skip }, async (t) => {
  const service = await start(t)
  const options: RedisStoreOptions = { timeout: 30, replicas: 1 }
  const store = redisStore(await connect(t, service, 30), options)
  const peer = redisStore(await connect(t, service, 30), options)
  await store.ready()
  const harness = {
    store,
    peer,
    now: () => Date.now() / 1000,
    elapse: (seconds: number) => pause(seconds * 1000 + 10),
  }
  const results = await Promise.allSettled(storeContract.map(({ run }) => run(harness)))
  for (const [place, result] of results.entries()) {
    const title = storeContract[place]?.name as string
    if (result.status === 'rejected') t.fail(title, { found: result.reason })
    else t.pass(title)
  }
})

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
  ['stats', (store) => store.stats()],
]

async function provesOutage(t: Test, store: Store): Promise<void> {
  const results = await Promise.allSettled(operations.map(([, run]) => run(store)))
  for (const [place, [name]] of operations.entries()) {
    t.match(results[place], { status: 'rejected', reason: outage }, name)
  }
}

/** Both ways to lose the server end with the other one at work, and with it as the replica. */
const losses: readonly [
  string,
  (service: RedisSentinelService) => Promise<void>,
  (service: RedisSentinelService) => Promise<void>,
][] = [
  ['dies', ({ primary }) => primary.kill(), ({ primary }) => primary.restart()],
  ['freezes', async ({ primary }) => primary.pause(), async ({ primary }) => primary.resume()],
]

for (const [what, lose, giveBack] of losses) {
  t.test(
    `a server that ${what} under load is replaced by its replica, and nothing confirmed is lost`,
    { skip },
    async (t) => {
      const service = await start(t)
      const client = await connect(t, service, 3)
      const store = redisStore(client, { timeout: 3 })
      const careful = redisStore(client, { timeout: 6, replicas: 1 })
      const replica = createReplica(store, { maxStale: 3 })
      t.teardown(replica.close)
      await replica.ready()
      await careful.append('latchkey', ['a', 'before', later], later)
      await eventually('it is heard', () => replica.has('a', 'before'))
      const load = startLoad(careful, 5)
      await eventually('writes are confirmed', () => load.confirmed() >= 100)

      await lose(service)
      await provesOutage(t, store)
      await eventually('the load noticed', () => load.failed() > 0)
      await eventually('the replica is stale', () => replica.isStale())
      t.equal(replica.has('a', 'before'), true)

      await service.allowFailover()
      await eventually('the other server is at work', () =>
        store.append('latchkey', ['a', 'after', later], later),
      )
      t.equal(await service.primaryPort(), service.replica.port)
      await eventually('the follower is back', () => replica.has('a', 'after'))
      await eventually('the replica is live', () => !replica.isStale())

      const confirmed = load.confirmed()
      await t.rejects(careful.create('alone', 1, { expiresAt: later }), outage)
      await giveBack(service)
      await service.rejoin()
      await eventually('writes are confirmed again', () => load.confirmed() >= confirmed + 100)
      await load.stop()
      t.comment(`${load.confirmed()} writes confirmed, ${load.failed()} refused`)
    },
  )
}
