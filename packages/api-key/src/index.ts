import './types.js'

export type {
  ApiKeys,
  IssuedKey,
  KeyChanges,
  KeyPage,
  ListKeysOptions,
  NewKey,
  RevokeOptions,
  RotateOptions,
} from './api-keys.js'
export type { KeyEvent } from './events.js'
export { keyChannels } from './events.js'
export type { FailureLimit } from './failure-limiter.js'
export type { ParsedKey } from './key-format.js'
export { keyPattern, parseKey } from './key-format.js'
export type { KeyTraits } from './key-input.js'
export type { ApiKeyOptions } from './options.js'
export { apiKey, apiKey as default } from './plugin.js'
export type { ApiKeyInfo, KeyOwner, KeyState, Quota, RateLimit } from './record.js'
export type { Verdict } from './verdict.js'
export type { Caller } from './verification.js'
