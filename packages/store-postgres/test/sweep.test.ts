import { channel } from 'node:diagnostics_channel'
import { PGlite } from '@electric-sql/pglite'
import { eventually, requireService, startPostgres } from '@latchkey/services'
import { Pool } from 'pg'
import t from 'tap'
import { postgresStore } from '../src/index.js'

const database = new PGlite()
t.teardown(() => database.close())

t.test('what has expired is swept by itself, and told', async (t) => {
  const store = postgresStore(database, { timeout: 60, migrate: true, sweepInterval: 0.05 })
  const messages: unknown[] = []
  const listener = (message: unknown): unknown => messages.push(message)
  channel('latchkey:store:sweep').subscribe(listener)
  t.teardown(() => channel('latchkey:store:sweep').unsubscribe(listener))
  await store.ready()
  await store.ready()
  await store.create('old', 1, { expiresAt: 1 })
  await store.create('kept', 1, { expiresAt: Date.now() / 1000 + 3600 })
  await store.link('i', 'm', 1)
  await eventually('all was swept', async () => (await store.stats()).swept === 2)
  t.match(messages[0], { engine: 'pglite', counters: 0, entries: 0, seconds: Number })
  t.equal((await store.get('kept'))?.value, 1)
  await store.close()
  const count = messages.length
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.equal(messages.length, count)
})

t.test('a sweep that fails is tried again', async (t) => {
  const schema = 'failing'
  const store = postgresStore(database, {
    schema,
    timeout: 60,
    migrate: true,
    sweepInterval: 0.05,
  })
  await store.ready()
  await database.exec('alter table failing.counters rename to away')
  await t.rejects(store.sweep(), { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  await store.create('old', 1, { expiresAt: 1 })
  await new Promise((resolve) => setTimeout(resolve, 200))
  await database.exec('alter table failing.away rename to counters')
  await store.create('older', 1, { expiresAt: 1 })
  await eventually('it was swept', async () => {
    const { rows } = await database.query('select 1 from failing.records')
    return rows.length === 0
  })
  await store.close()
})

t.test(
  'several processes sweep at once, and pass over what is locked',
  { skip: requireService('postgres') },
  async (t) => {
    const server = await startPostgres()
    t.teardown(() => server.stop())
    const pool = new Pool({ connectionString: server.url, connectionTimeoutMillis: 60_000 })
    t.teardown(() => pool.end())
    const store = postgresStore(pool, { timeout: 60 })
    await Promise.all([store.migrate(), store.migrate(), store.migrate()])
    await pool.query(`
      insert into latchkey.records
      select 'k' || n, 'v', '1', now() - interval '1 hour' from generate_series(1, 5000) n`)
    const holder = await pool.connect()
    await holder.query('begin')
    await holder.query(`select 1 from latchkey.records where key = 'k77' for update`)
    const counts = await Promise.all([store.sweep(), store.sweep(), store.sweep()])
    t.equal(
      counts.reduce((sum, count) => sum + count),
      4999,
    )
    await holder.query('rollback')
    holder.release()
    t.equal(await store.sweep(), 1)
  },
)
