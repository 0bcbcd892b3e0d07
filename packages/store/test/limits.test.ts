import t from 'tap'
import {
  isStoreOutage,
  memoryStore,
  StoreFull,
  StoreInvalid,
  StoreUnavailable,
} from '../src/index.js'

t.test('the memory store refuses to start in production unless it is allowed', async (t) => {
  const before = process.env.NODE_ENV
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  process.env.NODE_ENV = 'production'
  await t.rejects(memoryStore().ready(), {
    code: 'LATCHKEY_STORE_UNFIT',
    message: /redisStore\(\) or postgresStore\(\), or write "allowInProduction: true"/,
  })
  await memoryStore({ allowInProduction: true }).ready()
  process.env.NODE_ENV = 'test'
  await memoryStore().ready()
})

t.test('a bound that is no positive integer is refused', async (t) => {
  for (const maxRecords of [0, -1, 1.5, Number.NaN]) {
    t.throws(() => memoryStore({ maxRecords }), { code: 'LATCHKEY_STORE_INVALID' })
  }
})

t.test('each kind of thing has places of its own, and a full kind refuses', async (t) => {
  const store = memoryStore({ maxRecords: 1 })
  const expiresAt = Date.now() / 1000 + 3600
  await store.create('a', 1, { expiresAt })
  await store.link('a', 'm', expiresAt)
  await store.increment('a', 1, { expiresAt })
  await store.append('a', 1, expiresAt)
  const full = { code: 'LATCHKEY_STORE_FULL' }
  await t.rejects(store.create('b', 1, { expiresAt }), full)
  await t.rejects(store.link('a', 'n', expiresAt), full)
  await t.rejects(store.increment('b', 1, { expiresAt }), full)
  await t.rejects(store.append('a', 2, expiresAt), full)
  t.equal((await store.get('a'))?.value, 1)
  t.same(await store.stats(), {
    engine: 'memory',
    records: 1,
    counters: 1,
    members: 1,
    entries: 1,
    followers: 0,
    maxRecords: 1,
  })
  const version = (await store.get('a'))?.version ?? ''
  t.equal(await store.replace('a', version, 2), true)
  t.equal(await store.delete('a'), true)
  t.equal(await store.create('b', 1, { expiresAt }), true)
})

t.test('cursors from elsewhere are refused, those from another life start anew', async (t) => {
  const store = memoryStore()
  const expiresAt = Date.now() / 1000 + 3600
  const refused = { code: 'LATCHKEY_STORE_INVALID' }
  await t.rejects(store.list('i', { cursor: 'x' }), refused)
  await t.rejects(
    store.follow(
      'f',
      '1-1',
      () => {},
      () => {},
    ),
    refused,
  )
  await store.append('f', 'entry', expiresAt)
  const heard: unknown[] = []
  const stop = await store.follow(
    'f',
    '999',
    (entry) => heard.push(entry),
    () => {},
  )
  t.same(heard, ['entry'])
  await stop()
})

t.test('a follower that appends gets its own entry after the one that it handles', async (t) => {
  const store = memoryStore()
  const expiresAt = Date.now() / 1000 + 3600
  const heard: unknown[][] = [[], []]
  const appended: Promise<unknown>[] = []
  const stops = [
    await store.follow(
      'f',
      null,
      (entry) => {
        heard[0]?.push(entry)
        if (entry === 'first') appended.push(store.append('f', 'second', expiresAt))
      },
      () => {},
    ),
    await store.follow(
      'f',
      null,
      (entry) => heard[1]?.push(entry),
      () => {},
    ),
  ]
  await store.append('f', 'first', expiresAt)
  await Promise.all(appended)
  t.same(heard, [
    ['first', 'second'],
    ['first', 'second'],
  ])
  for (const stop of stops) await stop()
})

t.test('a follower may stop while it is called', async (t) => {
  const store = memoryStore()
  const expiresAt = Date.now() / 1000 + 3600
  const heard: unknown[] = []
  const stops: Promise<void>[] = []
  const stop = await store.follow(
    'f',
    null,
    (entry) => {
      heard.push(entry)
      stops.push(stop())
      store.append('f', 'second', expiresAt).catch(t.threw)
    },
    () => {},
  )
  await store.append('f', 'first', expiresAt)
  await Promise.all(stops)
  t.same(heard, ['first'])
})

t.test('an outage is told from a mistake', async (t) => {
  t.equal(isStoreOutage(new StoreUnavailable('it is away')), true)
  t.equal(isStoreOutage(new StoreFull('no room')), true)
  t.equal(isStoreOutage(new StoreInvalid('a key')), false)
  t.equal(isStoreOutage(new Error('other')), false)
  t.equal(isStoreOutage(null), false)
})

t.test('a circle in a value is refused, with the reason for the operator alone', async (t) => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  const error = await memoryStore()
    .create('k', circle as never)
    .catch((error: unknown) => error as Error)
  t.match(error, { code: 'LATCHKEY_STORE_INVALID', cause: TypeError })
})
