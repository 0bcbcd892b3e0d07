import type { AuthenticateHook } from './authenticate.js'
import type { Identity } from './identity.js'
import type { MechanismPlan } from './plan.js'
import type { MechanismRegistry } from './registry.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is making this request; `null` where nobody has proved who they are. */
    identity: Identity | null
    /** Under a plan with `all`: every identity that was proved, by mechanism. Otherwise `null`. */
    identities: ReadonlyMap<string, Identity> | null
  }
  interface FastifyInstance {
    /** The mechanisms that this scope can use. */
    readonly mechanisms: MechanismRegistry
    /**
     * Makes an `onRequest` hook out of a plan, for use without the meta-plugin. Its names are
     * looked up when the application becomes ready, which fails if one is unknown.
     */
    authenticate(plan: MechanismPlan): AuthenticateHook
  }
}
