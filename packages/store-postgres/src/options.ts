import { StoreInvalid } from '@latchkey/store'

/** How the PostgreSQL store is set up. */
export interface PostgresStoreOptions {
  /**
   * The schema of its tables: 1 to 30 lower-case letters, digits and underscores. Stores with different
   * schemas share nothing. Default `latchkey`.
   */
  readonly schema?: string
  /** Seconds after which an operation that is not answered rejects. Default 2. */
  readonly timeout?: number
  /** Lets `ready()` make the tables. Default `false`: they are made by `migrate()` or by you. */
  readonly migrate?: boolean
  /**
   * Seconds between two sweeps, which delete what has expired: that costs room, but is never read.
   * They begin with `ready()` and end with `close()`. 0 for none. Default 60.
   */
  readonly sweepInterval?: number
}

/** The same, complete. */
export interface Settings {
  readonly schema: string
  readonly timeout: number
  readonly migrate: boolean
  readonly sweepInterval: number
}

/** @throws {Error} `LATCHKEY_STORE_INVALID`, since the name becomes part of statements. */
export function checkSchema(schema: string): void {
  if (typeof schema !== 'string' || !/^[a-z_][a-z0-9_]{0,29}$/.test(schema)) {
    throw new StoreInvalid('"schema" is not 1 to 30 lower-case letters, digits and underscores')
  }
}

/** @throws {Error} `LATCHKEY_STORE_INVALID` for options that make no sense. */
export function parseOptions(options: PostgresStoreOptions): Settings {
  const { schema = 'latchkey', timeout = 2, migrate = false, sweepInterval = 60 } = options
  checkSchema(schema)
  if (!(timeout > 0 && timeout <= 600)) {
    throw new StoreInvalid('"timeout" is not a number of seconds up to 600')
  }
  if (!(sweepInterval >= 0 && sweepInterval <= 86_400)) {
    throw new StoreInvalid('"sweepInterval" is not a number of seconds up to a day')
  }
  return { schema, timeout, migrate, sweepInterval }
}
