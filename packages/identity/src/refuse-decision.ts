import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Decision, StepUp } from './authorizer.js'
import { Forbidden, StepUpRequired } from './errors.js'
import { about, channels, publishEvent } from './events.js'
import type { Identity } from './identity.js'
import type { Mechanism, ScopeShortage } from './mechanism.js'
import { offerChallenges } from './offer.js'
import { type AuthError, attempt, endWith } from './refusals.js'

/**
 * Answers a decision that is not `allow`: 403, with `insufficient_scope` where a scope would have
 * helped, or 401 with the step-up challenge of RFC 9470.
 *
 * @param mechanism The one that proved the identity: the challenge speaks its scheme.
 * @returns What to throw; the reply has its headers already.
 */
export function refuseDecision(
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  mechanism: Mechanism | undefined,
  decision: Exclude<Decision, { effect: 'allow' }>,
): AuthError {
  const cause = causeOf(decision)
  if (cause !== undefined) {
    const asked = mechanism === undefined ? [] : ([[mechanism, cause]] as const)
    const fallback = decision.effect === 'challenge' ? identity.mechanism : undefined
    const failed = attempt(reply, identity.mechanism, () =>
      offerChallenges(request, reply, asked, fallback),
    )
    if (failed !== null) return failed
  }
  const denial = decision.effect === 'deny' ? decision : undefined
  const reason = decision.effect === 'challenge' ? decision.stepUp.reason : decision.reason
  publishEvent(channels.denied, request, { ...about(identity), reason, details: denial?.details })
  const error = decision.effect === 'challenge' ? new StepUpRequired() : new Forbidden()
  if (denial?.disclose !== undefined) error.message = denial.disclose
  return endWith(reply, error, [{ mechanism: identity.mechanism, outcome: 'refused', reason }])
}

function causeOf(
  decision: Exclude<Decision, { effect: 'allow' }>,
): StepUp | ScopeShortage | undefined {
  if (decision.effect === 'challenge') return decision.stepUp
  if (decision.scope === undefined) return undefined
  return { error: 'insufficient_scope', scope: decision.scope }
}
