import type { Database, Row } from './database.js'

/** What is used of a `PGlite`. */
export interface PGliteClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
  exec(sql: string): Promise<unknown>
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>
}

/** Speaks to a PostgreSQL that runs in this process. */
export function createPGliteDatabase(client: PGliteClient): Database {
  const query = async (text: string, values: readonly unknown[]): Promise<readonly Row[]> =>
    (await client.query(text, [...values])).rows as Row[]
  return {
    engine: 'pglite',
    fault: () => null,
    query: ({ text }, values) => query(text, values),

    async run(sql) {
      await client.exec(sql)
    },

    async listen(channel, onNotice) {
      const unlisten = await client.listen(channel, onNotice)
      return { query: ({ text }, values) => query(text, values), close: unlisten }
    },
  }
}
