export {
  checkAmount,
  checkInstant,
  checkKey,
  checkPageLimit,
  MAX_INSTANT,
  MAX_KEY_BYTES,
  MAX_VALUE_LENGTH,
  serializeValue,
} from './arguments.js'
export { createBatcher } from './batch.js'
export { withinDeadline } from './deadline.js'
export type { FeedEntry, FeedSource } from './follow.js'
export { followSource } from './follow.js'
