export type { RedisClientOptions, RedisStoreOptions } from './options.js'
export { redisClientOptions } from './options.js'
export { redisStore } from './redis-store.js'
