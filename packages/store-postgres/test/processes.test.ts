import { provePartition, raceProcesses, requireService, startPostgres } from '@latchkey/services'
import { Pool } from 'pg'
import t, { type Test } from 'tap'
import { type PostgresStore, postgresStore } from '../src/index.js'

const skip = requireService('postgres')
const rounds = 100
const program = new URL('fixtures/process.js', import.meta.url)

async function start(t: Test): Promise<{ port: number; store: PostgresStore }> {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const pool = new Pool({ connectionString: server.url, connectionTimeoutMillis: 60_000 })
  t.teardown(() => pool.end())
  const store = postgresStore(pool, { timeout: 60 })
  await store.migrate()
  return { port: server.port, store }
}

t.test('of twenty callers in three processes one wins, in every round', { skip }, async (t) => {
  const { port, store } = await start(t)
  const won = await raceProcesses(program, port, rounds, async (key) => {
    return (await store.get(key))?.version
  })
  t.same(won, { create: rounds, replace: rounds, remove: rounds, increment: rounds })
})

t.test('a revocation reaches every process, through a partition as well', { skip }, async (t) => {
  const { port } = await start(t)
  await provePartition(program, port)
  t.pass('each process did what its policy says, and missed nothing')
})
