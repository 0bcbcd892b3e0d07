import { memoryStore, type Store } from '@latchkey/store'
import { postgresStore } from '@latchkey/store-postgres'
import { redisClientOptions, redisStore } from '@latchkey/store-redis'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Config } from './config.js'

/** A store, and how to let go of it. */
export interface OpenedStore {
  readonly store: Store
  close(): Promise<void>
}

/** Opens what the configuration names. */
export async function openStore({ store: { kind, url = '' } }: Config): Promise<OpenedStore> {
  if (kind === 'memory') {
    return { store: memoryStore({ allowInProduction: true }), async close() {} }
  }
  if (kind === 'redis') {
    const client = new Redis(url, redisClientOptions())
    await new Promise<void>((resolve, reject) =>
      client.once('ready', resolve).once('error', reject),
    )
    return { store: redisStore(client), close: async () => client.disconnect() }
  }
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 2000 })
  const store = postgresStore(pool, { migrate: true })
  return {
    store,
    async close() {
      await store.close()
      await pool.end()
    },
  }
}
