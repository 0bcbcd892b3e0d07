import {
  eventually,
  requireService,
  startProxy,
  startRedis,
  startWorkers,
} from '@latchkey/services'
import t from 'tap'

const skip = requireService('redis-server')

t.test(
  'a revocation reaches every process, and a partition does what the policy says',
  { skip },
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const proxy = await startProxy(redis.port)
    t.teardown(() => proxy.stop())
    const workers = await startWorkers(new URL('fixtures/process.js', import.meta.url), 3)
    t.teardown(() => workers.map((worker) => worker.stop()))
    const [near, apart, deaf] = workers as [
      (typeof workers)[0],
      (typeof workers)[0],
      (typeof workers)[0],
    ]
    const timing = { timeout: 2, maxStale: 4 }
    await Promise.all([
      near.call('connect', { port: redis.port, ...timing }),
      apart.call('connect', { port: proxy.port, ...timing }),
      deaf.call('connect', { port: redis.port, feedPort: proxy.port, ...timing }),
    ])
    const expiresAt = Date.now() / 1000 + 3600
    const decide = (worker: (typeof workers)[0], policy: string, id: string): Promise<unknown> =>
      worker.call('run', 'decide', policy, id)

    t.equal(await decide(apart, 'closed', 'before'), 'accepted')
    await near.call('run', 'revoke', 'before', expiresAt)
    t.equal(await decide(near, 'open', 'before'), 'refused')
    for (const worker of [apart, deaf]) {
      await eventually(
        'it is refused',
        async () => (await decide(worker, 'open', 'before')) === 'refused',
      )
    }

    proxy.silence()
    const during = Array.from({ length: 50 }, (_, place) => `during ${place}`)
    for (const id of during) await near.call('run', 'revoke', id, expiresAt)
    for (const worker of [apart, deaf]) {
      await eventually('it is stale', () => worker.call('run', 'isStale') as Promise<boolean>)
      t.equal(await decide(worker, 'open', 'before'), 'refused')
      t.equal(await decide(worker, 'closed', 'during 0'), 'unavailable')
      t.equal(await decide(worker, 'closed', 'never'), 'unavailable')
      t.equal(await decide(worker, 'open', 'during 0'), 'accepted')
    }
    t.equal(await decide(apart, 'lookup', 'during 0'), 'unavailable')
    t.equal(await decide(deaf, 'lookup', 'during 0'), 'refused')
    t.equal(await decide(deaf, 'lookup', 'never'), 'accepted')

    proxy.heal()
    for (const worker of [apart, deaf]) {
      await eventually('it is live', async () => !(await worker.call('run', 'isStale')))
      for (const id of during) t.equal(await decide(worker, 'open', id), 'refused')
      t.equal(await decide(worker, 'closed', 'never'), 'accepted')
    }
  },
)
