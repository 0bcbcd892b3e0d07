import type { FastifyJWTOptions } from '@fastify/jwt'
import type { RevocationPolicy, Store } from '@latchkey/store'
import type { OutboundOptions } from '@latchkey/tokens'
import type { ClientCertificateOptions } from './client-certificate.js'
import type { DpopOptions } from './dpop-guard.js'
import { InvalidOptions } from './errors.js'
import type { IssueOptions } from './issue-options.js'
import type { TrustedIssuerOptions } from './trusted-issuer.js'

/** What holds for all issuers of a registration. */
export interface SharedJwtOptions {
  /** What routes write. Default `jwt`. */
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
  /** Characters that a token may have. Default 8192. */
  readonly maxLength?: number
  /** How many verified tokens are remembered, or `false` to verify every one anew. Default 10000. */
  readonly cacheSize?: number | false
  /** Proof of possession by DPoP (RFC 9449); needs a store. Default: bound tokens are refused. */
  readonly dpop?: DpopOptions
  /** Proof of possession by client certificate (RFC 8705). Default: bound tokens are refused. */
  readonly mtls?: ClientCertificateOptions
  /** Limits of calls to issuers. */
  readonly outbound?: OutboundOptions
  /** Lets `app.tokens` issue, with the keys of one of the issuers. Default: it only revokes. */
  readonly issue?: IssueOptions
  /**
   * Registers `@fastify/jwt` with the same key, issuer, audience and algorithm, for code that uses
   * `app.jwt` and `reply.jwtSign`. `true` is skipped where the application has it already. Needs
   * `keys.secret` or `keys.privateKey` as text. Default `false`.
   */
  readonly fastifyJwt?: boolean | Omit<FastifyJWTOptions, 'secret'>
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** Options of the plugin `jwt`: those of one issuer, or of several in `issuers`. */
export type JwtOptions = SharedJwtOptions &
  (TrustedIssuerOptions | { readonly issuers: readonly TrustedIssuerOptions[] })

/** The options that hold for all issuers, with every default in place. */
export interface Settings {
  readonly name: string
  readonly realm: string
  readonly resourceMetadata: string | undefined
  readonly store: Store | null
  readonly maxStale: number
  readonly whenStale: RevocationPolicy
  readonly maxLifetime: number | null
  readonly maxLength: number
  readonly cacheSize: number
  readonly issuers: readonly TrustedIssuerOptions[]
  readonly clock: () => number
}

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function readIssuers(options: JwtOptions): readonly TrustedIssuerOptions[] {
  if (!('issuers' in options)) return [options]
  const { issuers } = options
  if (!Array.isArray(issuers) || issuers.length === 0) wrong('"issuers" is not a list of issuers')
  if ('issuer' in options) wrong('write either one issuer, or several in "issuers"')
  const names = new Set(issuers.map(({ issuer }) => issuer))
  if (names.size < issuers.length) wrong('two of the "issuers" have one name')
  return issuers
}

function readPolicy(policy: RevocationPolicy = 'lookup'): RevocationPolicy {
  if (policy === 'closed' || policy === 'lookup' || policy === 'open') return policy
  return wrong('"whenStale" is not "closed", "lookup" or "open"')
}

function readNumber(name: string, given: number | undefined, otherwise: number): number {
  const value = given ?? otherwise
  return Number.isFinite(value) && value > 0 ? value : wrong(`"${name}" is not a number above 0`)
}

/**
 * Checks the options that hold for all issuers and fills in the defaults.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, saying what to write.
 */
export function resolveOptions(options: JwtOptions): Settings {
  const { store = null, cacheSize } = options
  if (store !== null && typeof store.get !== 'function') wrong('"store" is no store')
  const needing = (['dpop', 'maxStale', 'whenStale'] as const).find((name) => options[name])
  if (store === null && needing) wrong(`"${needing}" needs a "store"`)
  return {
    name: options.name ?? 'jwt',
    realm: options.realm ?? 'api',
    resourceMetadata: options.resourceMetadata,
    store,
    maxStale: readNumber('maxStale', options.maxStale, 10),
    whenStale: readPolicy(options.whenStale),
    maxLifetime:
      store === null && options.maxLifetime === undefined
        ? null
        : readNumber('maxLifetime', options.maxLifetime, 86_400),
    maxLength: readNumber('maxLength', options.maxLength, 8192),
    cacheSize: cacheSize === false ? 0 : readNumber('cacheSize', cacheSize, 10_000),
    issuers: readIssuers(options),
    clock: options.clock ?? (() => Date.now() / 1000),
  }
}
