import type { Identity, StepUp } from '@latchkey/identity'
import type { AppliedRule, Entry, RulesOfRole } from './entry.js'
import type { Resource } from './evaluate.js'
import type { ScopeBook } from './scopes.js'
import type { Verdict } from './verdict.js'

const NOTHING: Resource = Object.freeze(Object.create(null))
/** The question is about an object, and came without. */
export const NO_OBJECT: Verdict = Object.freeze({ effect: 'deny', reason: 'no-object', rules: [] })
/** The object is another tenant's. */
export const OTHER_TENANT: Verdict = Object.freeze({
  effect: 'deny',
  reason: 'other-tenant',
  rules: [],
})

/** What decisions need beside the rules. */
export interface DecideParts {
  readonly scopes: ScopeBook
  readonly now: () => number
}

/**
 * Decides one question. A rule that forbids outweighs any that allows; without one that allows the
 * answer is no. Among the ways to say no, what the caller could mend comes first: a better login,
 * then a missing scope.
 */
export function decide(
  entry: Entry,
  identity: Identity,
  object: Resource | null | undefined,
  parts: DecideParts,
): Verdict {
  const isBare = object === undefined || object === null
  if (isBare && entry.permission.isOnObject) return NO_OBJECT
  const resource = isBare ? NOTHING : object
  const { denies, forEveryone, byRole } = entry
  for (let at = 0; at < denies.length; at++) {
    const each = denies[at] as AppliedRule
    if (forbids(each, identity, resource, parts)) return each.verdict
  }
  let answer = search(forEveryone, identity, resource, isBare, parts, null)
  if (answer !== null && answer.effect === 'allow') return answer
  for (let at = 0; at < byRole.length; at++) {
    const { role, rules } = byRole[at] as RulesOfRole
    if (!identity.roles.has(role)) continue
    answer = search(rules, identity, resource, isBare, parts, answer)
    if (answer !== null && answer.effect === 'allow') return answer
  }
  if (answer !== null) return answer
  const { tenantTest } = entry
  return !isBare && tenantTest !== null && tenantTest(resource, identity) !== 1
    ? OTHER_TENANT
    : entry.noRule
}

function forbids(
  each: AppliedRule,
  identity: Identity,
  resource: Resource,
  parts: DecideParts,
): boolean {
  if (!isAddressed(each, identity, parts)) return false
  return each.bareTest === null || each.bareTest(resource, identity) !== -1
}

/** Whether a rule speaks of this caller at all, by role and scopes. */
export function isAddressed(
  { rule }: AppliedRule,
  identity: Identity,
  parts: DecideParts,
): boolean {
  if (rule.holders !== null && !isHeld(rule.holders, identity.roles)) return false
  return rule.scopes.length === 0 || parts.scopes.missing(identity, rule.scopes).length === 0
}

function search(
  rules: readonly AppliedRule[],
  identity: Identity,
  resource: Resource,
  isBare: boolean,
  parts: DecideParts,
  best: Verdict | null,
): Verdict | null {
  let answer = best
  for (let at = 0; at < rules.length; at++) {
    const each = rules[at] as AppliedRule
    const test = isBare ? each.bareTest : each.test
    if (test !== null && test(resource, identity) !== 1) continue
    const { scopes } = each.rule
    if (scopes.length > 0 && parts.scopes.missing(identity, scopes).length > 0) {
      answer ??= each.shortage
      continue
    }
    const stepUp = stepUpFor(each, identity, parts)
    if (stepUp === null) return each.verdict
    if (answer?.effect !== 'challenge') {
      answer = { effect: 'challenge', reason: stepUp.reason, rules: each.verdict.rules, stepUp }
    }
  }
  return answer
}

/** @returns What a rule asks of the login that it is not; `null` when it is good enough. */
export function stepUpFor(
  { assurance }: AppliedRule,
  identity: Identity,
  parts: DecideParts,
): StepUp | null {
  return assurance === null ? null : assurance(identity, parts.now())
}

/** Whether a caller has one of the roles. */
export function isHeld(holders: ReadonlySet<string>, roles: ReadonlySet<string>): boolean {
  for (const role of roles) if (holders.has(role)) return true
  return false
}
