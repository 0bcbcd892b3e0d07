import type { Database, Row, Session, Statement } from './database.js'

interface Query {
  readonly name?: string
  readonly text: string
  readonly values?: unknown[]
}

/** A connection of a {@link PostgresPool}. */
export interface PostgresClient {
  query(query: Query): Promise<{ readonly rows: unknown[] }>
  release(destroy?: boolean): void
  on(event: 'notification' | 'error' | 'end', listener: () => void): unknown
}

/** What is used of a `Pool` of `pg`, such as `app.pg.pool` of @fastify/postgres. */
export interface PostgresPool {
  query(query: Query): Promise<{ readonly rows: unknown[] }>
  connect(): Promise<PostgresClient>
  on(event: 'error', listener: () => void): unknown
  readonly options: {
    readonly connectionTimeoutMillis?: number | null | undefined
    readonly max?: number
  }
}

function faultOf({ options }: PostgresPool): string | null {
  if (!((options.connectionTimeoutMillis ?? 0) > 0)) {
    return 'the pool waits for a connection for ever; write "connectionTimeoutMillis: 2000" into its options'
  }
  if ((options.max ?? 10) < 2) {
    return 'the pool has one connection, and following a feed takes it; write "max: 10" into its options'
  }
  return null
}

/**
 * Speaks through a pool. Each query carries a time-out of its own, by which `pg` gives up a
 * connection that is no longer answered, so that the pool replaces it.
 *
 * @param timeout Seconds.
 */
export function createPoolDatabase(pool: PostgresPool, timeout: number): Database {
  const limits = { query_timeout: timeout * 1000 }
  // Without a listener, a connection that ends while nobody uses it would end the process.
  pool.on('error', () => {})

  const bind = ({ name, text }: Statement, values: readonly unknown[]): Query =>
    ({ name, text, values: [...values], ...limits }) as Query

  return {
    engine: 'postgres',
    fault: () => faultOf(pool),

    async query(statement, values) {
      return (await pool.query(bind(statement, values))).rows as Row[]
    },

    async run(sql) {
      await pool.query({ text: sql })
    },

    async listen(channel, onNotice): Promise<Session> {
      const client = await pool.connect()
      let isOpen = true
      for (const event of ['notification', 'error', 'end'] as const) client.on(event, onNotice)
      const close = async (): Promise<void> => {
        if (isOpen) client.release(true)
        isOpen = false
      }
      try {
        await client.query({ text: `listen ${channel}`, ...limits } as Query)
      } catch (error) {
        await close()
        throw error
      }
      return {
        query: async (statement, values) =>
          (await client.query(bind(statement, values))).rows as Row[],
        close,
      }
    },
  }
}
