// A process that publishes revocations, or notes when they arrive; see reports/store-window.ts.
import { setTimeout as pause } from 'node:timers/promises'
import { createReplica, type Replica, type Store } from '@latchkey/store'
import { postgresStore } from '@latchkey/store-postgres'
import { redisClientOptions, redisStore } from '@latchkey/store-redis'
import { Redis } from 'ioredis'
import { Pool } from 'pg'

let replica: Replica
const arrivals: number[] = []

function open(engine: string, port: number): Store {
  if (engine === 'Redis') {
    return redisStore(new Redis(port, { ...redisClientOptions(10), enableOfflineQueue: true }))
  }
  const connectionString = `postgres://postgres@127.0.0.1:${port}/postgres`
  return postgresStore(new Pool({ connectionString, connectionTimeoutMillis: 10_000 }))
}

const now = (): number => performance.timeOrigin + performance.now()

/** Opens the store, and notes the milliseconds that every entry took. */
export async function connect(input: { engine: string; port: number }): Promise<void> {
  replica = createReplica(open(input.engine, input.port))
  await replica.ready()
  replica.subscribe('bench', ({ value }) => arrivals.push(now() - (value as number)))
}

/** Publishes so many revocations, one every few milliseconds. */
export async function publish(count: number): Promise<void> {
  const expiresAt = Date.now() / 1000 + 3600
  for (let place = 0; place < count; place++) {
    await replica.publish({ topic: 'bench', key: `${place}`, expiresAt, value: now() })
    await pause(3)
  }
}

/** What was noted so far. */
export function arrived(): readonly number[] {
  return arrivals
}
