import type { ConditionNode } from './condition.js'
import { isContradictory } from './contradiction.js'
import type { AppliedRule, Entry } from './entry.js'
import type { Policy } from './policy.js'
import type { Rule } from './rule.js'
import { type Term, toTerms } from './terms.js'

/** Something in a policy that does not do what it seems to. */
export interface LintFinding {
  readonly kind:
    | 'unreachable-rule'
    | 'shadowed-rule'
    | 'never-holds'
    | 'always-holds'
    | 'unused-permission'
    | 'unasked-permission'
  /** The rule or the permission. */
  readonly about: string
  readonly message: string
}

/** What the linter is told beside the policy. */
export interface LintOptions {
  /** The permissions that the application asks for; others are then found. Default: not looked at. */
  readonly asked?: readonly string[]
}

/**
 * Looks for rules that decide nothing, conditions that are none, and permissions that nobody has.
 *
 * @returns Sorted; empty for a policy in which every part does something.
 */
export function lintPolicy(policy: Policy, options: LintOptions = {}): readonly LintFinding[] {
  const findings: LintFinding[] = []
  const entries = [...policy.permissions.keys()].map((name) => policy.entry(name))
  for (const rule of policy.rules) {
    const places = entries.flatMap((entry) =>
      [...entry.allows, ...entry.denies, ...entry.closing]
        .filter((each) => each.rule === rule)
        .map((applied) => ({ entry, applied })),
    )
    findings.push(...lintRule(rule, places))
  }
  for (const { permission, allows } of entries) {
    const about = permission.name
    if (allows.length === 0) {
      findings.push({ kind: 'unused-permission', about, message: 'no rule and no role allows it' })
    }
    if (options.asked !== undefined && !options.asked.includes(about)) {
      findings.push({
        kind: 'unasked-permission',
        about,
        message: 'the application never asks for it',
      })
    }
  }
  return findings.sort((left, right) =>
    `${left.about} ${left.kind}` < `${right.about} ${right.kind}` ? -1 : 1,
  )
}

interface Place {
  readonly entry: Entry
  readonly applied: AppliedRule
}

function lintRule(rule: Rule, places: readonly Place[]): LintFinding[] {
  const about = rule.id
  const conditions = places.map(({ applied }) => applied.condition)
  if (conditions.every((condition) => condition !== null && neverHolds(condition, true))) {
    const message = 'its condition holds for no object and no caller, so it decides nothing'
    return [{ kind: 'never-holds', about, message }]
  }
  const findings: LintFinding[] = []
  if (conditions.every((condition) => condition !== null && neverHolds(condition, false))) {
    const message =
      'its condition holds wherever its attributes are known: leave it out, or ask for a value'
    findings.push({ kind: 'always-holds', about, message })
  }
  if (rule.effect === 'deny') return findings
  const forbidders = places.map(({ entry, applied }) =>
    entry.denies.find((deny) => coversAddress(deny.rule, rule) && implies(applied, deny)),
  )
  if (forbidders.every((each) => each !== undefined)) {
    const message = `wherever it allows, "${forbidders[0]?.rule.id}" forbids`
    return [...findings, { kind: 'unreachable-rule', about, message }]
  }
  const shadows = places.map(({ entry, applied }) =>
    entry.allows.find((other) => isShadowedBy(applied, other)),
  )
  if (shadows.every((each) => each !== undefined)) {
    const message = `wherever it allows, "${shadows[0]?.rule.id}" does so already`
    findings.push({ kind: 'shadowed-rule', about, message })
  }
  return findings
}

function neverHolds(condition: ConditionNode, wanted: boolean): boolean {
  return toTerms(condition, wanted)?.every(isContradictory) ?? false
}

/** Of two rules that say the same, the one that comes later is shadowed. */
function isShadowedBy(one: AppliedRule, other: AppliedRule): boolean {
  if (one.rule === other.rule || !isCoveredBy(one, other)) return false
  return !isCoveredBy(other, one) || other.rule.id < one.rule.id
}

function isCoveredBy(one: AppliedRule, other: AppliedRule): boolean {
  const [narrow, wide] = [one.rule, other.rule]
  return (
    coversAddress(wide, narrow) &&
    (wide.anyTenant || !narrow.anyTenant) &&
    (wide.assurance === null ||
      JSON.stringify(wide.assurance) === JSON.stringify(narrow.assurance)) &&
    includesAll(wide.fields, narrow.fields) &&
    implies(one, other)
  )
}

/** Whether every caller that one rule speaks of is one that the other speaks of too. */
function coversAddress(wide: Rule, narrow: Rule): boolean {
  const isWide =
    wide.holders === null ||
    (narrow.holders !== null && [...narrow.holders].every((role) => wide.holders?.has(role)))
  return isWide && wide.scopes.every((scope) => narrow.scopes.includes(scope))
}

function includesAll(wide: readonly string[] | null, narrow: readonly string[] | null): boolean {
  return wide === null || (narrow?.every((field) => wide.includes(field)) ?? false)
}

/** Whether one condition is true only where another is: nothing makes it true and the other not. */
function implies({ condition }: AppliedRule, { condition: other }: AppliedRule): boolean {
  if (other === null) return true
  if (condition === null) return false
  const both = toTerms(
    { op: 'and', conditions: [condition, { op: 'not', condition: other }] },
    true,
  )
  const holds = toTerms(condition, true)
  const asked = toTerms(other, true)
  if (both === null || holds === null || asked === null) return false
  const names = new Set(asked.flatMap((term) => term.map(({ left }) => left)))
  return both.every(isContradictory) && holds.every((term) => knows(term, names))
}

/** Whether a term that is true leaves none of these unknown. */
function knows(term: Term, names: ReadonlySet<string>): boolean {
  const known = new Set(term.map(({ left }) => left))
  return [...names].every((name) => known.has(name))
}
