import type { Store } from '@latchkey/store'
import type { Cluster, Redis } from 'ioredis'
import { isCluster } from './client.js'
import { createFeeds } from './feeds.js'
import { askServers, checkFitness, type ServerInfo } from './fitness.js'
import { createIndexes } from './indexes.js'
import { createNames } from './names.js'
import { parseOptions, type RedisStoreOptions } from './options.js'
import { createRecords } from './records.js'
import { createSender } from './sender.js'

function sum(servers: readonly ServerInfo[], figure: string): number {
  return servers.reduce((total, info) => total + Number(info.get(figure) ?? 0), 0)
}

/**
 * A store on Redis 7 or later: one server, Sentinel, or a Cluster.
 *
 * @param client An ioredis client: `app.redis` of @fastify/redis, or one of your own. It stays
 *   yours: the store closes only the connections by which it follows feeds.
 * @throws {Error} `LATCHKEY_STORE_INVALID` for options that make no sense.
 */
export function redisStore(client: Redis | Cluster, options: RedisStoreOptions = {}): Store {
  const settings = parseOptions(options)
  const names = createNames(settings.prefix)
  const sender = createSender(client, settings)
  const { followers, ...feeds } = createFeeds(client, sender, names, settings.timeout)
  return {
    ...createRecords(sender, names, isCluster(client)),
    ...createIndexes(sender, names),
    ...feeds,
    ready: () => checkFitness(client, settings.timeout),
    async stats() {
      const servers = await askServers(client, settings.timeout)
      return {
        engine: isCluster(client) ? 'redis-cluster' : 'redis',
        servers: servers.length,
        usedMemory: sum(servers, 'used_memory'),
        evictedKeys: sum(servers, 'evicted_keys'),
        expiredKeys: sum(servers, 'expired_keys'),
        followers: followers(),
      }
    },
  }
}
