import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from './identity.js'
import type { Mechanism, Outcome } from './mechanism.js'
import type { Alternative } from './plan.js'
import { withTimeout } from './timeout.js'

/** What came of a plan with `all`. */
export interface Proof {
  readonly mechanism: Mechanism
  readonly outcome: Exclude<Outcome, null>
  /** The ambient mechanism that took part, whose CSRF rules then apply. */
  readonly ambient: Mechanism | undefined
  /** Every identity that was proved, by mechanism; `null` when it was a single one. */
  readonly identities: ReadonlyMap<string, Identity> | null
}

/**
 * Tries combinations in order. Each mechanism is asked once; a refusal or an outage of any member
 * ends the search, a member that finds nothing only its combination.
 *
 * @returns `null` when no combination was presented in full.
 */
export async function proveAll(
  request: FastifyRequest,
  reply: FastifyReply,
  mechanisms: readonly Mechanism[],
  ways: readonly Alternative[],
  timeout: number,
): Promise<Proof | null> {
  const answers = new Map<number, Outcome>()
  for (const way of ways) {
    const proved = new Map<string, Identity>()
    let ambient: Mechanism | undefined
    for (const member of way.members) {
      const mechanism = mechanisms[member] as Mechanism
      let outcome = answers.get(member)
      if (outcome === undefined) {
        outcome = await withTimeout(
          Promise.resolve(mechanism.authenticate(request, reply)),
          timeout,
        )
        answers.set(member, outcome)
      }
      if (outcome === null) break
      if (!('identity' in outcome)) return { mechanism, outcome, ambient, identities: null }
      proved.set(mechanism.name, outcome.identity)
      if (mechanism.ambient) ambient = mechanism
    }
    if (proved.size === way.members.length) {
      const primary = way.members[0] as number
      const outcome = answers.get(primary) as Exclude<Outcome, null>
      const identities = proved.size > 1 ? proved : null
      return { mechanism: mechanisms[primary] as Mechanism, outcome, ambient, identities }
    }
  }
  return null
}
