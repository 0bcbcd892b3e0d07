import { setTimeout as pause } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { requireService, startPostgres } from '@latchkey/services'
import type { Store } from '@latchkey/store'
import { storeContract } from '@latchkey/store/contract'
import { Pool } from 'pg'
import t, { type Test } from 'tap'
import { postgresStore } from '../src/index.js'

/** The tests wait for the clock more than for anything, so they run together. */
async function runContract(t: Test, store: Store, peer: Store): Promise<void> {
  const harness = {
    store,
    peer,
    now: () => Date.now() / 1000,
    elapse: (seconds: number) => pause(seconds * 1000 + 10),
  }
  const results = await Promise.allSettled(storeContract.map(({ run }) => run(harness)))
  for (const [place, result] of results.entries()) {
    const name = storeContract[place]?.name as string
    if (result.status === 'rejected') t.fail(name, { found: result.reason })
    else t.pass(name)
  }
}

t.test('PostgreSQL fulfils the contract', { skip: requireService('postgres') }, async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const pools = [1, 2].map(
    () => new Pool({ connectionString: server.url, connectionTimeoutMillis: 60_000, max: 30 }),
  )
  t.teardown(() => Promise.all(pools.map((pool) => pool.end())))
  const [store, peer] = pools.map((pool) => postgresStore(pool, { timeout: 60, migrate: true }))
  await Promise.all([store?.ready(), peer?.ready()])
  await runContract(t, store as Store, peer as Store)
  await store?.close()
  await peer?.close()
})

t.test('PGlite fulfils the contract', async (t) => {
  const database = new PGlite()
  t.teardown(() => database.close())
  const stores = [1, 2].map(() => postgresStore(database, { timeout: 60, migrate: true }))
  const [store, peer] = stores
  for (const each of stores) await each.ready()
  await runContract(t, store as Store, peer as Store)
  for (const each of stores) await each.close()
})
