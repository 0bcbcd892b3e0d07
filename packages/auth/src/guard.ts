import {
  type AuthenticateHook,
  type AuthenticateOptions,
  type CompiledRequirements,
  createAuthenticate,
  type Decision,
  type Mechanism,
  type ResolvedPlan,
  refuseDecision,
  refuseFailed,
  requireIdentity,
} from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The hooks of one route. */
export interface Guard {
  /** Authenticates, then decides what needs only the identity. */
  readonly onRequest: AuthenticateHook
  /** Decides what needs params or body; `null` when nothing does. */
  readonly preHandler: AuthenticateHook | null
}

type Step = NonNullable<CompiledRequirements['early']>

/**
 * Compiles the hooks of a route. No promise is made as long as the mechanisms and the authorizer
 * answer synchronously.
 *
 * @param requirements `null` when the route asks for nothing more than an identity.
 * @param by The authorizer's name, for the log.
 */
export function createGuard(
  plan: ResolvedPlan,
  requirements: CompiledRequirements | null,
  by: string,
  options: AuthenticateOptions,
): Guard {
  const authenticate = createAuthenticate(plan, options)
  const { early, late } = requirements ?? {}
  const preHandler = late === undefined ? null : createDecide(late, by, plan.mechanisms)
  if (early === undefined) return { onRequest: authenticate, preHandler }
  const decide = createDecide(early, by, plan.mechanisms)
  return {
    preHandler,
    onRequest(request, reply, done) {
      authenticate(request, reply, (error) =>
        error === undefined ? decide(request, reply, done) : done(error),
      )
    },
  }
}

function createDecide(step: Step, by: string, mechanisms: readonly Mechanism[]): AuthenticateHook {
  return function decide(request, reply, done) {
    let decision: Decision | Promise<Decision>
    try {
      decision = step(requireIdentity(request), request, reply)
      if (!isPromise(decision)) requireDecision(decision)
    } catch (error) {
      return done(failure(reply, by, error))
    }
    if (!isPromise(decision)) return settle(request, reply, done, decision)
    decision.then(requireDecision).then(
      (late) => settle(request, reply, done, late),
      (error) => done(failure(reply, by, error)),
    )
  }

  function settle(
    request: FastifyRequest,
    reply: FastifyReply,
    done: (error?: Error) => void,
    decision: Decision,
  ): void {
    if (decision.effect === 'allow') return done()
    const identity = requireIdentity(request)
    const mechanism = mechanisms.find((each) => each.name === identity.mechanism)
    done(refuseDecision(request, reply, identity, mechanism, decision))
  }
}

function isPromise(decision: Decision | Promise<Decision>): decision is Promise<Decision> {
  return 'then' in decision
}

/** What the application itself throws to a client (a resource that is not there: 404) stays so. */
function failure(reply: FastifyReply, by: string, error: unknown): Error {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500 ? (error as Error) : refuseFailed(reply, by, error)
}

const EFFECTS = new Set(['allow', 'deny', 'challenge'])

function requireDecision(decision: Decision): Decision {
  if (EFFECTS.has(decision?.effect)) return decision
  throw new TypeError('Cannot decide the route: the authorizer answered no decision')
}
