import type { Identity } from '@latchkey/identity'
import { type DecideParts, decide } from './decide.js'
import type { AppliedRule, Entry } from './entry.js'
import type { Resource } from './evaluate.js'
import { type Candidate, callerOf, type Explanation, writeExplanation } from './explanation.js'
import { findShortfall } from './shortfall.js'

const NOTHING: Resource = Object.freeze(Object.create(null))

/** Answers a question and says why: every rule that applied, and what the others lacked. */
export function explain(
  entry: Entry,
  identity: Identity,
  object: Resource | null | undefined,
  parts: DecideParts,
): Explanation {
  const verdict = decide(entry, identity, object, parts)
  const isBare = object === undefined || object === null
  const asked = { entry, identity, resource: object ?? NOTHING, isBare }
  const isNeedy = isBare && entry.permission.isOnObject
  const forbidding = isNeedy
    ? []
    : entry.denies.filter((each) => findShortfall(each, asked, parts) === null)
  const allowing: string[] = []
  const candidates: Candidate[] = []
  for (const each of isNeedy ? [] : entry.allows) {
    const shortfall = findShortfall(each, asked, parts)
    if (shortfall === null) allowing.push(each.rule.id)
    else candidates.push({ rule: each.rule.id, shortfall })
  }
  const { typeName, type } = entry.permission
  const id = (object ?? NOTHING)[type?.id ?? 'id']
  const known = {
    effect: verdict.effect,
    reason: verdict.reason,
    permission: entry.permission.name,
    caller: callerOf(identity),
    object:
      isBare || typeName === null
        ? null
        : {
            type: typeName,
            id: typeof id === 'string' || typeof id === 'number' ? `${id}` : undefined,
          },
    matched: forbidding.length > 0 ? forbidding.map((each) => each.rule.id) : allowing,
    candidates,
  }
  const names = new Map(
    [...entry.denies, ...entry.allows].map((each) => [each.rule.id, nameOf(each)]),
  )
  return { ...known, text: writeExplanation(known, (id) => names.get(id) as string) }

  function nameOf({ rule, bareTest }: AppliedRule): string {
    const isUnknown = rule.effect === 'deny' && bareTest?.(asked.resource, identity) === 0
    const name = rule.id === rule.words ? rule.id : `${rule.id}: ${rule.words}`
    return isUnknown ? `${name} (not known, which forbids too)` : name
  }
}
