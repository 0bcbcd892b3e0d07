import type { AuthenticateOptions } from '@latchkey/identity'
import type { FastifyPluginAsync, FastifyPluginCallback } from 'fastify'
import { InvalidOptions } from './errors.js'
import { type Overrides, readOverrides } from './overrides.js'
import { type ReadAuth, type RouteAuth, readRouteAuth } from './route-auth.js'

/** A mechanism's plugin and its options, which that plugin checks itself. */
export type MechanismEntry = readonly [
  plugin: FastifyPluginAsync<never> | FastifyPluginCallback<never>,
  options?: object,
]

/** Options of the plugin `auth`. */
export interface AuthOptions {
  /**
   * What holds for a route that says nothing: `'deny'` (the application does not start until every
   * route says something), or anything that a route could say itself. Default `'deny'`.
   */
  readonly default?: 'deny' | RouteAuth
  /**
   * Mechanisms to register in this scope, by the name that routes write; the name is handed to the
   * plugin as its option `name`. Default: none, those that are registered already are found anyway.
   */
  readonly mechanisms?: Readonly<Record<string, MechanismEntry>>
  /**
   * What holds for routes of third-party plugins, which cannot carry `config.auth`: by URL
   * (`/docs`), method and URL (`GET /docs`), or everything below a URL (`/docs/*`). A route's own
   * word goes first, then the most exact key; a key that decides no route is a fault. Default: none.
   */
  readonly routes?: Readonly<Record<string, RouteAuth>>
  /** Seconds that one mechanism may take before the answer is 503. Default 5. */
  readonly timeout?: number
  /**
   * Who may read the page `GET /_latchkey`, which shows every route and what it asks for. `true`:
   * everybody, outside production. Default: `true`, and `false` with `NODE_ENV=production`.
   */
  readonly page?: boolean | RouteAuth
}

/** The options as they are used. */
export interface Settings {
  /** `null`: deny. */
  readonly fallback: ReadAuth | null
  readonly mechanisms: readonly (readonly [string, MechanismEntry])[]
  readonly overrides: Overrides
  readonly hooks: AuthenticateOptions
  /** `null`: no page. */
  readonly page: RouteAuth | null
}

/** Every option that there is. */
export const optionNames: readonly string[] = ['default', 'mechanisms', 'routes', 'timeout', 'page']

/**
 * Reads the options.
 *
 * @throws {Error} `LATCHKEY_AUTH_INVALID_OPTIONS`, saying what to write instead.
 */
export function readOptions(options: AuthOptions): Settings {
  for (const key of Object.keys(options)) {
    if (!optionNames.includes(key)) {
      throw wrong(`there is no option "${key}"; there is ${optionNames.join(', ')}`)
    }
  }
  return {
    fallback: readDefault(options.default ?? 'deny'),
    mechanisms: readMechanisms(options.mechanisms ?? {}),
    overrides: reading('routes', () => readOverrides(options.routes ?? {})),
    hooks: readTimeout(options.timeout),
    page: readPage(options.page ?? process.env.NODE_ENV !== 'production'),
  }
}

function readDefault(auth: 'deny' | RouteAuth): ReadAuth | null {
  return auth === 'deny' ? null : reading('default', () => readRouteAuth(auth))
}

function readMechanisms(
  mechanisms: Readonly<Record<string, MechanismEntry>>,
): readonly (readonly [string, MechanismEntry])[] {
  const entries = Object.entries(mechanisms)
  for (const [name, entry] of entries) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'function') {
      throw wrong(`"mechanisms.${name}" is not [plugin, options]`)
    }
    const own: unknown = (entry[1] as { name?: unknown } | undefined)?.name
    if (own !== undefined && own !== name) {
      throw wrong(`"mechanisms.${name}" has another "name" in its options; leave that out`)
    }
  }
  return entries
}

function readTimeout(timeout: number | undefined): AuthenticateOptions {
  if (timeout === undefined) return {}
  if (Number.isFinite(timeout) && timeout > 0) return { timeout }
  throw wrong('"timeout" is not a number of seconds above 0')
}

function readPage(page: boolean | RouteAuth): RouteAuth | null {
  if (page === false) return null
  if (page !== true) {
    reading('page', () => readRouteAuth(page))
    return page
  }
  if (process.env.NODE_ENV !== 'production') return 'public'
  throw wrong(
    '"page" is true in production; write who may read it, such as { any: ["session"], roles: ["operator"] }',
  )
}

function reading<T>(option: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const { message } = cause as Error
    throw new InvalidOptions(`Cannot register auth: "${option}" is wrong. ${message}`, { cause })
  }
}

function wrong(what: string): Error {
  return new InvalidOptions(`Cannot register auth: ${what}`)
}
