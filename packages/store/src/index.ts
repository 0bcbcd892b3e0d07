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
