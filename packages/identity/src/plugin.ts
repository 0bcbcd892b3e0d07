import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import './types.js'
import {
  type AuthenticateHook,
  type AuthenticateOptions,
  createAuthenticate,
} from './authenticate.js'
import { InvalidPlan } from './errors.js'
import { type MechanismPlan, parsePlan, resolvePlan } from './plan.js'
import { registryOf } from './registry.js'

/** Options of the plugin `identity`. */
export type IdentityOptions = AuthenticateOptions

async function plugin(app: FastifyInstance, options: IdentityOptions): Promise<void> {
  if (app.hasRequestDecorator('identity')) return
  const { timeout } = options
  if (timeout !== undefined && !(Number.isFinite(timeout) && timeout > 0)) {
    throw new InvalidPlan('Cannot register identity: "timeout" is not a number of seconds above 0')
  }
  app.decorateRequest('identity', null)
  app.decorateRequest('identities', null)
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
 * Decorates requests with `identity` and the application with the registry of mechanisms. Every
 * mechanism registers it by itself; register it first to set its options.
 */
export const identity: FastifyPluginAsync<IdentityOptions> = fp(plugin, {
  name: '@latchkey/identity',
  fastify: '5.x',
})
