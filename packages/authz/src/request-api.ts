import { about, channels, publishEvent } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import { type DenialSettings, refuseRequest } from './denial.js'
import { denialDetails, type EventSettings, explainOwn, publishAllowed } from './events.js'
import type { Explanation } from './explanation.js'
import type { FieldMask } from './fields.js'
import type { Plan } from './filter.js'
import { onAwait } from './on-await.js'
import { stateOf } from './request-state.js'
import { isThenable } from './thenable.js'
import type { Verdict } from './verdict.js'

/** What handlers ask by `request`; the typed signatures are in `types.ts`. */
export interface RequestApi {
  can(request: FastifyRequest, permission: string, object: unknown): Promise<boolean>
  authorize(request: FastifyRequest, permission: string, object: unknown): Promise<void>
  explain(request: FastifyRequest, permission: string, object: unknown): Promise<Explanation>
  plan(request: FastifyRequest, permission: string): Promise<Plan>
  fields(request: FastifyRequest, permission: string, object: unknown): FieldMask
}

/** Makes the questions that handlers can ask. */
export function createRequestApi(settings: DenialSettings & EventSettings): RequestApi {
  const { asker } = settings

  function settle(
    request: FastifyRequest,
    permission: string,
    object: unknown,
    verdict: Verdict,
  ): boolean {
    const { identity } = request
    if (identity === null) return false
    if (verdict.effect === 'allow') {
      publishAllowed(request, identity, permission, verdict, settings)
      return true
    }
    if (channels.denied.hasSubscribers) {
      const explain = () => explainOwn(asker, identity, permission, object)
      const details = denialDetails(verdict, permission, explain)
      const { reason } = verdict
      publishEvent(channels.denied, request, { ...about(identity), reason, details })
    }
    return false
  }

  function enforce(
    request: FastifyRequest,
    permission: string,
    object: unknown,
    verdict: Verdict,
  ): void {
    const { identity } = request
    if (verdict.effect === 'allow' && identity !== null) {
      return publishAllowed(request, identity, permission, verdict, settings)
    }
    const denied = { identity, permission, object, verdict: verdict as never }
    throw refuseRequest(request, stateOf(request).reply, denied, settings)
  }

  return {
    can(request, permission, object) {
      const verdict = asker.ask(request.identity, permission, object)
      const answer = Promise.resolve(verdict).then((late) =>
        settle(request, permission, object, late),
      )
      return watch(request, object, answer)
    },
    authorize(request, permission, object) {
      const verdict = asker.ask(request.identity, permission, object)
      if (!isThenable(verdict)) {
        payDebt(request, object)
        enforce(request, permission, object, verdict)
        return Promise.resolve()
      }
      const answer = verdict.then((late) => enforce(request, permission, object, late))
      return watch(request, object, answer)
    },
    explain: async (request, permission, object) =>
      asker.explain(request.identity, permission, object),
    plan(request, permission) {
      const answer = Promise.resolve(asker.plan(request.identity, permission))
      return watch(request, request, answer)
    },
    fields(request, permission, object) {
      payDebt(request, object)
      return asker.fields(request.identity, permission, object)
    },
  }
}

/** While the handler owes a decision, one that is not awaited does not count. */
function watch<Value>(
  request: FastifyRequest,
  object: unknown,
  answer: Promise<Value>,
): Promise<Value> {
  return stateOf(request).owes === null ? answer : onAwait(answer, () => payDebt(request, object))
}

/** A decision about an object was made: the handler owes none any more. */
function payDebt(request: FastifyRequest, object: unknown): void {
  if (object !== undefined && object !== null) stateOf(request).owes = null
}
