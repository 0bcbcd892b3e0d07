import type { Store } from '@latchkey/store'
import type { OutboundOptions, SecretSource } from '@latchkey/tokens'
import { InvalidOptions } from './errors.js'
import type { OnSignIn } from './on-sign-in.js'
import type { ProviderOptions } from './provider-options.js'

/** Options of the plugin `oauthClient`. All durations are seconds. */
export interface OAuthClientOptions {
  /** Where tokens and used attempts are kept, for all processes. */
  readonly store: Store
  /** Seals tokens and transaction cookies: 32 bytes or more; the first closes, all open. */
  readonly secrets: SecretSource
  /** This application's origin, such as `https://app.example.com`: what redirect URIs begin with. */
  readonly origin: string
  /** The providers, by names of one's own: they are part of paths. */
  readonly providers: Readonly<Record<string, ProviderOptions>>
  /** Decides whose account it is. Default: one account for each identity, `identity.key`. */
  readonly onSignIn?: OnSignIn
  /** Events and keys in the store begin with it. Default `oauth-client`. */
  readonly name?: string
  /** The name of the session mechanism. Default `session`. */
  readonly session?: string
  /** Where the routes are. Default `/auth`. */
  readonly path?: string
  /** Where browsers go after sign-in when nothing else was asked for. Default `/`. */
  readonly afterSignIn?: string
  /** Where they go after logout. Default `/`. */
  readonly afterLogout?: string
  /** A page of one's own for failures; it gets `error` and `provider`. Default: ours. */
  readonly errorPath?: string
  /** Seconds that a sign-in may take. Default 600. */
  readonly transactionTtl?: number
  /** Seconds since the login within which an account may be linked. Default 300. */
  readonly linkFreshness?: number
  /** By how many seconds the clocks of providers may differ, at most 300. Default 30. */
  readonly clockTolerance?: number
  /** Seconds before its end from which an access token is renewed. Default 30. */
  readonly renewBefore?: number
  /** Limits of calls to providers. */
  readonly outbound?: OutboundOptions
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** Options with their defaults. */
export type Settings = Required<
  Omit<OAuthClientOptions, 'onSignIn' | 'errorPath' | 'clock' | 'outbound' | 'secrets'>
> & {
  readonly onSignIn: OnSignIn | null
  readonly errorPath: string | null
  /** Whole seconds. */
  readonly now: () => number
}

const KEYS: readonly string[] = [
  'store',
  'secrets',
  'origin',
  'providers',
  'onSignIn',
  'name',
  'session',
  'path',
  'afterSignIn',
  'afterLogout',
  'errorPath',
  'transactionTtl',
  'linkFreshness',
  'clockTolerance',
  'renewBefore',
  'outbound',
  'clock',
]
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/
/** As `identity` asks it of login locations, without a query that ours would be added to. */
const PATH = /^\/(?![/\\])[\x21\x24-\x3e\x40-\x5b\x5d-\x7e]*$/
const LOOPBACKS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_INVALID_OPTIONS`, saying what to write. */
export function readOptions(options: OAuthClientOptions): Settings {
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key))
      wrong(`the option "${key}" does not exist; there is ${KEYS.join(', ')}`)
  }
  const { store, providers, clock = () => Date.now() / 1000, onSignIn = null } = options
  if (typeof store?.get !== 'function') wrong('"store" is missing')
  if (options.secrets === undefined) wrong('"secrets" is missing: write 32 random bytes or more')
  if (onSignIn !== null && typeof onSignIn !== 'function') wrong('"onSignIn" is not a function')
  const names = Object.keys(providers ?? {})
  if (names.length === 0) wrong('"providers" is empty: write { google: google({ ... }) }')
  for (const name of names) readName(`providers.${name}`, name)
  const { errorPath } = options
  return {
    store,
    providers,
    onSignIn,
    origin: readOrigin(options.origin),
    name: readName('name', options.name ?? 'oauth-client'),
    session: readName('session', options.session ?? 'session'),
    path: readPath('path', options.path ?? '/auth').replace(/\/$/, ''),
    afterSignIn: readPath('afterSignIn', options.afterSignIn ?? '/'),
    afterLogout: readPath('afterLogout', options.afterLogout ?? '/'),
    errorPath: errorPath === undefined ? null : readPath('errorPath', errorPath),
    transactionTtl: readSeconds('transactionTtl', options.transactionTtl ?? 600, 1, 3600),
    linkFreshness: readSeconds('linkFreshness', options.linkFreshness ?? 300, 1, 3600),
    clockTolerance: readSeconds('clockTolerance', options.clockTolerance ?? 30, 0, 300),
    renewBefore: readSeconds('renewBefore', options.renewBefore ?? 30, 0, 3600),
    now: () => Math.floor(clock()),
  }
}

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

function readName(option: string, name: string): string {
  if (NAME.test(name)) return name
  return wrong(`"${option}" takes letters, digits, "_" and "-", and starts with a letter`)
}

function readPath(option: string, path: string): string {
  return PATH.test(path) ? path : wrong(`"${option}" is not a path such as "/auth"`)
}

function readSeconds(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  return wrong(`"${option}" is not a whole number of seconds from ${least} to ${most}`)
}

function readOrigin(origin: string): string {
  if (!URL.canParse(origin ?? '') || new URL(origin).origin !== origin) {
    wrong('"origin" is not an origin such as "https://app.example.com"')
  }
  const { protocol, hostname } = new URL(origin)
  if (protocol === 'https:') return origin
  if (protocol !== 'http:' || !LOOPBACKS.has(hostname)) wrong('"origin" must use https:')
  if (process.env.NODE_ENV === 'production') wrong('"origin" must use https: in production')
  return origin
}
