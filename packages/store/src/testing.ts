export type { CountingStore, StoreOperation } from './testing/counting-store.js'
export { countingStore } from './testing/counting-store.js'
export type { FailingStore } from './testing/failing-store.js'
export { failingStore } from './testing/failing-store.js'
