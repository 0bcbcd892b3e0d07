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
