import { type Decision, refuseDecision, requireIdentity } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { compileRequirements } from './authorizer.js'
import type { AuthorizerSettings } from './check.js'
import { readRequirements } from './route-requirements.js'

/** A `preHandler` hook that ends the request of a caller who may not. */
export type RequiresHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * Makes hooks out of requirements, for routes that do not have the meta-plugin.
 *
 * @returns A function that throws what a wrong `config.auth` would.
 */
export function createRequires(
  settings: AuthorizerSettings,
): (requirements: Readonly<Record<string, unknown>>) => RequiresHook {
  return (requirements) => {
    const where = 'the requirements'
    const { early, late } = compileRequirements(
      readRequirements(requirements, where),
      where,
      settings,
    )
    return async function requires(request, reply) {
      const identity = requireIdentity(request)
      for (const step of late === undefined ? [early] : [early, late]) {
        const decision: Decision = await step(identity, request, reply)
        if (decision.effect === 'allow') continue
        const mechanism = request.server.mechanisms.find(identity.mechanism)
        throw refuseDecision(request, reply, identity, mechanism, decision)
      }
    }
  }
}
