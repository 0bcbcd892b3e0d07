import type { Secret } from '@latchkey/tokens'
import {
  type BearerOptions,
  type BearerSettings,
  readNumber,
  resolveBearerOptions,
} from './bearer-options.js'
import { InvalidOptions } from './errors.js'
import type { MapClaims } from './token-identity.js'

/** Options of the plugin `introspection`. */
export interface IntrospectionOptions extends BearerOptions {
  /** Who vouches for the subjects; `iss` in answers, where it is there, must be the same. */
  readonly issuer: string
  /** What `aud` in answers must name: this API. `false` accepts any, and must be written. */
  readonly audience: string | readonly string[] | false
  /** Where the issuer introspects tokens. */
  readonly endpoint: string
  /** How this API authenticates itself there (`client_secret_basic`). */
  readonly clientId: string
  /** The secret, or a function that fetches it at the start. */
  readonly clientSecret: Secret | (() => Secret | Promise<Secret>)
  /** What of the identity is to differ from what the answer says by itself. */
  readonly mapClaims?: MapClaims
  /** By how many seconds clocks may differ, at most 60. Default 5. */
  readonly clockTolerance?: number
  /** Seconds that an active token is remembered. Default 30. */
  readonly cacheTtl?: number
  /** Seconds that an inactive token is remembered. Default 10. */
  readonly negativeTtl?: number
  /** Calls under way at most; further tokens get 503. Default 50. */
  readonly maxConcurrent?: number
}

/** The options with every default in place. */
export interface IntrospectionSettings extends BearerSettings {
  readonly issuer: string
  readonly audience: readonly string[] | null
  readonly endpoint: string
  /** What `Authorization` says at the endpoint. */
  readonly authorization: string
  readonly mapClaims: MapClaims | null
  readonly clockTolerance: number
  readonly cacheTtl: number
  readonly negativeTtl: number
  readonly maxConcurrent: number
}

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function formEncode(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}

async function readAuthorization(options: IntrospectionOptions): Promise<string> {
  const { clientId, clientSecret } = options
  if (typeof clientId !== 'string' || clientId === '') wrong('"clientId" is missing')
  const secret = typeof clientSecret === 'function' ? await clientSecret() : clientSecret
  if (!secret) wrong('"clientSecret" is missing')
  const pair = `${formEncode(clientId)}:${formEncode(Buffer.from(secret as string).toString())}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, saying what to write.
 */
export async function resolveIntrospection(
  options: IntrospectionOptions,
): Promise<IntrospectionSettings> {
  const { issuer, audience, endpoint, clockTolerance = 5 } = options
  if (typeof issuer !== 'string' || issuer === '') wrong('"issuer" is missing')
  const names = audience === false ? null : [audience ?? []].flat()
  if (
    names !== null &&
    (names.length === 0 || names.some((name) => typeof name !== 'string' || !name))
  ) {
    wrong('"audience" is missing: write what names this API in "aud", or false to accept any')
  }
  if (!(clockTolerance >= 0 && clockTolerance <= 60)) {
    wrong('"clockTolerance" is not a number of seconds from 0 to 60')
  }
  return {
    ...resolveBearerOptions(options, 'introspection'),
    issuer,
    audience: names,
    endpoint,
    authorization: await readAuthorization(options),
    mapClaims: options.mapClaims ?? null,
    clockTolerance,
    cacheTtl: readNumber('cacheTtl', options.cacheTtl, 30),
    negativeTtl: readNumber('negativeTtl', options.negativeTtl, 10),
    maxConcurrent: readNumber('maxConcurrent', options.maxConcurrent, 50),
  }
}
