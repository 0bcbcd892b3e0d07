import type { RevocationPolicy, Store } from '@latchkey/store'
import type { OutboundOptions } from '@latchkey/tokens'
import type { ClientCertificateOptions } from './client-certificate.js'
import type { DpopOptions } from './dpop-settings.js'
import { InvalidOptions } from './errors.js'

/** Options of both mechanisms of this package. */
export interface BearerOptions {
  /** What routes write. Default `jwt`, or `introspection`. */
  readonly name?: string
  /** Names the protected space in challenges (RFC 9110 §11.5). Default `api`. */
  readonly realm?: string
  /** Where the metadata of this API are (RFC 9728), for challenges. Default: not said. */
  readonly resourceMetadata?: string
  /**
   * Where revocations, refresh tokens and used DPoP proofs are kept. Without it tokens end by
   * expiry alone, and none of these is possible.
   */
  readonly store?: Store
  /** Seconds without news of revocations after which `whenStale` applies. Default 10. */
  readonly maxStale?: number
  /**
   * What becomes of requests while revocations may have been missed: `closed` answers 503,
   * `lookup` asks the store for every request, `open` goes on. A route may say otherwise in
   * `config.jwt.whenStale`. Default `lookup`.
   */
  readonly whenStale?: RevocationPolicy
  /**
   * Seconds that a token may live from now on: revocations are remembered as long. Default 86400
   * with a store, without one any time.
   */
  readonly maxLifetime?: number
  /** How many verified tokens are remembered, or `false` to verify every one anew. Default 10000. */
  readonly cacheSize?: number | false
  /** Proof of possession by DPoP (RFC 9449); needs a store. Default: bound tokens are refused. */
  readonly dpop?: DpopOptions
  /** Proof of possession by client certificate (RFC 8705). Default: bound tokens are refused. */
  readonly mtls?: ClientCertificateOptions
  /** Limits of calls to issuers. */
  readonly outbound?: OutboundOptions
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** The options of both mechanisms, with every default in place. */
export interface BearerSettings {
  readonly name: string
  readonly realm: string
  readonly resourceMetadata: string | undefined
  readonly store: Store | null
  readonly maxStale: number
  readonly whenStale: RevocationPolicy
  readonly maxLifetime: number | null
  /** 0 remembers nothing. */
  readonly cacheSize: number
  readonly clock: () => number
}

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function readPolicy(policy: RevocationPolicy = 'lookup'): RevocationPolicy {
  if (policy === 'closed' || policy === 'lookup' || policy === 'open') return policy
  return wrong('"whenStale" is not "closed", "lookup" or "open"')
}

/** Checks a number above 0. @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS` */
export function readNumber(name: string, given: number | undefined, otherwise: number): number {
  const value = given ?? otherwise
  return Number.isFinite(value) && value > 0 ? value : wrong(`"${name}" is not a number above 0`)
}

/**
 * Checks the options of both mechanisms and fills in the defaults.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, saying what to write.
 */
export function resolveBearerOptions(options: BearerOptions, name: string): BearerSettings {
  const { store = null, cacheSize, maxLifetime } = options
  if (store !== null && typeof store.get !== 'function') wrong('"store" is no store')
  const needing = (['dpop', 'maxStale', 'whenStale'] as const).find((one) => options[one])
  if (store === null && needing !== undefined) wrong(`"${needing}" needs a "store"`)
  const endless = store === null && maxLifetime === undefined
  return {
    name: options.name ?? name,
    realm: options.realm ?? 'api',
    resourceMetadata: options.resourceMetadata,
    store,
    maxStale: readNumber('maxStale', options.maxStale, 10),
    whenStale: readPolicy(options.whenStale),
    maxLifetime: endless ? null : readNumber('maxLifetime', maxLifetime, 86_400),
    cacheSize: cacheSize === false ? 0 : readNumber('cacheSize', cacheSize, 10_000),
    clock: options.clock ?? (() => Date.now() / 1000),
  }
}
