import type { FastifyInstance } from 'fastify'

/** A route as the router knows it, whoever declared it. */
export interface RouterRoute {
  readonly methods: readonly string[]
  readonly url: string
  /** Its `onRequest` and `preHandler` hooks, as printed; empty before the application is ready. */
  readonly hooks: string
}

const NODE = /^((?:│ {3}| {4})*)[├└]── (.*)$/
const ROUTE = /^(.*) \(([A-Z-]+(?:, [A-Z-]+)*)\)(?: \{.*\})?$/
const HOOKS = /^[│ ]*• (\((?:onRequest|preHandler)\) .*)$/
const NO_LABEL = '(empty root node)'

/**
 * Reads every route out of the router's printed tree: the one place that also knows the routes
 * which were declared before a plugin could see them.
 */
export function listRouterRoutes(app: FastifyInstance): RouterRoute[] {
  const routes: { methods: string[]; url: string; hooks: string }[] = []
  const path: string[] = []
  for (const line of app.printRoutes({ includeMeta: ['onRequest', 'preHandler'] }).split('\n')) {
    const [, hooks] = HOOKS.exec(line) ?? []
    const last = routes.at(-1)
    if (hooks !== undefined && last !== undefined) {
      last.hooks += hooks
      continue
    }
    const [, indent, node] = NODE.exec(line) ?? []
    const [, label, methods] = ROUTE.exec(node ?? line) ?? []
    if (indent !== undefined && node !== undefined) {
      const own = label ?? node
      path.splice(indent.length / 4, Number.POSITIVE_INFINITY, own === NO_LABEL ? '' : own)
    }
    if (methods !== undefined) {
      routes.push({ methods: methods.split(', '), url: path.join(''), hooks: '' })
    }
  }
  return routes
}
