import type { RevocationPolicy, Store } from '@latchkey/store'
import type { SecretSource } from '@latchkey/tokens'
import { InvalidOptions } from './errors.js'
import type { FailureLimit } from './failure-limiter.js'
import type { ForeignKeys } from './foreign-keys.js'
import { isEnvironment, isPrefix } from './key-format.js'
import { systemClock } from './system-clock.js'

/** Options of the plugin `apiKey`. */
export interface ApiKeyOptions {
  /**
   * What every key begins with: 2 to 32 lower-case letters, digits and single `_`, unique to the
   * application, for by it secret scanners find leaked keys. Registrations with the same prefix
   * and store share their keys.
   */
  readonly prefix: string
  /** Where digests and records are kept. */
  readonly store: Store
  /** What routes write. Default `api-key`. */
  readonly name?: string
  /** Who vouches for the subjects: the application's own name. Default `app`. */
  readonly issuer?: string
  /** Environments whose keys are accepted; new keys are of the first. Default `['live']`. */
  readonly environments?: readonly string[]
  /** The request header that is read, or `false` for none. Default `x-api-key`. */
  readonly header?: string | false
  /** Whether `Authorization: Bearer` is read. Default `true`. */
  readonly bearer?: boolean
  /**
   * The query parameter that is read. URLs end up in histories and in the logs of others: only for
   * callers that can send no header. It is taken out of this application's logs. Default: none.
   */
  readonly allowQueryParameter?: string
  /** Names the protected space in challenges (RFC 9110 §11.5). Default `api`. */
  readonly realm?: string
  /** Secrets of at least 32 bytes that go into digests, the current one first. Default: none. */
  readonly peppers?: SecretSource
  /** Keys of another system that `importDigest` takes over. Default: none. */
  readonly foreign?: ForeignKeys
  /** Seconds that a new key lives unless it is told otherwise. Default 7776000, 90 days. */
  readonly defaultLifetime?: number
  /** Seconds that revoked and expired keys stay to be looked at. Default 31536000, a year. */
  readonly retention?: number
  /** Seconds that a verified key is remembered at most. Default 60. */
  readonly cacheTtl?: number
  /** Seconds that an unknown key is remembered. Default 30. */
  readonly negativeTtl?: number
  /** Seconds without news of revocations after which `whenStale` applies. Default 10. */
  readonly maxStale?: number
  /**
   * What becomes of cached keys while revocations may have been missed: `closed` answers 503,
   * `lookup` asks the store for every request, `open` goes on for `cacheTtl`. Default `lookup`.
   */
  readonly whenStale?: RevocationPolicy
  /** Seconds between notes of a key's last use, and between batches of them. Default 60. */
  readonly lastUsedInterval?: number
  /** The most keys that are remembered, known and unknown. Default 10000. */
  readonly cacheSize?: number
  /** Seconds before its expiry at which a key is announced as expiring. Default 604800, 7 days. */
  readonly expiryNotice?: number
  /** How many bad keys one address may present before it is told to wait; `false`: any number. */
  readonly failures?: Partial<FailureLimit> | false
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** The options with every default in place. */
export interface Settings {
  readonly prefix: string
  readonly store: Store
  readonly name: string
  readonly issuer: string
  readonly environments: readonly string[]
  readonly header: string | null
  readonly bearer: boolean
  readonly query: string | null
  readonly realm: string
  readonly foreign: ForeignKeys | null
  readonly defaultLifetime: number
  readonly retention: number
  readonly cacheTtl: number
  readonly negativeTtl: number
  readonly maxStale: number
  readonly whenStale: RevocationPolicy
  readonly lastUsedInterval: number
  readonly cacheSize: number
  readonly expiryNotice: number
  readonly failures: FailureLimit | null
  readonly clock: () => number
}

/** The names of all options. */
export const optionNames: ReadonlySet<string> = new Set<keyof ApiKeyOptions>([
  'prefix',
  'store',
  'name',
  'issuer',
  'environments',
  'header',
  'bearer',
  'allowQueryParameter',
  'realm',
  'peppers',
  'foreign',
  'defaultLifetime',
  'retention',
  'cacheTtl',
  'negativeTtl',
  'cacheSize',
  'maxStale',
  'whenStale',
  'lastUsedInterval',
  'expiryNotice',
  'failures',
  'clock',
])
const LEAST_BITS = 112
const tokenShape = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function wrong(state: string): never {
  throw new InvalidOptions(`Cannot register the API key mechanism: ${state}`)
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS`, saying what to write.
 */
export function resolveOptions(options: ApiKeyOptions): Settings {
  const { prefix, store, header = 'x-api-key', bearer = true, allowQueryParameter } = options
  const { environments = ['live'] } = options
  const unknown = Object.keys(options).find((name) => !optionNames.has(name))
  if (unknown !== undefined) wrong(`"${unknown}" is not an option`)
  if (!isPrefix(prefix)) {
    wrong('"prefix" is not 2 to 32 lower-case letters, digits and single "_", such as "acme"')
  }
  if (typeof store?.get !== 'function') wrong('"store" is missing; give memoryStore() or another')
  if (environments.length === 0 || !environments.every(isEnvironment)) {
    wrong('"environments" is not a list of words of 1 to 16 lower-case letters and digits')
  }
  if (header !== false && !tokenShape.test(header)) wrong('"header" is not the name of a header')
  if (header === false && !bearer && allowQueryParameter === undefined) {
    wrong('there is no place left to read keys from; leave "bearer" or "header" on')
  }
  return {
    prefix,
    store,
    name: options.name ?? 'api-key',
    issuer: options.issuer ?? 'app',
    environments,
    header: header === false ? null : header.toLowerCase(),
    bearer,
    query: allowQueryParameter ?? null,
    realm: options.realm ?? 'api',
    foreign: resolveForeign(options.foreign),
    defaultLifetime: seconds('defaultLifetime', options.defaultLifetime, 7_776_000),
    retention: seconds('retention', options.retention, 31_536_000),
    cacheTtl: seconds('cacheTtl', options.cacheTtl, 60),
    negativeTtl: seconds('negativeTtl', options.negativeTtl, 30),
    maxStale: seconds('maxStale', options.maxStale, 10),
    whenStale: resolvePolicy(options.whenStale),
    lastUsedInterval: seconds('lastUsedInterval', options.lastUsedInterval, 60),
    cacheSize: seconds('cacheSize', options.cacheSize, 10_000),
    expiryNotice: seconds('expiryNotice', options.expiryNotice, 604_800),
    failures: resolveFailures(options.failures),
    clock: options.clock ?? systemClock,
  }
}

function resolveFailures(failures: ApiKeyOptions['failures'] = {}): FailureLimit | null {
  if (failures === false) return null
  return {
    limit: seconds('failures.limit', failures.limit, 30),
    window: seconds('failures.window', failures.window, 60),
  }
}

function resolveForeign(foreign: ForeignKeys | undefined): ForeignKeys | null {
  if (foreign === undefined) return null
  const { pattern, bits } = foreign
  const { source, flags } = pattern
  if (!source.startsWith('^') || !source.endsWith('$') || /[gy]/.test(flags)) {
    wrong('"foreign.pattern" does not reach from "^" to "$", or has the flag "g" or "y"')
  }
  if (!(bits >= LEAST_BITS)) {
    wrong(`"foreign.bits" is below ${LEAST_BITS}: such keys can be guessed from their digests`)
  }
  return foreign
}

function resolvePolicy(policy: RevocationPolicy = 'lookup'): RevocationPolicy {
  if (policy === 'closed' || policy === 'lookup' || policy === 'open') return policy
  return wrong('"whenStale" is not "closed", "lookup" or "open"')
}

function seconds(name: string, given: number | undefined, otherwise: number): number {
  const value = given ?? otherwise
  if (Number.isFinite(value) && value > 0) return value
  return wrong(`"${name}" is not a number above 0`)
}
