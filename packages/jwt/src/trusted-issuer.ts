import type { Algorithm, ClaimRules } from '@latchkey/tokens'
import { isAlgorithm } from '@latchkey/tokens'
import { InvalidOptions } from './errors.js'
import { openKeys } from './issuer-keys.js'
import type { KeySource, KeySourceContext, KeysOption } from './key-source.js'
import type { TokenProfile } from './profile.js'
import type { MapClaims } from './token-identity.js'

/** Whose tokens are accepted, and what they must say. */
export interface TrustedIssuerOptions {
  /** `iss`, character by character. */
  readonly issuer: string
  /** What `aud` must name: this API. `false` accepts tokens for anybody, and must be written. */
  readonly audience: string | readonly string[] | false
  /** The algorithms that are accepted: none is by default. */
  readonly algorithms: readonly Algorithm[]
  /** Where the keys come from: exactly one of the members. */
  readonly keys: KeysOption
  /** Default `at+jwt` (RFC 9068). */
  readonly profile?: TokenProfile
  /** What of the identity is to differ from what the claims say by themselves. */
  readonly mapClaims?: MapClaims
  /** By how many seconds clocks may differ, at most 60. Default 5. */
  readonly clockTolerance?: number
  /** Seconds that keys known from a remote set stay in use while its server is down. Default one day. */
  readonly maxKeysStale?: number
}

/** An issuer that is ready to be verified. */
export interface TrustedIssuer {
  readonly rules: ClaimRules
  readonly algorithms: ReadonlySet<Algorithm>
  readonly keys: KeySource
  readonly profile: TokenProfile
  readonly mapClaims: MapClaims | null
}

const mostTolerance = 60

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function readAudience(audience: unknown): readonly string[] | null {
  if (audience === false) return null
  const list = typeof audience === 'string' ? [audience] : audience
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((one) => one && typeof one === 'string')
  ) {
    wrong('"audience" is missing: write what names this API in "aud", or false to accept any')
  }
  return list
}

function readAlgorithms(algorithms: unknown): readonly Algorithm[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    wrong('"algorithms" is missing: write those that the issuer signs with, such as ["ES256"]')
  }
  for (const one of algorithms) {
    if (!isAlgorithm(one)) wrong(`"${one}" in "algorithms" is not a signature algorithm`)
  }
  return algorithms
}

function readTolerance(tolerance = 5): number {
  if (!(tolerance >= 0 && tolerance <= mostTolerance)) {
    wrong(`"clockTolerance" is not a number of seconds from 0 to ${mostTolerance}`)
  }
  return tolerance
}

function readProfile(profile: string = 'at+jwt'): TokenProfile {
  return profile === 'at+jwt' || profile === 'jwt'
    ? profile
    : wrong('"profile" is neither "at+jwt" nor "jwt"')
}

/**
 * Checks the options of an issuer and prepares its keys.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, and what `openKeys` throws.
 */
export async function prepareIssuer(
  options: TrustedIssuerOptions,
  context: Omit<KeySourceContext, 'issuer' | 'algorithms' | 'maxKeysStale'>,
): Promise<TrustedIssuer> {
  const { issuer, mapClaims = null, maxKeysStale = 86_400 } = options
  if (typeof issuer !== 'string' || issuer === '') wrong('"issuer" is missing')
  const audience = readAudience(options.audience)
  const algorithms = readAlgorithms(options.algorithms)
  const leeway = readTolerance(options.clockTolerance)
  const profile = readProfile(options.profile)
  if (typeof options.keys !== 'object') wrong('"keys" is missing')
  const keys = await openKeys(options.keys, { ...context, issuer, algorithms, maxKeysStale })
  return {
    rules: { issuer, audience, leeway },
    algorithms: new Set(algorithms),
    keys,
    profile,
    mapClaims,
  }
}
