import type { Store } from '@latchkey/store'
import { createAsk } from './ask.js'
import type { Database } from './database.js'
import { createFeeds } from './feeds.js'
import { checkFitness } from './fitness.js'
import { createIndexes } from './indexes.js'
import { migrations } from './migrations.js'
import { type PostgresStoreOptions, parseOptions } from './options.js'
import { createPGliteDatabase, type PGliteClient } from './pglite-database.js'
import { createPoolDatabase, type PostgresPool } from './pool-database.js'
import { createRecords } from './records.js'
import { createStatements } from './statements.js'
import { createSweeper } from './sweeper.js'

/** A store on PostgreSQL, which needs its tables made and its expired rows deleted. */
export interface PostgresStore extends Store {
  /** Makes the tables, unless they are there. Several processes may call it at once. */
  migrate(): Promise<void>
  /** Deletes what has expired, now. @returns How many rows. */
  sweep(): Promise<number>
  /** Ends the sweeps. The pool stays yours to end. */
  close(): Promise<void>
}

function isPGlite(client: PostgresPool | PGliteClient): client is PGliteClient {
  return 'exec' in client
}

/**
 * A store on PostgreSQL 13 or later, or on PGlite.
 *
 * @param client A `Pool` of `pg` that you have, `app.pg.pool` of @fastify/postgres, or a `PGlite`.
 * @throws {Error} `LATCHKEY_STORE_INVALID` for options that make no sense.
 */
export function postgresStore(
  client: PostgresPool | PGliteClient,
  options: PostgresStoreOptions = {},
): PostgresStore {
  const settings = parseOptions(options)
  const { schema, timeout } = settings
  const database: Database = isPGlite(client)
    ? createPGliteDatabase(client)
    : createPoolDatabase(client, timeout)
  const statements = createStatements(schema)
  const ask = createAsk(database, timeout)
  const sweeper = createSweeper(database, schema, timeout, settings.sweepInterval)
  const { followers, ...feeds } = createFeeds(database, ask, statements, settings)

  async function migrate(): Promise<void> {
    for (const { sql } of migrations(schema)) await database.run(sql)
  }

  return {
    ...createRecords(ask, statements),
    ...createIndexes(ask, statements),
    ...feeds,
    migrate,
    sweep: sweeper.sweep,
    close: sweeper.stop,
    async ready() {
      if (settings.migrate) await migrate()
      await checkFitness(database, ask, statements, schema)
      sweeper.start()
    },
    async stats() {
      const rows = await ask(statements.stats, [])
      const figures = rows.map((row) => [row.name as string, row.rows as number])
      return {
        engine: database.engine,
        ...Object.fromEntries(figures),
        bytes: rows.reduce((total, row) => total + (row.bytes as number), 0),
        followers: followers(),
        swept: sweeper.swept(),
      }
    },
  }
}
