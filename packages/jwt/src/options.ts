import type { FastifyJWTOptions } from '@fastify/jwt'
import {
  type BearerOptions,
  type BearerSettings,
  readNumber,
  resolveBearerOptions,
} from './bearer-options.js'
import { InvalidOptions } from './errors.js'
import type { IssueOptions } from './issue-options.js'
import type { TrustedIssuerOptions } from './trusted-issuer.js'

/** What holds for all issuers of a registration. */
export interface SharedJwtOptions extends BearerOptions {
  /** Characters that a token may have. Default 8192. */
  readonly maxLength?: number
  /** Lets `app.tokens` issue, with the keys of one of the issuers. Default: it only revokes. */
  readonly issue?: IssueOptions
  /**
   * Registers `@fastify/jwt` with the same key, issuer, audience and algorithm, for code that uses
   * `app.jwt` and `reply.jwtSign`. `true` is skipped where the application has it already. Needs
   * `keys.secret` or `keys.privateKey` as text. Default `false`.
   */
  readonly fastifyJwt?: boolean | Omit<FastifyJWTOptions, 'secret'>
}

/** Options of the plugin `jwt`: those of one issuer, or of several in `issuers`. */
export type JwtOptions = SharedJwtOptions &
  (TrustedIssuerOptions | { readonly issuers: readonly TrustedIssuerOptions[] })

/** The options that hold for all issuers, with every default in place. */
export interface Settings extends BearerSettings {
  readonly maxLength: number
  readonly issuers: readonly [TrustedIssuerOptions, ...TrustedIssuerOptions[]]
}

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function readIssuers(options: JwtOptions): Settings['issuers'] {
  if (!('issuers' in options)) return [options]
  const { issuers } = options
  if (!Array.isArray(issuers) || issuers.length === 0) wrong('"issuers" is not a list of issuers')
  if ('issuer' in options) wrong('write either one issuer, or several in "issuers"')
  const names = new Set(issuers.map(({ issuer }) => issuer))
  if (names.size < issuers.length) wrong('two of the "issuers" have one name')
  return issuers as unknown as Settings['issuers']
}

/**
 * Checks the options that hold for all issuers and fills in the defaults.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, saying what to write.
 */
export function resolveOptions(options: JwtOptions): Settings {
  return {
    ...resolveBearerOptions(options, 'jwt'),
    maxLength: readNumber('maxLength', options.maxLength, 8192),
    issuers: readIssuers(options),
  }
}
