import { type Answer, ask } from './answer.js'
import { conclude, concludeNothing, type Turn, type Verdict } from './conclude.js'
import type { Identity } from './identity.js'
import type { Mechanism } from './mechanism.js'
import type { Alternative } from './plan.js'
import { readonlyMap } from './readonly-set.js'

/**
 * Tries combinations in order. Each mechanism is asked once; a refusal or an outage of any member
 * ends the search, a member that finds nothing only its combination.
 */
export async function proveAll(
  turn: Turn,
  ways: readonly Alternative[],
  seconds: number,
): Promise<Verdict> {
  const { request, reply, plan } = turn
  const answers = new Map<number, Answer>()
  for (const way of ways) {
    const proved = new Map<string, Identity>()
    const members = way.members.map((member) => plan.mechanisms[member] as Mechanism)
    for (const [at, member] of way.members.entries()) {
      const mechanism = members[at] as Mechanism
      let answer = answers.get(member)
      if (answer === undefined) {
        answer = await ask(mechanism, request, reply, seconds)
        answers.set(member, answer)
      }
      if (answer === null) break
      const identity = 'identity' in answer ? answer.identity : undefined
      if (identity === undefined) return conclude(turn, mechanism, answer)
      proved.set(mechanism.name, identity)
    }
    if (proved.size === members.length) return concludeProved(turn, members, proved)
  }
  return concludeNothing(turn)
}

function concludeProved(
  turn: Turn,
  members: readonly Mechanism[],
  proved: ReadonlyMap<string, Identity>,
): Verdict {
  const [primary, ...others] = members as [Mechanism, ...Mechanism[]]
  const identity = proved.get(primary.name) as Identity
  const verdict = conclude(turn, primary, { identity }, others)
  if (verdict === null && others.length > 0) turn.request.identities = readonlyMap(proved)
  return verdict
}
