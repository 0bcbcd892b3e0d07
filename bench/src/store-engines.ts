import { once } from 'node:events'
import { requireService, startPostgres, startRedis } from '@latchkey/services'
import { memoryStore, type Store } from '@latchkey/store'
import { postgresStore } from '@latchkey/store-postgres'
import { redisClientOptions, redisStore } from '@latchkey/store-redis'
import { Redis } from 'ioredis'
import { Pool } from 'pg'

/** A store under measurement. */
export interface Engine {
  readonly name: 'memory' | 'Redis' | 'PostgreSQL'
  readonly store: Store
  /** Of the server; 0 where there is none. */
  readonly port: number
  /** Creates the records `<prefix><from>` to `<prefix><to - 1>`, expiring at that instant. */
  fill(prefix: string, from: number, to: number, expiresAt: number): Promise<void>
  /** Publishes that these keys are revoked, on the feed `latchkey`. */
  fillFeed(topic: string, keys: readonly string[], expiresAt: number): Promise<void>
  /** Deletes what has expired, where that is work of its own. */
  sweep(): Promise<number>
  close(): Promise<void>
}

const timeout = 60

/** Does something many times, with so many in flight. */
export async function inFlight(
  count: number,
  flying: number,
  run: (place: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const one = async (): Promise<void> => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: flying }, one))
}

async function fillByCreate(
  store: Store,
  ...[prefix, from, to, expiresAt]: Parameters<Engine['fill']>
): Promise<void> {
  await inFlight(to - from, 500, (place) =>
    store.create(`${prefix}${from + place}`, { subject: `user-${place}` }, { expiresAt }),
  )
}

async function fillFeedByAppend(
  store: Store,
  ...[topic, keys, expiresAt]: Parameters<Engine['fillFeed']>
): Promise<void> {
  await inFlight(keys.length, 200, (place) =>
    store.append('latchkey', [topic, keys[place] as string, expiresAt, null], expiresAt),
  )
}

function openMemory(): Engine {
  const store = memoryStore({ allowInProduction: true, maxRecords: 5_000_000 })
  return {
    name: 'memory',
    store,
    port: 0,
    fill: (...args) => fillByCreate(store, ...args),
    fillFeed: (...args) => fillFeedByAppend(store, ...args),
    sweep: async () => 0,
    close: async () => {},
  }
}

async function openRedis(): Promise<Engine> {
  const server = await startRedis()
  const client = new Redis(server.port, redisClientOptions(timeout))
  await once(client, 'ready')
  const store = redisStore(client, { timeout })
  return {
    name: 'Redis',
    store,
    port: server.port,
    fill: (...args) => fillByCreate(store, ...args),
    fillFeed: (...args) => fillFeedByAppend(store, ...args),
    sweep: async () => 0,
    async close() {
      client.disconnect()
      await server.stop()
    },
  }
}

async function openPostgres(): Promise<Engine> {
  const server = await startPostgres({ settings: { shared_buffers: '512MB' } })
  const connectionTimeoutMillis = timeout * 1000
  const pool = new Pool({ connectionString: server.url, connectionTimeoutMillis, max: 10 })
  const store = postgresStore(pool, { timeout, sweepInterval: 0, migrate: true })
  await store.ready()
  return {
    name: 'PostgreSQL',
    store,
    port: server.port,
    async fill(prefix, from, to, expiresAt) {
      await pool.query(
        `insert into latchkey.records
          select $1 || n, 'v' || n, '{"subject":"user-' || n || '"}', to_timestamp($4::float8)
          from generate_series($2::int, $3::int - 1) n`,
        [prefix, from, to, expiresAt],
      )
      await pool.query('analyze latchkey.records')
    },
    async fillFeed(topic, keys, expiresAt) {
      const first = Number(await store.append('latchkey', null, 1))
      await pool.query(
        `insert into latchkey.entries
          select 'latchkey', $1::int + place,
            json_build_array($2::text, key, $3::float8, null)::text, to_timestamp($3::float8)
          from unnest($4::text[]) with ordinality as listed (key, place)`,
        [first, topic, expiresAt, keys],
      )
      await pool.query('update latchkey.feeds set head = head + $1', [keys.length])
    },
    sweep: store.sweep,
    async close() {
      await store.close()
      await pool.end()
      await server.stop()
    },
  }
}

/** Opens the engines that this machine has; in a smoke run, the one that needs no server. */
export async function openEngines(isSmoke: boolean): Promise<Engine[]> {
  const engines = [openMemory()]
  if (isSmoke) return engines
  if (requireService('redis-server') === false) engines.push(await openRedis())
  if (requireService('postgres') === false) engines.push(await openPostgres())
  return engines
}

/** The value below which that part of the figures lies. */
export function quantile(figures: readonly number[], part: number): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
