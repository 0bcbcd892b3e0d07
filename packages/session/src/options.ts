import type { RevocationPolicy, Store } from '@latchkey/store'
import { InvalidOptions } from './errors.js'

/** How the session cookie is written. */
export interface SessionCookieOptions {
  /** Name without its prefix. Default: the mechanism's name. */
  readonly name?: string
  /**
   * Shares the cookie with all subdomains of this domain. It costs the protection of `__Host-`:
   * any of them can then plant a cookie, so the prefix becomes `__Secure-`, with a warning.
   */
  readonly domain?: string
  /** Default `lax`. `none` lets other sites embed the application with the user logged in. */
  readonly sameSite?: 'lax' | 'strict' | 'none'
  /** Whether the cookie survives the browser's end, until the absolute timeout. Default `false`. */
  readonly persistent?: boolean
}

/** How many sessions a subject may have at once (ASVS V7.1.2). */
export interface SessionLimit {
  readonly count: number
  /** `evict` ends the oldest, `deny` refuses the login with 409. */
  readonly policy: 'evict' | 'deny'
}

/** Options of the plugin `session`. All durations are seconds. */
export interface SessionOptions {
  /** Where sessions are kept. */
  readonly store: Store
  /** The name of the mechanism, and what its keys in the store begin with. Default `session`. */
  readonly name?: string
  /** `identity.issuer`: the application's own name. Default `app`. */
  readonly issuer?: string
  /** Seconds without a request after which a session ends. Default 1800. */
  readonly idleTimeout?: number
  /** Seconds after login at which a session ends, used or not. Default 43200. */
  readonly absoluteTimeout?: number
  /** Least seconds between two writes that note the use of a session. Default 60. */
  readonly touchInterval?: number
  /** Seconds for which the token before a rotation is good for safe methods. Default 10. */
  readonly rotationGrace?: number
  readonly cookie?: SessionCookieOptions
  /** Where browsers are sent that navigate without a session. Default: nowhere, they get 401. */
  readonly loginPath?: string
  /** Other origins whose pages may use the session, such as `https://app.example.com`. */
  readonly trustedOrigins?: readonly string[]
  /** Default: as many as one likes. */
  readonly maxSessions?: SessionLimit
  /** What happens while this process may have missed a revocation. Default `lookup`. */
  readonly whenStale?: RevocationPolicy
  /** Seconds without news after which that is so: the revocation window. Default 10. */
  readonly maxStale?: number
  /** Sessions that this process remembers, about 250 bytes each. Default 50000; 0: none. */
  readonly cacheSize?: number
  /**
   * Which routes have `request.session`, the data bag of @fastify/session: those with
   * `config: { session: true }`, all, or none. Default `routes`; `none` where an application
   * registers @fastify/session by itself.
   */
  readonly bag?: 'routes' | 'everywhere' | 'none'
  /**
   * `token` asks for a token of @fastify/csrf-protection where a browser is too old to send
   * `Sec-Fetch-Site` or `Origin`; `origin` refuses it. All others are judged by these two headers
   * in both modes. Default `origin`.
   */
  readonly csrf?: 'origin' | 'token'
  /** Sends `Clear-Site-Data` at logout, so that browsers drop what pages stored. Default `false`. */
  readonly clearSiteData?: boolean
  /**
   * Lets `ready()` pass with `NODE_ENV=production` when Fastify neither serves HTTPS nor trusts a
   * proxy that does. Default `false`.
   */
  readonly allowPlainHttp?: boolean
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** Options with their defaults. */
export type Settings = Required<
  Omit<SessionOptions, 'loginPath' | 'maxSessions' | 'cookie' | 'clock'>
> & {
  readonly loginPath: string | null
  readonly maxSessions: SessionLimit | null
  readonly cookie: Required<Omit<SessionCookieOptions, 'domain'>> & {
    readonly domain: string | null
  }
  /** Whole seconds. */
  readonly now: () => number
}

const KEYS: readonly string[] = [
  'store',
  'name',
  'issuer',
  'idleTimeout',
  'absoluteTimeout',
  'touchInterval',
  'rotationGrace',
  'cookie',
  'loginPath',
  'trustedOrigins',
  'maxSessions',
  'whenStale',
  'maxStale',
  'cacheSize',
  'bag',
  'csrf',
  'clearSiteData',
  'allowPlainHttp',
  'clock',
]
const COOKIE_KEYS: readonly string[] = ['name', 'domain', 'sameSite', 'persistent']
const BAGS = ['routes', 'everywhere', 'none'] as const
const CSRF_MODES = ['origin', 'token'] as const
const POLICIES = ['closed', 'lookup', 'open'] as const
const SITES = ['lax', 'strict', 'none'] as const
const COOKIE_NAME = /^[A-Za-z0-9_-]{1,64}$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i

/** @throws {Error} `LATCHKEY_SESSION_INVALID_OPTIONS`, saying what to write. */
export function readOptions(options: SessionOptions): Settings {
  requireKnown(options, KEYS, '')
  const { store, name = 'session', idleTimeout = 1800, absoluteTimeout = 43_200 } = options
  if (typeof store?.get !== 'function') throw new InvalidOptions('"store" is missing')
  requireSeconds('idleTimeout', idleTimeout, 1)
  requireSeconds('absoluteTimeout', absoluteTimeout, idleTimeout)
  const touchInterval = options.touchInterval ?? Math.min(60, Math.ceil(idleTimeout / 10))
  requireSeconds('touchInterval', touchInterval, 1)
  if (touchInterval >= idleTimeout) {
    throw new InvalidOptions('"touchInterval" is not below "idleTimeout"')
  }
  const { rotationGrace = 10, maxStale = 10, whenStale = 'lookup', cacheSize = 50_000 } = options
  requireSeconds('rotationGrace', rotationGrace, 0)
  requireSeconds('maxStale', maxStale, 1)
  requireSeconds('cacheSize', cacheSize, 0)
  const { clock = () => Date.now() / 1000 } = options
  return {
    store,
    name,
    issuer: options.issuer ?? 'app',
    idleTimeout,
    absoluteTimeout,
    touchInterval,
    rotationGrace,
    loginPath: readLoginPath(options.loginPath),
    trustedOrigins: (options.trustedOrigins ?? []).map(readOrigin),
    maxSessions: readLimit(options.maxSessions),
    whenStale: readWord('whenStale', whenStale, POLICIES),
    maxStale,
    cacheSize,
    bag: readWord('bag', options.bag ?? 'routes', BAGS),
    csrf: readWord('csrf', options.csrf ?? 'origin', CSRF_MODES),
    clearSiteData: options.clearSiteData ?? false,
    allowPlainHttp: options.allowPlainHttp ?? false,
    cookie: readCookieOptions(options.cookie ?? {}, name),
    now: () => Math.floor(clock()),
  }
}

function readCookieOptions(cookie: SessionCookieOptions, fallback: string): Settings['cookie'] {
  requireKnown(cookie, COOKIE_KEYS, 'cookie.')
  const { name = fallback, domain = null, sameSite = 'lax', persistent = false } = cookie
  if (!COOKIE_NAME.test(name) || /^__(?:host|secure)-/i.test(name)) {
    throw new InvalidOptions(
      '"cookie.name" takes letters, digits, "_" and "-"; the prefix comes by itself',
    )
  }
  if (domain !== null && !DOMAIN.test(domain)) {
    throw new InvalidOptions('"cookie.domain" is not a domain such as "example.com"')
  }
  return { name, domain, sameSite: readWord('cookie.sameSite', sameSite, SITES), persistent }
}

function requireKnown(options: object, keys: readonly string[], path: string): void {
  for (const key of Object.keys(options)) {
    if (keys.includes(key)) continue
    throw new InvalidOptions(
      `the option "${path}${key}" does not exist; there is ${keys.join(', ')}`,
    )
  }
}

/** @throws {Error} `LATCHKEY_SESSION_INVALID_OPTIONS` when a value is no whole number from `least` up. */
export function requireSeconds(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new InvalidOptions(`"${name}" is not a whole number from ${least} up`)
}

function readWord<Word extends string>(name: string, word: Word, words: readonly Word[]): Word {
  if (words.includes(word)) return word
  throw new InvalidOptions(`"${name}" is not one of ${words.map((each) => `"${each}"`).join(', ')}`)
}

function readLoginPath(path: string | undefined): string | null {
  if (path === undefined) return null
  if (/^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('#')) return path
  throw new InvalidOptions('"loginPath" is not a path of this origin such as "/login"')
}

function readOrigin(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin
  throw new InvalidOptions(
    `"trustedOrigins" holds "${origin}", which is not an origin such as "https://app.example.com"`,
  )
}

function readLimit(limit: SessionLimit | undefined): SessionLimit | null {
  if (limit === undefined) return null
  const { count, policy } = limit
  if (Number.isInteger(count) && count > 0 && (policy === 'evict' || policy === 'deny')) {
    return limit
  }
  throw new InvalidOptions('"maxSessions" is not { count: 1 or more, policy: "evict" or "deny" }')
}
