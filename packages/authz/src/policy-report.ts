import { isCallerRef } from './caller.js'
import type { DecidedRoute } from './check.js'
import type { ConditionNode } from './condition.js'
import { describeCondition } from './describe-condition.js'
import type { Policy } from './policy.js'
import { summarizeRequirements } from './route-requirements.js'
import type { Rule } from './rule.js'

/** A policy as data for people: what ASVS 8.1 wants written down. */
export interface PolicyReport {
  readonly roles: readonly { readonly name: string; readonly includes: readonly string[] }[]
  readonly permissions: readonly string[]
  readonly rules: readonly RuleReport[]
  /** The routes that ask for more than an identity. */
  readonly routes: readonly { readonly route: string; readonly requires: string }[]
}

/** One rule of a {@link PolicyReport}. */
export interface RuleReport {
  readonly id: string
  readonly effect: 'allow' | 'deny'
  readonly permissions: readonly string[]
  readonly to: readonly string[] | 'everyone'
  readonly when: string
  readonly fields: readonly string[] | 'all'
  /** The fields of the caller that it looks at. */
  readonly context: readonly string[]
}

/** Describes a policy, sorted, so that the same policy always reads the same. */
export function describePolicy(policy: Policy, routes: readonly DecidedRoute[]): PolicyReport {
  return {
    roles: [...policy.roles.names].sort().map((name) => ({
      name,
      includes: [...policy.roles.inherited(name)].filter((each) => each !== name).sort(),
    })),
    permissions: [...policy.permissions.keys()].sort(),
    rules: policy.rules.map(describeRule),
    routes: routes
      .map(({ method, url, required }) => ({
        route: `${method} ${url}`,
        requires: summarizeRequirements(required),
      }))
      .sort((left, right) => (left.route < right.route ? -1 : 1)),
  }
}

function describeRule(rule: Rule): RuleReport {
  const context = new Set<string>()
  if (rule.condition !== null) collectContext(rule.condition, context)
  for (const key of Object.keys(rule.assurance ?? {})) context.add(key)
  if (rule.scopes.length > 0) context.add('scopes')
  return {
    id: rule.id,
    effect: rule.effect,
    permissions: rule.patterns,
    to: rule.roles ?? 'everyone',
    when: rule.condition === null ? 'always' : describeCondition(rule.condition),
    fields: rule.fields ?? 'all',
    context: [...context].sort(),
  }
}

function collectContext(node: ConditionNode, found: Set<string>): void {
  if ('conditions' in node) for (const each of node.conditions) collectContext(each, found)
  else if (node.op === 'not') collectContext(node.condition, found)
  else if (node.op === 'isOwner') found.add('subject')
  else {
    const operand = 'value' in node ? node.value : 'values' in node ? node.values : null
    for (const each of [node.left, operand]) if (isCallerRef(each)) found.add(each.caller)
  }
}
