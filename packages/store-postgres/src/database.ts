/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>

/** A statement that the server may keep prepared. */
export interface Statement {
  /** Unique among all statements of all schemas. */
  readonly name: string
  readonly text: string
}

/** A connection that hears of notifications. */
export interface Session {
  query(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>
  /** Frees the connection; what waits on it rejects. */
  close(): Promise<void>
}

/** What the store needs of PostgreSQL, whichever library speaks to it. */
export interface Database {
  readonly engine: 'postgres' | 'pglite'
  query(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>
  /** Runs several statements in one transaction. */
  run(sql: string): Promise<void>
  /**
   * Opens a session that listens on a channel.
   *
   * @param onNotice Called for each notification, and when the session is lost.
   */
  listen(channel: string, onNotice: () => void): Promise<Session>
  /** What speaks against using it: a message that says what to write, or `null`. */
  fault(): string | null
}
