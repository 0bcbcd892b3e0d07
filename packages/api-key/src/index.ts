import './types.js'

export type {
  ApiKeys,
  ForeignKey,
  IssuedKey,
  KeyChanges,
  KeyPage,
  LeakedKey,
  LeakOptions,
  ListKeysOptions,
  NewKey,
  RevokeOptions,
  RotateOptions,
} from './api-keys.js'
export type { ApiKeyRouteConfig } from './charging.js'
export { keyEventSchemas } from './event-schemas.js'
export type { KeyEvent, KeyEventOutcome } from './events.js'
export { keyChannels } from './events.js'
export type { FailureLimit } from './failure-limiter.js'
export type { ForeignKeys } from './foreign-keys.js'
export type { GithubKey, GithubKeySource, GithubKeysOptions } from './github-keys.js'
export { GITHUB_KEYS_URL, githubKeys } from './github-keys.js'
export type { ParsedKey } from './key-format.js'
export { keyPattern, parseKey } from './key-format.js'
export type { KeyTraits } from './key-input.js'
export type { GithubLeakReceiverOptions } from './leak-receiver.js'
export { githubLeakReceiver } from './leak-receiver.js'
export type { LimitStatus } from './limit-status.js'
export type { ApiKeyOptions } from './options.js'
export { apiKey, apiKey as default } from './plugin.js'
export type { ApiKeyInfo, KeyOwner, KeyState, Quota, RateLimit } from './record.js'
export type { ApiKeyRoutesOptions, Grantable, ImposedLimits } from './route-options.js'
export { apiKeyRoutes } from './routes.js'
export type { ScannerRuleOptions, SecretlintRule } from './scanner-rules.js'
export { gitleaksRule, secretlintRule } from './scanner-rules.js'
export type { Verdict } from './verdict.js'
export type { Caller } from './verification.js'
