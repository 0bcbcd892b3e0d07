import { StoreInvalid } from '@latchkey/store'

/** How the Redis store is set up. */
export interface RedisStoreOptions {
  /**
   * What every key of the store begins with; stores with different prefixes share nothing. It must
   * not hold braces, which would decide the slots of a cluster. Default `latchkey:`.
   */
  readonly prefix?: string
  /** Seconds after which an operation that is not answered rejects. Default 2. */
  readonly timeout?: number
  /**
   * How many replicas must confirm a write before it resolves (`WAIT`), so that it survives a
   * failover. It costs a round trip between the servers, during which the connection serves
   * nobody else. Default 0.
   */
  readonly replicas?: number
}

/** The same, complete. */
export interface Settings {
  readonly prefix: string
  readonly timeout: number
  readonly replicas: number
}

/** @throws {Error} `LATCHKEY_STORE_INVALID` for options that make no sense. */
export function parseOptions(options: RedisStoreOptions): Settings {
  const { prefix = 'latchkey:', timeout = 2, replicas = 0 } = options
  if (typeof prefix !== 'string' || /[{}\0]/.test(prefix)) {
    throw new StoreInvalid('"prefix" is not text without braces')
  }
  if (!(timeout > 0 && timeout <= 600)) {
    throw new StoreInvalid('"timeout" is not a number of seconds up to 600')
  }
  if (!Number.isSafeInteger(replicas) || replicas < 0) {
    throw new StoreInvalid('"replicas" is not a number of replicas')
  }
  return { prefix, timeout, replicas }
}

/** Options of an ioredis client that suit the store. */
export interface RedisClientOptions {
  readonly commandTimeout: number
  readonly connectTimeout: number
  readonly socketTimeout: number
  readonly sentinelCommandTimeout: number
  readonly failoverDetector: true
  readonly enableAutoPipelining: true
  readonly enableOfflineQueue: false
  readonly autoResendUnfulfilledCommands: false
  readonly maxRetriesPerRequest: number
}

/**
 * Gives the options that the client should have, for @fastify/redis and for ioredis: commands that
 * time out, commands of one turn sent together, and, while the server is away, an error at once
 * instead of a queue whose writes would be done late, after everybody was told that they failed.
 * A connection that has gone silent is given up, so that a server that froze or lost its network
 * is not held on to after another one has taken its place; Sentinels say so by themselves.
 *
 * For a Cluster they belong into `redisOptions`.
 *
 * @param timeout Seconds that a command may take. Default 2.
 */
export function redisClientOptions(timeout: number = 2): RedisClientOptions {
  return {
    commandTimeout: timeout * 1000,
    connectTimeout: timeout * 1000,
    socketTimeout: timeout * 1000,
    sentinelCommandTimeout: timeout * 1000,
    failoverDetector: true,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
  }
}
