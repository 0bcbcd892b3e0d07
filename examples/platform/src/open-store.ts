import { mkdirSync } from 'node:fs'
import { memoryStore, type Store } from '@latchkey/store'
import type { CommandLine } from './command-line.js'

/** A store, and how to let go of it. */
export interface OpenedStore {
  readonly store: Store
  /** What it is, for people. */
  readonly kind: string
  close(): Promise<void>
}

/** Seconds that an operation may take. */
const PATIENCE = 2

async function openRedis(url: string): Promise<OpenedStore> {
  const { redisClientOptions, redisStore } = await import('@latchkey/store-redis')
  const { Redis } = await import('ioredis')
  const client = new Redis(url, redisClientOptions(PATIENCE))
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', (cause) => {
      client.disconnect()
      reject(new Error('Cannot reach Redis at the URL of "--redis"', { cause }))
    })
  })
  client.on('error', () => {})
  return { store: redisStore(client), kind: 'Redis', close: async () => client.disconnect() }
}

async function openPostgres(url: string): Promise<OpenedStore> {
  const { postgresStore } = await import('@latchkey/store-postgres')
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: PATIENCE * 1000 })
  pool.on('error', () => {})
  const store = postgresStore(pool, { migrate: true, timeout: PATIENCE })
  const close = async () => {
    await store.close()
    await pool.end()
  }
  return { store, kind: 'PostgreSQL', close }
}

async function openFolder(folder: string): Promise<OpenedStore> {
  const { postgresStore } = await import('@latchkey/store-postgres')
  const { PGlite } = await import('@electric-sql/pglite')
  mkdirSync(folder, { recursive: true })
  const database = new PGlite(folder)
  const store = postgresStore(database, { migrate: true, timeout: 60 })
  const close = async () => {
    await store.close()
    await database.close()
  }
  return { store, kind: `PGlite in ${folder}`, close }
}

/** Opens what the command line names; memory by default. */
export async function openStore(options: CommandLine): Promise<OpenedStore> {
  const { redis, postgres, data } = options
  if (redis !== null) return openRedis(redis)
  if (postgres !== null) return openPostgres(postgres)
  if (data !== null) return openFolder(`${data}/pglite`)
  const store = memoryStore()
  return { store, kind: 'memory', close: async () => {} }
}

/** Whether every process can open the store for itself: otherwise one holds it for all. */
export function isShared({ redis, postgres }: CommandLine): boolean {
  return redis !== null || postgres !== null
}
