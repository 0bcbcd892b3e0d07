import type { FastifyInstance } from 'fastify'
import { type CompiledRoute, compileRoute } from './compile-route.js'
import { type DeclaredRoute, isPreflightOnly } from './declare-route.js'
import { createFaultBook, type FaultBook } from './faults.js'
import type { Settings } from './options.js'
import { listRouterRoutes, type RouterRoute } from './router-tree.js'

/** The names of hooks by which the router's printed tree tells a route that has all of its own. */
const GUARDED =
  /"latchkey(?:Guard|Public)\(\)"|"latchkeyGuardBeforeDecide\(\)".*\(preHandler\).*"latchkeyDecide\(\)"/

/**
 * Compiles every route, and opens their guards if there is no fault in any.
 *
 * @param earlier The routes that were there before the plugin.
 * @throws {Error} `LATCHKEY_AUTH_ROUTES_REFUSED` with every fault in its message and in `faults`.
 */
export function checkRoutes(
  app: FastifyInstance,
  settings: Settings,
  earlier: readonly RouterRoute[],
  declared: readonly DeclaredRoute[],
): CompiledRoute[] {
  const book = createFaultBook()
  const compiled = declared.map((route) =>
    compileRoute(route, settings, (message, cause) =>
      book.add(route.methods, route.url, message, cause),
    ),
  )
  const routes = [
    ...compiled.filter((route) => route !== null),
    ...admitUnseen(app, settings, earlier, declared.length, book),
  ]
  book.close(
    settings.overrides.unused().map((key) => ({
      route: `routes["${key}"]`,
      message: 'it decides no route; correct the URL, or leave it out',
    })),
  )
  for (const { declared, guard } of routes) {
    if (declared !== null && guard !== null) declared.guard = guard
  }
  return routes
}

/** Finds the routes that this plugin has not seen: each has to be open, or it is a fault. */
function admitUnseen(
  app: FastifyInstance,
  { overrides }: Settings,
  earlier: readonly RouterRoute[],
  seen: number,
  book: FaultBook,
): CompiledRoute[] {
  const now = listRouterRoutes(app)
  const areHooksPrinted = now.some((route) => GUARDED.test(route.hooks)) || seen === 0
  const candidates = (areHooksPrinted ? now : earlier).filter(
    ({ methods, url }) => isBelow(url, app.prefix) && !isPreflightOnly(methods),
  )
  const open: CompiledRoute[] = []
  for (const { methods, url, hooks } of candidates) {
    const isMarked = GUARDED.test(hooks)
    const isEarlier = earlier.some((route) => route.url === url)
    if (isMarked && !isEarlier) continue
    const decidedBy = isMarked ? 'route' : 'routes'
    if (isMarked || overrides.find(methods, url)?.plan === null) {
      open.push({ ...UNSEEN, methods, url, decidedBy })
    } else book.add(methods, url, isEarlier ? declaredBefore(url) : OUT_OF_REACH)
  }
  return open
}

const UNSEEN = { declared: null, plan: null, requirements: null, guard: null } as const

function isBelow(url: string, prefix: string): boolean {
  return url === prefix || url.startsWith(`${prefix}/`)
}

const OUT_OF_REACH =
  'it is not guarded, because its scope was made before the plugin, or because another plugin replaced its hooks; write "await app.register(auth, ...)" above that scope, or register that plugin first'

function declaredBefore(url: string): string {
  return `it is not guarded, because it was declared before the plugin; write "await app.register(auth, ...)" above it, or say that it is open with the option routes: { "${url}": "public" }`
}
