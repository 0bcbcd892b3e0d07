import createError, { type FastifyErrorConstructor } from '@fastify/error'

type Catalogued = FastifyErrorConstructor<{ code: string; statusCode?: number }, [unknown?]>

/** The plugin was registered with options that cannot be used: a programmer error. */
export const InvalidOptions: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_INVALID_OPTIONS',
  '%s',
  500,
)
/** What a key should be made of, or changed to, is not possible: 400. */
export const InvalidKey: Catalogued = createError<[unknown?]>('LATCHKEY_API_KEY_INVALID', '%s', 400)
/** There is no key of that id, or it is not the caller's: 404. */
export const UnknownKey: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_UNKNOWN',
  'There is no such API key',
  404,
)
/** The key has ended, and an ended key cannot be changed: 409. */
export const EndedKey: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_ENDED',
  'Cannot change the API key: it has ended',
  409,
)
/** Others kept changing the record: 409. */
export const Conflict: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_CONFLICT',
  'Cannot change the API key: it is being changed by others; try again',
  409,
)
/** The key has made as many requests as it may in its window: 429. */
export const RateLimited: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_RATE_LIMITED',
  'Too many requests',
  429,
)
/** The key has used up its quota: 429, without `Retry-After` where nothing refills it. */
export const QuotaExhausted: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_QUOTA_EXHAUSTED',
  'The quota is used up',
  429,
)
/** A limit could not be charged, so the request does not pass: 503. */
export const ChargeUnavailable: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_CHARGE_UNAVAILABLE',
  'The limits of the API key cannot be checked at the moment',
  503,
)
/** Keys cannot manage keys, nor can who is neither a user nor stands for an owner: 403. */
export const NotAManager: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_NOT_A_MANAGER',
  'API keys are managed by people who have logged in',
  403,
)
/** A key was to get more rights than the caller can give: 403. */
export const NotGrantable: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_NOT_GRANTABLE',
  'An API key cannot have more rights than the one who makes it',
  403,
)
/** A report of leaks is not signed by whom it claims to be from: 401. */
export const LeakSignature: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_LEAK_SIGNATURE',
  'The report is not signed by a known key',
  401,
)
/** A report of leaks cannot be read: 400. */
export const LeakReport: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_LEAK_REPORT',
  'The report cannot be read',
  400,
)
/** The keys that reports of leaks are signed with cannot be had: 503. */
export const LeakKeysUnavailable: Catalogued = createError<[unknown?]>(
  'LATCHKEY_API_KEY_LEAK_KEYS_UNAVAILABLE',
  'The report cannot be verified at the moment',
  503,
)
