import type { Identity } from '@latchkey/identity'
import { type DecideParts, isAddressed, isHeld, stepUpFor } from './decide.js'
import type { Entry } from './entry.js'
import type { Denial } from './verdict.js'

/**
 * Looks whether a caller could be allowed at all, before the object is loaded: whoever could not is
 * refused alike, whether the object exists or not.
 *
 * @returns `null` when it depends on the object.
 */
export function foresee(entry: Entry, identity: Identity, parts: DecideParts): Denial | null {
  const forbidding = entry.denies.find(
    (each) => each.condition === null && isAddressed(each, identity, parts),
  )
  if (forbidding !== undefined) return forbidding.verdict as Denial
  let verdict: Denial = entry.noRule
  for (const each of entry.allows) {
    const { holders } = each.rule
    if (holders !== null && !isHeld(holders, identity.roles)) continue
    if (!isAddressed(each, identity, parts)) {
      if (verdict.effect === 'deny') verdict = each.shortage
      continue
    }
    const stepUp = stepUpFor(each, identity, parts)
    if (stepUp === null) return null
    verdict = { effect: 'challenge', reason: stepUp.reason, rules: each.verdict.rules, stepUp }
  }
  return verdict
}
