import { askRedis } from './redis-wire.js'
import { findService } from './require-service.js'
import { type Recipe, type Service, startService } from './service.js'

/** How a Redis server is started. */
export interface RedisOptions {
  /** Keeps the data through kill and restart, by an append-only file
   * that is synced before each answer. Default `false`. */
  readonly isDurable?: boolean
  /** Further arguments of redis-server: `['--maxmemory-policy', 'allkeys-lru']`. */
  readonly args?: readonly string[]
}

/** A Redis server. */
export interface RedisService extends Service {
  readonly url: string
}

/** The recipe of a Redis server that may also become a node of a cluster. */
export function redisRecipe(options: RedisOptions): Recipe {
  const program = findService('redis-server') ?? 'redis-server'
  return {
    name: 'redis-server',
    command: (folder, port) => [
      program,
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', options.isDurable === true ? 'yes' : 'no'],
      ...['--appendfsync', 'always', ...(options.args ?? [])],
    ],
    async probe(port, pid) {
      const info = await askRedis(port, ['INFO', 'SERVER'])
      if (!info.includes(`process_id:${pid}\r\n`)) throw new Error('another server answers')
      const state = await askRedis(port, ['INFO', 'PERSISTENCE'])
      if (!state.includes('loading:0')) throw new Error('it is still loading')
    },
  }
}

/** Starts a Redis server on a free port. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisService> {
  const service = await startService(redisRecipe(options))
  return { ...service, url: `redis://127.0.0.1:${service.port}` }
}
