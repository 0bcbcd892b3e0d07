import type { Store } from '@latchkey/store'
import { CommandError, messageOf, usage } from '../errors.js'
import type { Io } from '../io.js'

/** The stores that can be named, and what holds their addresses. */
const places: Readonly<Record<string, { readonly variable: string; readonly open: Open }>> = {
  redis: { variable: 'LATCHKEY_REDIS_URL', open: openRedis },
  postgres: { variable: 'LATCHKEY_POSTGRES_URL', open: openPostgres },
}

interface Opened {
  readonly store: Store
  close(): Promise<void>
}

type Open = (url: string) => Promise<Opened>

async function openRedis(url: string): Promise<Opened> {
  const { Redis } = await import('ioredis')
  const { redisClientOptions, redisStore } = await import('@latchkey/store-redis')
  const client = new Redis(url, { ...redisClientOptions(), lazyConnect: true, retryStrategy: null })
  // What is wrong is told by the connection, or by the operation.
  client.on('error', () => {})
  await client.connect()
  return { store: redisStore(client), close: async () => client.disconnect() }
}

async function openPostgres(url: string): Promise<Opened> {
  const { default: pg } = await import('pg')
  const { postgresStore } = await import('@latchkey/store-postgres')
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 2000 })
  pool.on('error', () => {})
  const store = postgresStore(pool, { sweepInterval: 0 })
  return {
    store,
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

function cannot(name: string, error: unknown): CommandError {
  return new CommandError(
    'LATCHKEY_CLI_STORE',
    `Cannot use the ${name} store: ${messageOf(error)}`,
    { cause: error },
  )
}

/**
 * Opens a store, checks that it is fit, and has something done with it.
 *
 * @throws {CommandError} `LATCHKEY_CLI_USAGE` when there is no such store or no address of it,
 *   `LATCHKEY_CLI_STORE` when it cannot be used.
 */
export async function withStore<Result>(
  { env }: Io,
  name: string,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const place = Object.hasOwn(places, name) ? places[name] : undefined
  if (place === undefined) throw usage(`There is no store "${name}": write redis or postgres`)
  const url = env[place.variable]
  if (url === undefined || url === '') {
    throw usage(`Cannot open the ${name} store: set ${place.variable} in the environment`)
  }
  try {
    const { store, close } = await place.open(url)
    const work = async () => {
      await store.ready()
      return use(store)
    }
    return await work().finally(close)
  } catch (error) {
    throw error instanceof CommandError ? error : cannot(name, error)
  }
}
