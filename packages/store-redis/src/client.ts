import type { Cluster, Redis, RedisOptions } from 'ioredis'

type NodeOptions = NonNullable<NonNullable<Parameters<Cluster['duplicate']>[1]>['redisOptions']>

/** Tells a client of a cluster from one of a single server. */
export function isCluster(client: Redis | Cluster): client is Cluster {
  return client.isCluster
}

/**
 * Opens a connection of its own, since a read that waits would hold up everybody else. It must not
 * take its own time-out for an answer, as ioredis does with `blockingTimeout`: no answer is no
 * heartbeat.
 */
export function connectBeside(client: Redis | Cluster, commandTimeout: number): Redis | Cluster {
  const redisOptions: RedisOptions = {
    commandTimeout,
    socketTimeout: commandTimeout,
    blockingTimeout: 0,
    enableAutoPipelining: false,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 200,
    lazyConnect: false,
  }
  const connection = isCluster(client)
    ? client.duplicate([], {
        enableOfflineQueue: true,
        enableAutoPipelining: false,
        lazyConnect: false,
        redisOptions: { ...client.options.redisOptions, ...redisOptions } as NodeOptions,
      })
    : client.duplicate(redisOptions)
  connection.on('error', () => {})
  return connection
}
