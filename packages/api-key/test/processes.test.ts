import {
  eventually,
  requireService,
  startPostgres,
  startProxy,
  startRedis,
  startRedisCluster,
  startWorkers,
} from '@latchkey/services'
import t, { type Test } from 'tap'
import type { IssuedKey } from '../src/index.js'

type Worker = Awaited<ReturnType<typeof startWorkers>>[number]

const program = new URL('fixtures/process.js', import.meta.url)
const noRedis = requireService('redis-server')

const kinds = [
  {
    name: 'Redis',
    skip: noRedis,
    async open() {
      const server = await startRedis()
      return { place: { port: server.port }, stop: server.stop }
    },
  },
  {
    name: 'Redis Cluster',
    skip: noRedis,
    async open() {
      const server = await startRedisCluster()
      return { place: { nodes: server.startupNodes }, stop: server.stop }
    },
  },
  {
    name: 'PostgreSQL',
    skip: requireService('postgres'),
    async open() {
      const server = await startPostgres()
      return { place: { url: server.url }, stop: server.stop }
    },
  },
]

async function startTwo(t: Test): Promise<[Worker, Worker]> {
  const workers = await startWorkers(program, 2)
  t.teardown(() => Promise.all(workers.map((worker) => worker.stop())))
  return workers as [Worker, Worker]
}

function issue(worker: Worker, key: object = {}): Promise<IssuedKey> {
  return worker.call('issue', key) as Promise<IssuedKey>
}

async function becomes(worker: Worker, key: string, status: number): Promise<void> {
  await eventually(`the key is answered ${status}`, async () => {
    return (await worker.call('call', key)) === status
  })
}

const longAgo = 1_000_000_000

for (const { name, skip, open } of kinds) {
  t.test(`two processes on ${name}`, { skip }, async (t) => {
    const { place, stop } = await open()
    t.teardown(stop)
    const [here, there] = await startTwo(t)
    await Promise.all([here.call('start', place), there.call('start', place)])

    for (const [what, limits] of [
      ['quota', { quota: { limit: 10, refill: null } }],
      ['refilled quota', { quota: { limit: 10, refill: { amount: 3, interval: longAgo } } }],
      ['rate limit', { rateLimit: { limit: 10, window: longAgo } }],
    ] as const) {
      t.test(`V2.3.4: of 100 requests at once with 10 left of a ${what}, 10 pass`, async (t) => {
        const { key, info } = await issue(here, limits)
        const passed = await Promise.all([
          here.call('passes', key, 50),
          there.call('passes', key, 50),
        ])
        t.equal(Number(passed[0]) + Number(passed[1]), 10)
        t.match(await there.call('usage', info.id), [{ limit: 10, remaining: 0 }])
      })
    }

    t.test('a refill is given once, whoever is first', async (t) => {
      const quota = { limit: 10, refill: { amount: 2, interval: 1 } }
      const { key, info } = await issue(here, { quota })
      let passed = 0
      for (let round = 0; round < 12; round++) {
        const counts = await Promise.all([
          here.call('passes', key, 20),
          there.call('passes', key, 20),
        ])
        passed += Number(counts[0]) + Number(counts[1])
      }
      const most = 10 + 2 * (Math.floor(Date.now() / 1000) - info.createdAt)
      t.ok(passed >= 10 && passed <= most, `${passed} of at most ${most}`)
    })

    t.test('what is revoked, rotated out or cut off here is refused there', async (t) => {
      const revoked = await issue(here)
      const rotated = await issue(here)
      const cut = await issue(there)
      for (const { key } of [revoked, rotated, cut]) {
        t.same([await here.call('call', key), await there.call('call', key)], [200, 200])
      }
      await here.call('revoke', revoked.info.id)
      await becomes(there, revoked.key, 401)
      await there.call('rotate', rotated.info.id)
      await becomes(here, rotated.key, 401)
      await here.call('revokeAll')
      await becomes(there, cut.key, 401)
      t.equal(await there.call('call', (await issue(here)).key), 200)
    })

    t.test('an expiring key is announced by one of them', async (t) => {
      await issue(here, { expiresAt: Math.floor(Date.now() / 1000) + 3600 })
      const counts = await Promise.all([here.call('announce'), there.call('announce')])
      t.equal(Number(counts[0]) + Number(counts[1]), 1)
      t.ok(Number(await there.call('list')) >= 8)
    })
  })
}

for (const [whenStale, answer] of [
  ['closed', 503],
  ['lookup', 401],
] as const) {
  t.test(
    `a process that is cut off from the feed answers a revoked key ${answer} under "${whenStale}"`,
    { skip: noRedis },
    async (t) => {
      const redis = await startRedis()
      const proxy = await startProxy(redis.port)
      t.teardown(async () => {
        await proxy.stop()
        await redis.stop()
      })
      const [here, there] = await startTwo(t)
      const options = { whenStale, maxStale: 4, cacheTtl: 3600 }
      await here.call('start', { port: redis.port })
      const [near, far] = [redis, proxy].map(({ port }) => ({ port, timeout: 3 }))
      await there.call('start', near, options, far)
      const { key, info } = await issue(here)
      await becomes(there, key, 200)
      proxy.cut()
      await here.call('revoke', info.id)
      await becomes(there, key, answer)
      proxy.heal()
      await becomes(there, key, 401)
      await becomes(there, (await issue(here)).key, 200)
    },
  )
}
