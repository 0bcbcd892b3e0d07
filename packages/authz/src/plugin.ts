import { identity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { createAuthorizer } from './authorizer.js'
import { type AuthzOptions, checkOptions } from './options.js'
import { buildRoleGraph } from './role-graph.js'
import { createScopeBook } from './scopes.js'

async function plugin(app: FastifyInstance, options: AuthzOptions): Promise<void> {
  checkOptions(options)
  await app.register(identity)
  const definitions = Object.entries(options.roles ?? {})
  const roles = buildRoleGraph(
    new Map(definitions.map(([name, role]) => [name, role.inherits ?? []])),
  )
  const scopes = createScopeBook(
    {
      known: options.scopes,
      byRole: new Map(
        definitions.flatMap(([name, role]) => (role.scopes ? [[name, role.scopes]] : [])),
      ),
      mechanisms: options.scopesFromRoles ?? [],
    },
    roles,
  )
  const now = options.now ?? (() => Math.floor(Date.now() / 1000))
  app.mechanisms.registerAuthorizer(createAuthorizer({ roles, scopes, now }))
}

/**
 * Decides what callers may do: register it before the meta-plugin, and write the requirements
 * into the routes' `config.auth`.
 */
export const authz: typeof plugin = fp(plugin, { name: '@latchkey/authz', fastify: '5.x' })
