import type { Store } from '@latchkey/store'
import { InvalidOptions } from '../errors.js'

/** When wrong passwords slow attempts down. */
export interface ThrottleLimits {
  /** Failures of one account from one device or address, per `window`. Default 5. */
  readonly pair?: number
  /** Failures from one address, per `window`. Default 50. */
  readonly address?: number
  /** Seconds of the window of `pair` and `address`. Default 900. */
  readonly window?: number
  /**
   * Failures of one account per hour, from wherever, after which its attempts must be apart: by 1
   * second, then 2, 4, and so on up to `accountDelay`. Known devices are spared. Default 10.
   */
  readonly account?: number
  /** The most seconds by which attempts must be apart. Nobody is locked out. Default 60. */
  readonly accountDelay?: number
  /** Seconds for which a device or address is known after a login. Default 2592000, 30 days. */
  readonly knownFor?: number
}

/** Options of {@link createPasswords}. */
export interface PasswordOptions {
  /** Where failures are counted. */
  readonly store: Store
  /** What its keys in the store begin with. Default `password`. */
  readonly name?: string
  /** KiB that one hash takes. Default, and least, 19456. */
  readonly memoryCost?: number
  /** Passes. Default, and least, 2. */
  readonly timeCost?: number
  /** Lanes. Default 1. */
  readonly parallelism?: number
  /** Hashes at the same time: together they take that many times `memoryCost`. Default 4. */
  readonly concurrency?: number
  /** Passwords that may wait for their turn; more are answered with 503. Default 1000. */
  readonly queue?: number
  /** The longest password, in bytes of UTF-8. Default 1024. */
  readonly maxLength?: number
  readonly limits?: ThrottleLimits
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** Options with their defaults. */
export interface PasswordSettings {
  readonly store: Store
  readonly name: string
  readonly cost: {
    readonly memoryCost: number
    readonly timeCost: number
    readonly parallelism: number
  }
  readonly concurrency: number
  readonly queue: number
  readonly maxLength: number
  readonly limits: Required<ThrottleLimits>
  readonly now: () => number
}

const DEFAULT_LIMITS: Required<ThrottleLimits> = {
  pair: 5,
  address: 50,
  window: 900,
  account: 10,
  accountDelay: 60,
  knownFor: 2_592_000,
}

/** @throws {Error} `LATCHKEY_SESSION_INVALID_OPTIONS`. */
export function readPasswordOptions(options: PasswordOptions): PasswordSettings {
  const { store, name = 'password', clock = () => Date.now() / 1000 } = options
  const { concurrency = 4, queue = 1000, maxLength = 1024 } = options
  const { memoryCost = 19_456, timeCost = 2, parallelism = 1 } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const least: readonly (readonly [name: string, value: number, least: number])[] = [
    ['memoryCost', memoryCost, 19_456],
    ['timeCost', timeCost, 2],
    ['parallelism', parallelism, 1],
    ['concurrency', concurrency, 1],
    ['queue', queue, 0],
    ['maxLength', maxLength, 64],
    ...Object.entries(limits).map(([key, value]) => [`limits.${key}`, value, 1] as const),
  ]
  for (const [key, value, bound] of least) {
    if (Number.isInteger(value) && value >= bound) continue
    throw new InvalidOptions(`"${key}" is not a whole number from ${bound} up`)
  }
  const cost = { memoryCost, timeCost, parallelism }
  return { store, name, cost, concurrency, queue, maxLength, limits, now: () => clock() }
}
