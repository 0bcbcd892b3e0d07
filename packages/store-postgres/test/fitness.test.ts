import { StoreFull } from '@latchkey/store'
import t from 'tap'
import { type PostgresPool, postgresStore } from '../src/index.js'

interface Answer {
  readonly rows?: unknown[]
  readonly error?: Error
}

const fit = {
  hasTables: true,
  isStandby: false,
  encoding: 'UTF8',
  isolation: 'read committed',
  version: 150_000,
}

const limits = { connectionTimeoutMillis: 2000, max: 10 }

function pool(
  { rows = [], error }: Answer,
  options: PostgresPool['options'] = limits,
): PostgresPool {
  const query = async (): Promise<{ rows: unknown[] }> => {
    if (error !== undefined) throw error
    return { rows }
  }
  return {
    options,
    query,
    on: () => {},
    connect: async () => {
      throw new Error('no connection')
    },
  }
}

function refusal(client: PostgresPool): Promise<{ code: string; message: string }> {
  return postgresStore(client, { sweepInterval: 0 })
    .ready()
    .then(
      () => ({ code: 'fit', message: '' }),
      (error) => error,
    )
}

const unfit: readonly [string, object, RegExp][] = [
  ['too old', { version: 120_000 }, /version 120000, and 13 is needed/],
  ['a standby', { isStandby: true }, /standby/],
  ['of another encoding', { encoding: 'SQL_ASCII' }, /"SQL_ASCII".*"encoding UTF8"/],
  ['of another isolation', { isolation: 'serializable' }, /default_transaction_isolation/],
  ['without tables', { hasTables: false }, /no tables.*store\.migrate\(\)/],
]

for (const [what, fault, message] of unfit) {
  t.test(`a database that is ${what} is unfit`, async (t) => {
    const found = await refusal(pool({ rows: [{ ...fit, ...fault }] }))
    t.match(found, { code: 'LATCHKEY_STORE_UNFIT', message })
  })
}

t.test('a fit database is fit', async (t) => {
  t.equal((await refusal(pool({ rows: [fit] }))).code, 'fit')
  t.equal((await refusal(pool({ rows: [fit] }, { connectionTimeoutMillis: 1 }))).code, 'fit')
})

t.test('a pool that waits for ever, or has one connection only, is unfit', async (t) => {
  const code = 'LATCHKEY_STORE_UNFIT'
  const patient = await refusal(pool({ rows: [fit] }, {}))
  t.match(patient, { code, message: /connectionTimeoutMillis: 2000/ })
  const alone = await refusal(pool({ rows: [fit] }, { ...limits, max: 1 }))
  t.match(alone, { code, message: /"max: 10"/ })
})

t.test('a full disk is a full store, any other failure an outage', async (t) => {
  const full = pool({ error: Object.assign(new Error('disk'), { code: '53100' }) })
  await t.rejects(postgresStore(full).create('k', 1), { code: 'LATCHKEY_STORE_FULL' })
  const broken = pool({ error: new Error('secret of the operator') })
  const outage = await postgresStore(broken)
    .create('k', 1)
    .catch((error) => error)
  t.match(outage, { code: 'LATCHKEY_STORE_UNAVAILABLE', cause: { message: /secret/ } })
  t.notMatch(outage.message, /secret/)
  t.notOk(outage instanceof StoreFull)
})

t.test('a follower that cannot listen frees its connection', async (t) => {
  let released = 0
  const client: PostgresPool = {
    ...pool({}),
    connect: async () => ({
      query: async () => {
        throw new Error('not now')
      },
      release: () => {
        released++
      },
      on: () => {},
    }),
  }
  const follow = postgresStore(client).follow(
    'f',
    null,
    () => {},
    () => {},
  )
  await t.rejects(follow, { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  t.equal(released, 1)
})

t.test('a connection that comes after its follower gave up is freed', async (t) => {
  let connect = (): void => {}
  let released = 0
  const client: PostgresPool = {
    ...pool({}),
    connect: () =>
      new Promise((resolve) => {
        connect = () =>
          resolve({
            query: async () => ({ rows: [] }),
            release: () => {
              released++
            },
            on: () => {},
          })
      }),
  }
  const follow = postgresStore(client, { timeout: 0.01 }).follow(
    'f',
    null,
    () => {},
    () => {},
  )
  await t.rejects(follow, { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  connect()
  await new Promise(setImmediate)
  t.equal(released, 1)
})
