import type { Mechanism, SecurityScheme } from '@latchkey/identity'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { CompiledRoute } from './compile-route.js'
import type { DeclaredRoute } from './declare-route.js'
import { waysOf } from './report.js'

/** Writes what routes ask for into the document that @fastify/swagger makes of them. */
export interface OpenApi {
  /** Brings our schemes into the document of a scope that has @fastify/swagger. */
  announce(scope: FastifyInstance): void
  /** Gives the route a `security` to be filled in, unless it was given one by hand. */
  declare(declared: DeclaredRoute, route: RouteOptions): void
  /** Fills in what was declared. */
  publish(routes: readonly CompiledRoute[]): void
}

type Security = Record<string, readonly string[]>
type DocumentedSchema = FastifySchema & { security?: Security[]; hide?: boolean }

/** What a transform of @fastify/swagger is handed. */
interface Transformed {
  readonly schema: FastifySchema
  readonly url: string
  /** Absent for a Swagger 2.0 document. */
  readonly openapiObject?: {
    readonly components: { securitySchemes?: Record<string, unknown> }
  }
}

const SWAGGER = '@fastify/swagger'

/**
 * Prepares the derivation.
 *
 * The document's `components` can only be reached from a transform of a route, and the application
 * may have a transform of its own: so a hidden route, which answers 404, carries ours.
 */
export function createOpenApi(): OpenApi {
  const derived = new Map<DeclaredRoute, DocumentedSchema>()
  const announced = new WeakSet<object>()
  const schemes: Record<string, SecurityScheme> = {}
  let count = 0

  function swaggerTransform({ schema, url, openapiObject }: Transformed): object {
    if (openapiObject === undefined) {
      for (const each of derived.values()) delete each.security
    } else {
      const { components } = openapiObject
      components.securitySchemes = { ...schemes, ...components.securitySchemes }
    }
    return { schema, url }
  }

  function announce(scope: FastifyInstance): void {
    if (!scope.hasPlugin(SWAGGER) || isAnnounced(scope)) return
    announced.add(scope)
    count += 1
    const schema: DocumentedSchema = { hide: true }
    scope.route({
      method: 'OPTIONS',
      url: `/_latchkey/openapi/${count}`,
      schema,
      config: { swaggerTransform } as object,
      handler: (_request, reply) => reply.callNotFound(),
    })
  }

  function isAnnounced(scope: object): boolean {
    for (let each: object | null = scope; each !== null; each = Object.getPrototypeOf(each)) {
      if (announced.has(each)) return true
    }
    return false
  }

  return {
    announce,
    declare(declared, route) {
      const { scope } = declared
      announce(scope)
      const schema = route.schema as DocumentedSchema | undefined
      if (!scope.hasPlugin(SWAGGER) || schema?.security !== undefined) return
      const documented = { ...schema, security: [] }
      route.schema = documented
      derived.set(declared, documented)
    },
    publish(routes) {
      const keys = nameSchemes(routes, schemes)
      for (const { declared, plan, requirements } of routes) {
        const security = declared === null ? undefined : derived.get(declared)?.security
        if (security === undefined || plan === null) continue
        if (plan.optional) security.push({})
        for (const way of waysOf(plan)) {
          security.push(toSecurity(way, keys, requirements?.scopes ?? []))
        }
      }
    },
  }
}

function nameSchemes(
  routes: readonly CompiledRoute[],
  schemes: Record<string, SecurityScheme>,
): Map<Mechanism, string> {
  const keys = new Map<Mechanism, string>()
  for (const mechanism of routes.flatMap((route) => route.plan?.mechanisms ?? [])) {
    if (keys.has(mechanism)) continue
    let key = mechanism.name
    for (let number = 2; key in schemes; number++) key = `${mechanism.name}-${number}`
    keys.set(mechanism, key)
    schemes[key] = mechanism.securityScheme
  }
  return keys
}

function toSecurity(
  way: readonly Mechanism[],
  keys: Map<Mechanism, string>,
  scopes: readonly string[],
): Security {
  return Object.fromEntries(
    way.map((mechanism) => [
      keys.get(mechanism) as string,
      takesScopes(mechanism.securityScheme) ? scopes : [],
    ]),
  )
}

function takesScopes(scheme: SecurityScheme): boolean {
  return scheme.type === 'oauth2' || scheme.type === 'openIdConnect'
}
