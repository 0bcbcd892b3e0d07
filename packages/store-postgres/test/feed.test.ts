import { eventually, requireService, startPostgres } from '@latchkey/services'
import { Pool } from 'pg'
import t from 'tap'
import { postgresStore } from '../src/index.js'
import { createStatements } from '../src/statements.js'

const later = Date.now() / 1000 + 3600

t.test('a feed on PostgreSQL', { skip: requireService('postgres') }, async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const pool = new Pool({ connectionString: server.url, connectionTimeoutMillis: 60_000 })
  t.teardown(() => pool.end())
  const store = postgresStore(pool, { timeout: 60 })
  await store.migrate()

  await t.test('an entry whose transaction commits late is not passed over', async (t) => {
    const heard: unknown[] = []
    const stop = await store.follow(
      'late',
      null,
      (entry) => heard.push(entry),
      () => {},
    )
    t.teardown(stop)
    const slow = await pool.connect()
    await slow.query('begin')
    const { text } = createStatements('latchkey').append
    await slow.query(text, ['late', '"first"', later, 'latchkey_latchkey'])
    const quick = store.append('late', 'second', later)
    await eventually('the quick one waits for the slow one', async () => {
      const { rows } = await pool.query(`select 1 from pg_locks where not granted`)
      return rows.length > 0
    })
    t.same(heard, [])
    await slow.query('commit')
    slow.release()
    t.equal(await quick, '2')
    await eventually('both were heard', () => heard.length >= 2)
    t.same(heard, ['first', 'second'])
  })

  await t.test('an entry whose transaction is rolled back leaves no gap', async (t) => {
    const failing = await pool.connect()
    await failing.query('begin')
    const { text } = createStatements('latchkey').append
    await failing.query(text, ['gap', '"never"', later, 'latchkey_latchkey'])
    await failing.query('rollback')
    failing.release()
    t.equal(await store.append('gap', 'only', later), '1')
  })

  await t.test('an entry of which no notification came is heard all the same', async (t) => {
    const heard: unknown[] = []
    const stop = await store.follow(
      'silent',
      null,
      (entry) => heard.push(entry),
      () => {},
    )
    t.teardown(stop)
    await pool.query(`
      insert into latchkey.entries (feed, position, entry, expires_at)
      values ('silent', 1, '"unannounced"', now() + interval '1 hour')`)
    await eventually('it was heard', () => heard.length === 1)
    t.same(heard, ['unannounced'])
  })

  await t.test('an old entry that has expired is swept, and the feed goes on', async (t) => {
    await store.append('swept', 'old', 1)
    t.equal(await store.append('swept', 'new', later), '2')
    t.ok((await store.sweep()) >= 1)
    const heard: unknown[] = []
    await (
      await store.follow(
        'swept',
        null,
        (entry) => heard.push(entry),
        () => {},
      )
    )()
    t.same(heard, ['new'])
  })
})
