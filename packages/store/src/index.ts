export type { StoreErrorConstructor, StoreErrorOptions } from './errors.js'
export {
  isStoreOutage,
  StoreFull,
  StoreInvalid,
  StoreUnavailable,
  StoreUnfit,
} from './errors.js'
export type { MemoryStoreOptions } from './memory-store.js'
export { memoryStore } from './memory-store.js'
export type { PublishOptions, Replica, ReplicaOptions, RevocationPolicy } from './replica.js'
export { createReplica } from './replica.js'
export type { ReplicaEntry } from './replica-entry.js'
export type { ReplicaListener } from './replica-hub.js'
export type { ReplicaFinding } from './replica-record.js'
export type {
  CounterResult,
  CreateOptions,
  FeedState,
  IncrementOptions,
  IndexPage,
  Json,
  ListOptions,
  ReplaceOptions,
  StopFollowing,
  Store,
  StoreRecord,
  StoreStats,
} from './types.js'
