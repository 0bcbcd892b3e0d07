import { StoreUnfit } from '@latchkey/store'
import type { Ask } from './ask.js'
import type { Database, Row } from './database.js'
import type { Statements } from './statements.js'

const oldestVersion = 130_000

function faultOf(row: Row, schema: string): string | null {
  if ((row.version as number) < oldestVersion) {
    return `the PostgreSQL server is version ${row.version}, and 13 is needed`
  }
  if (row.isStandby === true) return 'the PostgreSQL server is a standby, which takes no writes'
  if (row.encoding !== 'UTF8') {
    return `the database has the encoding "${row.encoding}"; create one with "encoding UTF8"`
  }
  if (row.isolation !== 'read committed') {
    return `the database has the isolation "${row.isolation}" by default, under which races fail instead of being decided; write "alter role ... set default_transaction_isolation = 'read committed'"`
  }
  if (row.hasTables !== true) {
    return `the schema "${schema}" has no tables; call "await store.migrate()", give "migrate: true", or run the SQL of migrations()`
  }
  return null
}

/** @throws {Error} `LATCHKEY_STORE_UNFIT`, with what to write. */
export async function checkFitness(
  database: Database,
  ask: Ask,
  statements: Statements,
  schema: string,
): Promise<void> {
  const [row] = await ask(statements.fitness, [])
  const fault = database.fault() ?? faultOf(row as Row, schema)
  if (fault !== null) throw new StoreUnfit(fault)
}
