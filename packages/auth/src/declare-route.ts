import type { AuthenticateHook } from '@latchkey/identity'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { InvalidRoute, NotReady } from './errors.js'
import type { Guard } from './guard.js'
import type { Settings } from './options.js'
import { type ReadAuth, readRouteAuth } from './route-auth.js'

/** Who decided what a route asks for. */
export type DecidedBy = 'route' | 'routes' | 'default' | 'preflight' | 'nobody'

/** A route from its declaration on. */
export interface DeclaredRoute {
  readonly scope: FastifyInstance
  readonly methods: readonly string[]
  readonly url: string
  readonly auth: ReadAuth | null
  readonly decidedBy: DecidedBy
  /** What the hooks of the route go through; closed until the whole application may start. */
  guard: Guard
}

const refuseAll: AuthenticateHook = (_request, _reply, done) => done(new NotReady())
const CLOSED: Guard = Object.freeze({ onRequest: refuseAll, preHandler: refuseAll })

/**
 * Reads what a route says and puts its hooks in front of the route's own.
 *
 * @throws {Error} `LATCHKEY_AUTH_INVALID_ROUTE` when its words cannot be read.
 */
export function declareRoute(
  scope: FastifyInstance,
  route: RouteOptions,
  settings: Settings,
): DeclaredRoute {
  const methods = [route.method].flat()
  const declared: DeclaredRoute = {
    scope,
    methods,
    url: route.url,
    ...decide(route, methods, settings),
    guard: CLOSED,
  }
  if (declared.decidedBy === 'preflight') return declared
  if (declared.auth?.plan === null) {
    // Where the route says so itself, identity has marked it.
    if (declared.decidedBy === 'route') return declared
    route.onRequest = [latchkeyPublic, ...[route.onRequest ?? []].flat()]
    return declared
  }
  guardRoute(declared, route)
  return declared
}

/** The names of these hooks are what `checkRoutes` looks for in the router's printed tree. */
function guardRoute(declared: DeclaredRoute, route: RouteOptions): void {
  const onRequest = [route.onRequest ?? []].flat()
  if (declared.auth === null || declared.auth.requirements === null) {
    route.onRequest = [
      function latchkeyGuard(request, reply, done) {
        declared.guard.onRequest(request, reply, done)
      },
      ...onRequest,
    ]
    return
  }
  route.onRequest = [
    function latchkeyGuardBeforeDecide(request, reply, done) {
      declared.guard.onRequest(request, reply, done)
    },
    ...onRequest,
  ]
  route.preHandler = [
    function latchkeyDecide(request, reply, done) {
      const { preHandler } = declared.guard
      if (preHandler === null) done()
      else preHandler(request, reply, done)
    },
    ...[route.preHandler ?? []].flat(),
  ]
}

function latchkeyPublic(_request: unknown, _reply: unknown, done: () => void): void {
  done()
}

function decide(
  route: RouteOptions,
  methods: readonly string[],
  settings: Settings,
): Pick<DeclaredRoute, 'auth' | 'decidedBy'> {
  const own = route.config?.auth
  if (own !== undefined) {
    try {
      return { auth: readRouteAuth(own), decidedBy: 'route' }
    } catch (cause) {
      const name = `${methods.join(', ')} ${route.url}`
      const { message } = cause as Error
      throw new InvalidRoute(`Cannot declare ${name}: "config.auth" is wrong. ${message}`, {
        cause,
      })
    }
  }
  const override = settings.overrides.find(methods, route.url)
  if (override !== null) return { auth: override, decidedBy: 'routes' }
  if (isPreflightOnly(methods)) return { auth: null, decidedBy: 'preflight' }
  if (settings.fallback === null) return { auth: null, decidedBy: 'nobody' }
  return { auth: settings.fallback, decidedBy: 'default' }
}

/** Whether a route answers nothing but what browsers ask before a request across origins. */
export function isPreflightOnly(methods: readonly string[]): boolean {
  return methods.every((method) => method === 'OPTIONS')
}
