import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer } from './answer.js'
import { about, channels, publishEvent } from './events.js'
import type { Identity } from './identity.js'
import { findLoginLocation } from './login-location.js'
import type { Mechanism, Refusal } from './mechanism.js'
import { findOriginFault, type OriginFault } from './origin.js'
import type { ResolvedPlan } from './plan.js'
import * as refusals from './refusals.js'

/** One request before one plan. */
export interface Turn {
  readonly plan: ResolvedPlan
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** One bit for each mechanism of the plan whose explicit credential was presented. */
  readonly presented: number
}

/** How a turn ends: the request goes on, or with an error, or it has been answered already. */
export type Verdict = null | refusals.AuthError | typeof ANSWERED

/** The reply has been sent. */
export const ANSWERED: unique symbol = Symbol('answered')

const INCOMPLETE: Refusal = Object.freeze({ reason: 'incomplete' })
const NO_MECHANISMS: readonly Mechanism[] = []

/**
 * Ends a turn with what a mechanism answered.
 *
 * @param others The other mechanisms of a combination. Default: none.
 */
export function conclude(
  turn: Turn,
  mechanism: Mechanism,
  answer: Exclude<Answer, null>,
  others: readonly Mechanism[] = NO_MECHANISMS,
): Verdict {
  const { plan, request, reply } = turn
  if ('failed' in answer) return refusals.refuseFailed(reply, mechanism.name, answer.failed)
  if ('refusal' in answer && answer.refusal !== undefined) {
    return refusals.refuse(request, reply, plan.mechanisms, { mechanism, refusal: answer.refusal })
  }
  if ('unavailable' in answer && answer.unavailable !== undefined) {
    return refusals.refuseUnavailable(request, reply, mechanism, answer.unavailable)
  }
  const { identity } = answer as { identity: Identity }
  const fault = findAmbientFault(request, mechanism, others)
  if (fault !== null) return refusals.refuseOrigin(request, reply, identity, fault)
  return accept(request, identity)
}

function findAmbientFault(
  request: FastifyRequest,
  mechanism: Mechanism,
  others: readonly Mechanism[],
): OriginFault | null {
  const own = faultOf(request, mechanism)
  if (own !== null || others.length === 0) return own
  for (const other of others) {
    const fault = faultOf(request, other)
    if (fault !== null) return fault
  }
  return null
}

function faultOf(request: FastifyRequest, mechanism: Mechanism): OriginFault | null {
  if (!mechanism.ambient) return null
  const fault = findOriginFault(request, mechanism.trustedOrigins)
  return fault === 'origin-missing' && mechanism.awaitsToken?.(request) === true ? null : fault
}

/** Ends a turn with an identity. */
export function accept(request: FastifyRequest, identity: Identity): null {
  request.identity = identity
  if (channels.authenticated.hasSubscribers) {
    publishEvent(channels.authenticated, request, about(identity))
  }
  return null
}

/** Ends a turn in which nobody found anything. */
export function concludeNothing(turn: Turn): Verdict {
  const { plan, request, reply, presented } = turn
  const { mechanisms } = plan
  if (presented !== 0) {
    const mechanism = mechanisms[31 - Math.clz32(presented)] as Mechanism
    return refusals.refuse(request, reply, mechanisms, { mechanism, refusal: INCOMPLETE })
  }
  if (plan.optional) return null
  const location = findLoginLocation(request, mechanisms)
  if (location === null) return refusals.refuse(request, reply, mechanisms, null)
  publishEvent(channels.refused, request, { reason: 'missing' })
  reply.header('cache-control', 'no-store').redirect(location, 303)
  return ANSWERED
}
