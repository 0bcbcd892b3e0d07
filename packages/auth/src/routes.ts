import type {
  AuthenticateHook,
  CompiledRequirements,
  MechanismRegistry,
  ResolvedPlan,
} from '@latchkey/identity'
import { resolvePlan } from '@latchkey/identity'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { InvalidRoute, NotReady } from './errors.js'
import { createGuard, type Guard } from './guard.js'
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

/** What the words of a route have become. */
export interface CompiledRoute {
  /** `null` for a route that was declared before the plugin, and is open by the option `routes`. */
  readonly declared: DeclaredRoute | null
  readonly methods: readonly string[]
  readonly url: string
  readonly decidedBy: DecidedBy
  /** `null` for a public route. */
  readonly plan: ResolvedPlan | null
  readonly requirements: CompiledRequirements | null
  /** What {@link DeclaredRoute.guard} is to become; `null` for a public route. */
  readonly guard: Guard | null
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
  const onRequest = [route.onRequest ?? []].flat()
  if (declared.auth === null || declared.auth.requirements === null) {
    route.onRequest = [
      function latchkeyGuard(request, reply, done) {
        declared.guard.onRequest(request, reply, done)
      },
      ...onRequest,
    ]
    return declared
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
  return declared
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

/**
 * Looks up what a route's words mean in its scope.
 *
 * @param onFault Called with each fault, a sentence that says what to write.
 * @returns `null` when there was a fault.
 */
export function compileRoute(
  declared: DeclaredRoute,
  settings: Settings,
  onFault: (message: string, cause?: unknown) => void,
): CompiledRoute | null {
  const { methods, url, auth, decidedBy } = declared
  const route = { declared, methods, url, decidedBy }
  if (decidedBy === 'nobody') {
    onFault(
      'it says nothing about authentication; write config: { auth: "public" }, or a plan such as config: { auth: ["session"] }',
    )
    return null
  }
  if (auth === null || auth.plan === null)
    return { ...route, plan: null, requirements: null, guard: null }
  const registry = declared.scope.mechanisms
  const { plan: parsed } = auth
  const plan = attempt(() => resolvePlan(parsed, registry), onFault)
  const requirements = compileRequirements(declared, auth.requirements, registry, onFault)
  if (plan === undefined || requirements === undefined) return null
  const by = registry.authorizer()?.name ?? ''
  const guard = createGuard(plan, requirements, by, settings.hooks)
  return { ...route, plan, requirements, guard }
}

function compileRequirements(
  { methods, url }: DeclaredRoute,
  requirements: Readonly<Record<string, unknown>> | null,
  registry: MechanismRegistry,
  onFault: (message: string, cause?: unknown) => void,
): CompiledRequirements | null | undefined {
  if (requirements === null) return null
  const authorizer = registry.authorizer()
  const unclaimed = Object.keys(requirements).filter(
    (key) => authorizer?.requirements.includes(key) !== true,
  )
  if (authorizer === undefined || unclaimed.length > 0) {
    const keys = unclaimed.map((key) => `"${key}"`).join(', ')
    onFault(
      authorizer === undefined
        ? `nobody decides ${keys}; register @latchkey/authz, or leave it out`
        : `nobody decides ${keys}; register @latchkey/authz, or correct the name: "${authorizer.name}" decides ${authorizer.requirements.join(', ')}`,
    )
    return undefined
  }
  const route = { method: methods.join(', '), url }
  return attempt(() => authorizer.compile(requirements, route), onFault)
}

function attempt<T>(
  action: () => T,
  onFault: (message: string, cause?: unknown) => void,
): T | undefined {
  try {
    return action()
  } catch (cause) {
    onFault((cause as Error).message, cause)
    return undefined
  }
}
