import { identity } from '@latchkey/identity'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import { createAsker } from './asker.js'
import { createAuthorizer } from './authorizer.js'
import type { DecidedRoute } from './check.js'
import { installGuard } from './guard.js'
import { maskAnswer } from './mask.js'
import { type AuthzOptions, readOptions } from './options.js'
import { createReport } from './report.js'
import { createRequestApi } from './request-api.js'
import { findState, openState, STATE } from './request-state.js'
import { createRequires } from './requires.js'

async function plugin(app: FastifyInstance, options: AuthzOptions): Promise<void> {
  const { policy, engines, ...read } = readOptions(options)
  await app.register(identity)
  const asker = createAsker(policy, engines)
  const routes: DecidedRoute[] = []
  const settings = { ...read, asker, onRoute: (route: DecidedRoute) => routes.push(route) }
  app.mechanisms.registerAuthorizer(createAuthorizer(settings))

  app.decorateRequest(STATE as unknown as string, null)
  app.decorateRequest('resource', null)
  app.addHook('onRequest', (request, reply, done) => {
    openState(request, reply)
    done()
  })
  app.addHook('preSerialization', (request, reply, payload, done) => {
    const isMasked = reply.statusCode < 400 && (findState(request)?.mask ?? null) !== null
    done(null, isMasked ? maskAnswer(request, payload, settings) : payload)
  })
  if (read.guard) installGuard(app)

  const api = createRequestApi(settings)
  app.decorateRequest('can', function can(this: FastifyRequest, permission, object) {
    return api.can(this, permission, object)
  })
  app.decorateRequest('authorize', function authorize(this: FastifyRequest, permission, object) {
    return api.authorize(this, permission, object)
  })
  app.decorateRequest('explain', function explain(this: FastifyRequest, permission, object) {
    return api.explain(this, permission, object)
  })
  app.decorateRequest('plan', function plan(this: FastifyRequest, permission) {
    return api.plan(this, permission)
  })
  app.decorateRequest('fields', function fields(this: FastifyRequest, permission, object) {
    return api.fields(this, permission, object)
  })
  app.decorate('requires', createRequires(settings))
  app.decorate('authz', createReport(policy, routes))
}

/**
 * Decides what callers may do: register it before the meta-plugin, and write the requirements
 * into the routes' `config.auth`.
 */
export const authz: FastifyPluginAsync<AuthzOptions> = fp(plugin, {
  name: '@latchkey/authz',
  fastify: '5.x',
})
