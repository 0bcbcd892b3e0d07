import { PGlite } from '@electric-sql/pglite'
import t from 'tap'
import { migrations, type PostgresStoreOptions, postgresStore } from '../src/index.js'

const invalid = { code: 'LATCHKEY_STORE_INVALID' }

t.test('options that make no sense are refused', async (t) => {
  const database = new PGlite()
  t.teardown(() => database.close())
  const wrong: readonly unknown[] = [
    { schema: 7 },
    { schema: 'a; drop' },
    { schema: '9a' },
    { timeout: 0 },
    { timeout: 601 },
    { sweepInterval: -1 },
    { sweepInterval: 86_401 },
  ]
  for (const options of wrong) {
    t.throws(() => postgresStore(database, options as PostgresStoreOptions), invalid)
  }
  t.throws(() => migrations('A'), invalid)

  const store = postgresStore(database, { timeout: 60, sweepInterval: 0 })
  await t.rejects(store.ready(), { code: 'LATCHKEY_STORE_UNFIT', message: /has no tables/ })
  const follow = store.follow(
    'f',
    'x',
    () => {},
    () => {},
  )
  await t.rejects(follow, invalid)
  await store.migrate()
  await store.migrate()
  await store.ready()
  await store.create('old', 1, { expiresAt: 1 })
  t.equal(await store.sweep(), 1)
  t.equal(await store.sweep(), 0)
  t.match(await store.stats(), { engine: 'pglite', swept: 1, followers: 0 })
  await store.close()
})
