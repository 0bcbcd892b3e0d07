import { InvalidOptions } from './errors.js'
import { type ReadAuth, type RouteAuth, readRouteAuth } from './route-auth.js'

/** Decisions for routes that cannot carry their own, found by URL. */
export interface Overrides {
  /** @returns What the option `routes` says of a route, or `null`. */
  find(methods: readonly string[], url: string): ReadAuth | null
  /** @returns The keys that have decided no route. */
  unused(): readonly string[]
}

interface Entry {
  readonly key: string
  readonly method: string | undefined
  readonly url: string
  readonly isPrefix: boolean
  readonly auth: ReadAuth
}

const KEY = /^(?:([A-Z-]+) )?(\/.*|\*)$/

/**
 * Reads the option `routes`.
 *
 * @throws {Error} `LATCHKEY_AUTH_INVALID_OPTIONS` when a key is not a route.
 */
export function readOverrides(routes: Readonly<Record<string, RouteAuth>>): Overrides {
  const entries = Object.entries(routes).map(readEntry).sort(mostExactFirst)
  const used = new Set<Entry>()
  return {
    find(methods, url) {
      const entry = entries.find((each) => matches(each, methods, url))
      if (entry === undefined) return null
      used.add(entry)
      return entry.auth
    },
    unused: () => entries.filter((entry) => !used.has(entry)).map((entry) => entry.key),
  }
}

function readEntry([key, auth]: [string, RouteAuth]): Entry {
  const [, method, path] = KEY.exec(key) ?? []
  if (path === undefined) {
    throw new InvalidOptions(
      `Cannot register auth: "routes" has the key "${key}"; write a URL such as "/docs", "GET /docs", or "/docs/*" for all below it`,
    )
  }
  const isPrefix = path.endsWith('/*')
  const url = isPrefix ? path.slice(0, -2) : path
  return { key, method, url, isPrefix, auth: readRouteAuth(auth) }
}

function mostExactFirst(one: Entry, other: Entry): number {
  return rank(other) - rank(one)
}

function rank(entry: Entry): number {
  const exact = entry.isPrefix ? 0 : 1_000_000
  return exact + entry.url.length * 2 + (entry.method === undefined ? 0 : 1)
}

function matches(entry: Entry, methods: readonly string[], url: string): boolean {
  if (entry.method !== undefined && !methods.every((each) => covers(entry.method, each))) {
    return false
  }
  return url === entry.url || (entry.isPrefix && url.startsWith(`${entry.url}/`))
}

function covers(method: string | undefined, other: string): boolean {
  return method === other || (method === 'GET' && other === 'HEAD')
}
