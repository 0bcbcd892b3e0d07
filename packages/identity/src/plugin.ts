import type { FastifyInstance, FastifyPluginAsync, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import {
  type AuthenticateHook,
  type AuthenticateOptions,
  createAuthenticate,
  DEFAULT_TIMEOUT,
} from './authenticate.js'
import { Clash } from './errors.js'
import { type MechanismPlan, parsePlan } from './plan.js'
import { registryOf } from './registry.js'
import { resolvePlan } from './resolve-plan.js'
import { requireTimeout } from './timeout.js'

/** Options of the plugin `identity`. */
export type IdentityOptions = AuthenticateOptions

async function plugin(app: FastifyInstance, options: IdentityOptions): Promise<void> {
  const { timeout } = options
  requireTimeout(timeout ?? DEFAULT_TIMEOUT)
  if (app.hasDecorator('mechanisms')) {
    if (timeout === undefined) return
    throw new Clash(
      'Cannot set the timeout of identity: it is registered already; register it before any mechanism',
    )
  }
  app.decorateRequest('identity', null)
  app.decorateRequest('identities', null)
  app.addHook('onRoute', markPublic)
  app.decorate('mechanisms', {
    getter() {
      return registryOf(this as FastifyInstance)
    },
  })
  app.decorate('authenticate', function authenticate(this: FastifyInstance, plan: MechanismPlan) {
    const parsed = parsePlan(plan)
    let hook: AuthenticateHook | undefined
    this.addHook('onReady', async () => {
      hook = createAuthenticate(resolvePlan(parsed, this.mechanisms), options)
    })
    return (request, reply, done) => (hook as AuthenticateHook)(request, reply, done)
  } satisfies (this: FastifyInstance, plan: MechanismPlan) => AuthenticateHook)
}

/**
 * A route that is declared open before the meta-plugin is there to see it (a mechanism's own) gets
 * a hook that tells it so, by its name among the printed routes.
 */
function markPublic(route: RouteOptions): void {
  const { auth } = (route.config ?? {}) as { readonly auth?: unknown }
  if (auth !== 'public') return
  route.onRequest = [latchkeyPublic, ...[route.onRequest ?? []].flat()]
}

function latchkeyPublic(_request: unknown, _reply: unknown, done: () => void): void {
  done()
}

/**
 * Decorates requests with `identity` and the application with the registry of mechanisms. Every
 * mechanism registers it by itself; register it first to set its options.
 */
export const identity: FastifyPluginAsync<IdentityOptions> = fp(plugin, {
  name: '@latchkey/identity',
  fastify: '5.x',
})
