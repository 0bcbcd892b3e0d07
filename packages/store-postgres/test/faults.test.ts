import { setTimeout as pause } from 'node:timers/promises'
import {
  eventually,
  type PostgresService,
  requireService,
  startLoad,
  startPostgres,
  startProxy,
} from '@latchkey/services'
import { createReplica, type Store } from '@latchkey/store'
import { Pool } from 'pg'
import t, { type Test } from 'tap'
import { type PostgresStore, postgresStore } from '../src/index.js'

const skip = requireService('postgres')
const timeout = 4
const outage = { code: 'LATCHKEY_STORE_UNAVAILABLE', statusCode: 503 }
const later = Date.now() / 1000 + 3600

async function start(t: Test): Promise<PostgresService> {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  return server
}

function open(t: Test, server: PostgresService, port = server.port): PostgresStore {
  const { host, user, database } = server
  const limits = { connectionTimeoutMillis: timeout * 1000, max: 10 }
  const pool = new Pool({ host, port, user, database, ...limits })
  const store = postgresStore(pool, { timeout, sweepInterval: 1 })
  t.teardown(async () => {
    await store.close()
    await pool.end()
  })
  return store
}

const nothing = (): void => {}

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
  ['follow', (store) => store.follow('f', null, nothing, nothing)],
  ['ready', (store) => store.ready()],
  ['stats', (store) => store.stats()],
]

async function provesOutage(t: Test, store: Store): Promise<void> {
  const results = await Promise.allSettled(operations.map(([, run]) => run(store)))
  for (const [place, [name]] of operations.entries()) {
    t.match(results[place], { status: 'rejected', reason: outage }, name)
  }
}

t.test(
  'a server that is killed under load is an outage until it is back, and loses nothing',
  { skip },
  async (t) => {
    const server = await start(t)
    const store = open(t, server)
    await store.migrate()
    await store.ready()
    const replica = createReplica(store, { maxStale: 3 })
    t.teardown(replica.close)
    await replica.ready()
    await replica.publish({ topic: 'a', key: 'before', expiresAt: later })
    const load = startLoad(store, 5)
    await eventually('writes are confirmed', () => load.confirmed() >= 50)
    await server.kill()
    await provesOutage(t, store)
    await eventually('the replica is stale', () => replica.isStale())
    t.equal(replica.has('a', 'before'), true)
    await eventually('the load noticed', () => load.failed() > 0)
    await server.restart()
    const confirmed = load.confirmed()
    await eventually('writes are confirmed again', () => load.confirmed() >= confirmed + 50)
    await load.stop()
    await store.append('latchkey', ['a', 'after', later], later)
    await eventually('it is heard', () => replica.has('a', 'after') && !replica.isStale())
  },
)

t.test(
  'a server that is frozen for ten seconds is an outage, and then goes on',
  { skip },
  async (t) => {
    const server = await start(t)
    const store = open(t, server)
    await store.migrate()
    const replica = createReplica(store, { maxStale: 3 })
    t.teardown(replica.close)
    await replica.ready()
    const load = startLoad(store, 5)
    await eventually('writes are confirmed', () => load.confirmed() >= 50)
    server.pause()
    const end = pause(10_000)
    await provesOutage(t, store)
    await eventually('the replica is stale', () => replica.isStale())
    await end
    await eventually('the load noticed', () => load.failed() > 0)
    server.resume()
    const confirmed = load.confirmed()
    await eventually('writes are confirmed again', () => load.confirmed() >= confirmed + 50)
    await load.stop()
    await eventually('the replica is live', () => !replica.isStale())
    await replica.publish({ topic: 'a', key: 'after', expiresAt: later })
    t.equal(replica.has('a', 'after'), true)
  },
)

t.test(
  'a connection that is cut in the middle of a statement is an outage, and nothing is half done',
  { skip },
  async (t) => {
    const server = await start(t)
    const proxy = await startProxy(server.port)
    t.teardown(() => proxy.stop())
    const direct = open(t, server)
    await direct.migrate()
    const store = open(t, server, proxy.port)
    await direct.create('k', 'old', { expiresAt: later })
    const version = (await direct.get('k'))?.version as string
    t.equal(await store.replace('k', 'another', 'connects and prepares'), false)
    proxy.loseNextAnswer()
    await t.rejects(store.replace('k', version, 'new'), outage)
    const kept = await direct.get('k')
    t.equal(kept?.value, kept?.version === version ? 'old' : 'new')
    t.equal((await eventually('it is back', () => store.get('k'))).version, kept?.version)
  },
)

t.test('a follower that loses its connection hears what it missed', { skip }, async (t) => {
  const server = await start(t)
  const proxy = await startProxy(server.port)
  t.teardown(() => proxy.stop())
  const direct = open(t, server)
  await direct.migrate()
  const store = open(t, server, proxy.port)
  const heard: unknown[] = []
  const states: string[] = []
  const stop = await store.follow(
    'f',
    null,
    (entry) => heard.push(entry),
    (state) => states.push(state),
  )
  t.teardown(stop)
  for (const place of Array(5).keys()) {
    proxy.cut()
    await direct.append('f', place, later)
    await eventually('it noticed', () => states.at(-1) === 'degraded')
    proxy.heal()
    await eventually('it is back', () => states.at(-1) === 'live' && heard.includes(place))
  }
  t.same(heard, [0, 1, 2, 3, 4])
  t.equal((await eventually('the store is back', () => store.stats())).followers, 1)
  await stop()
  await stop()
  t.equal((await store.stats()).followers, 0)
})

t.test('a cursor from another life of the database starts anew', { skip }, async (t) => {
  const server = await start(t)
  const store = open(t, server)
  await store.migrate()
  const heard: unknown[] = []
  const hear = (entry: unknown): unknown => heard.push(entry)
  await (await store.follow('f', '7', hear, nothing))()
  await store.append('f', 'one', later)
  await (await store.follow('f', '7', hear, nothing))()
  t.same(heard, ['one'])
})
