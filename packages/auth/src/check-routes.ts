import type { FastifyInstance } from 'fastify'
import { RoutesRefused } from './errors.js'
import type { Settings } from './options.js'
import { listRouterRoutes, type RouterRoute } from './router-tree.js'
import {
  type CompiledRoute,
  compileRoute,
  type DeclaredRoute,
  GUARDED,
  isPreflightOnly,
} from './routes.js'

/** Something that keeps the application from starting. */
export interface RouteFault {
  /** Methods and URL, such as `GET, HEAD /orders`, or the option that is wrong. */
  readonly route: string
  /** What is wrong, and what to write. */
  readonly message: string
}

interface Finding {
  readonly methods: Set<string>
  readonly url: string
  readonly message: string
}

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
  const findings = new Map<string, Finding>()
  const causes: unknown[] = []
  const report = (methods: readonly string[], url: string, message: string): void => {
    const key = JSON.stringify([url, message])
    const finding = findings.get(key) ?? { methods: new Set(), url, message }
    for (const method of methods) finding.methods.add(method)
    findings.set(key, finding)
  }
  const routes: CompiledRoute[] = []
  for (const route of declared) {
    const compiled = compileRoute(route, settings, (message, cause) => {
      report(route.methods, route.url, message)
      if (cause !== undefined) causes.push(cause)
    })
    if (compiled !== null) routes.push(compiled)
  }
  for (const { methods, url } of listUnguarded(app, earlier, declared.length)) {
    const override = settings.overrides.find(methods, url)
    if (override?.plan === null) {
      const open = { declared: null, plan: null, requirements: null, guard: null }
      routes.push({ ...open, methods, url, decidedBy: 'routes' })
    } else {
      report(
        methods,
        url,
        `it is not guarded, because it was declared before the plugin; write "await app.register(auth, ...)" above it, or say that it is open with the option routes: { "${url}": "public" }`,
      )
    }
  }
  const faults = [...findings.values()].map(toFault)
  for (const key of settings.overrides.unused()) {
    faults.push({
      route: `routes["${key}"]`,
      message: 'it decides no route; correct the URL, or leave it out',
    })
  }
  if (faults.length > 0) throw refusal(faults, causes)
  for (const { declared, guard } of routes) {
    if (declared !== null && guard !== null) declared.guard = guard
  }
  return routes
}

function listUnguarded(
  app: FastifyInstance,
  earlier: readonly RouterRoute[],
  seen: number,
): RouterRoute[] {
  const now = listRouterRoutes(app)
  const areHooksPrinted = seen > 0 && now.some((route) => GUARDED.test(route.hooks))
  return (areHooksPrinted ? now : earlier)
    .filter((route) => !GUARDED.test(route.hooks))
    .filter((route) => route.url === app.prefix || route.url.startsWith(`${app.prefix}/`))
    .filter((route) => !isPreflightOnly(route.methods))
}

function toFault({ methods, url, message }: Finding): RouteFault {
  return { route: `${[...methods].sort().join(', ')} ${url}`, message }
}

function refusal(faults: readonly RouteFault[], causes: readonly unknown[]): Error {
  const lines = faults.map(({ route, message }) => `  ${route}: ${message}`)
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  const text = [`Cannot start: the routes have ${count}`, ...lines].join('\n')
  const error = new RoutesRefused(text, { cause: new AggregateError(causes, text) })
  return Object.assign(error, { faults })
}
