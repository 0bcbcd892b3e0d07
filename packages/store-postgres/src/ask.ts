import { StoreFull } from '@latchkey/store'
import { withinDeadline } from '@latchkey/store/engine'
import type { Database, Row, Statement } from './database.js'

/** Asks the database, and waits no longer than the time-out. */
export type Ask = (statement: Statement, values: readonly unknown[]) => Promise<readonly Row[]>

const diskFull = '53100'

function rethrow(error: unknown): never {
  if (error instanceof Error && (error as { code?: unknown }).code === diskFull) {
    throw new StoreFull('the disk of the PostgreSQL server is full', { cause: error })
  }
  throw error
}

/** @param timeout Seconds. */
export function createAsk(database: Database, timeout: number): Ask {
  return (statement, values) =>
    withinDeadline(timeout, database.query(statement, values).catch(rethrow))
}
