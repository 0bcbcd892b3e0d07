import type { Identity } from '@latchkey/identity'
import { type AssuranceRequirement, summarizeAssurance } from './assurance.js'
import { isCallerRef, readerOf } from './caller.js'
import { nameOf } from './check-condition.js'
import type { ConditionNode, Left } from './condition.js'
import { type DecideParts, isHeld, stepUpFor } from './decide.js'
import { describeCondition } from './describe-condition.js'
import type { AppliedRule, Entry } from './entry.js'
import { compileCondition, isCollection, isLiteral, type Resource, type Test } from './evaluate.js'
import type { Shortfall } from './explanation.js'
import type { Rule } from './rule.js'

/** What a question is about, for whoever explains it. */
export interface Case {
  readonly entry: Entry
  readonly identity: Identity
  readonly resource: Resource
  readonly isBare: boolean
}

/**
 * Finds the first thing that keeps a rule from applying: role, scope, tenant, condition, login.
 *
 * @returns `null` when it applies.
 */
export function findShortfall(
  each: AppliedRule,
  asked: Case,
  parts: DecideParts,
): Shortfall | null {
  const { rule } = each
  const { identity, resource } = asked
  if (rule.holders !== null && !isHeld(rule.holders, identity.roles)) {
    const held = [...identity.roles].sort().join(', ')
    return {
      requirement: 'role',
      needs: [...rule.holders].sort().join(' or '),
      found: held === '' ? 'the caller has no role' : `the caller has ${held}`,
    }
  }
  const missing = parts.scopes.missing(identity, rule.scopes)
  if (missing.length > 0) {
    const needs = rule.scopes.join(' ')
    return { requirement: 'scope', needs, found: `the caller lacks ${missing.join(' ')}` }
  }
  const { tenant, tenantTest } = asked.entry
  const isHeldToTenant = rule.effect === 'allow' && !rule.anyTenant && !asked.isBare
  if (isHeldToTenant && tenant !== null && tenantTest?.(resource, identity) !== 1) {
    return { requirement: 'tenant', ...explainFailure(tenant, asked) }
  }
  if (each.condition !== null && fails(each.rule, each.bareTest as Test, asked)) {
    return { requirement: 'condition', ...explainFailure(each.condition, asked) }
  }
  const stepUp = stepUpFor(each, identity, parts)
  if (stepUp === null) return null
  const needs = summarizeAssurance(rule.assurance as AssuranceRequirement).join(', ')
  return { requirement: 'assurance', needs, found: stepUp.reason }
}

function fails({ effect }: Rule, test: Test, { resource, identity }: Case): boolean {
  const truth = test(resource, identity)
  return effect === 'allow' ? truth !== 1 : truth === -1
}

/** Looks for the smallest part of a condition that is not true. */
function explainFailure(node: ConditionNode, asked: Case): { needs: string; found: string } {
  if (node.op === 'and') {
    const isCulprit = (each: ConditionNode): boolean =>
      compileCondition(each)(asked.resource, asked.identity) !== 1
    return explainFailure(node.conditions.find(isCulprit) as ConditionNode, asked)
  }
  const seen = new Map<string, string>()
  collectValues(node, asked, seen)
  const values = [...seen].map(([name, value]) => `${name} is ${value}`)
  return { needs: describeCondition(node), found: values.join(', ') || 'it never holds' }
}

function collectValues(node: ConditionNode, asked: Case, seen: Map<string, string>): void {
  if (node.op === 'and' || node.op === 'or') {
    for (const each of node.conditions) collectValues(each, asked, seen)
  } else if (node.op === 'not') collectValues(node.condition, asked, seen)
  else if ('left' in node) {
    note(node.left, asked, seen)
    const operand = 'value' in node ? node.value : 'values' in node ? node.values : undefined
    if (isCallerRef(operand)) note(operand, asked, seen)
  }
}

function note(left: Left, { resource, identity }: Case, seen: Map<string, string>): void {
  const value = isCallerRef(left) ? readerOf(left.caller)(identity) : resource[left]
  seen.set(nameOf(left), describeValue(value))
}

/** Writes literals and lists of them; of anything else no more than its type. */
function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'not known'
  if (isCollection(value)) return `[${[...value].map(describeMember).sort().join(', ')}]`
  return describeMember(value)
}

function describeMember(value: unknown): string {
  return isLiteral(value) ? JSON.stringify(value) : `a ${typeof value}`
}
