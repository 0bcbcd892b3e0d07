import { type AssuranceCheck, compileAssurance } from './assurance.js'
import { checkCondition } from './check-condition.js'
import type { ConditionNode } from './condition.js'
import { InvalidPolicy, UnknownName } from './errors.js'
import { compileCondition, type Test } from './evaluate.js'
import { createPermissionTrie } from './permission.js'
import { tenantCondition } from './resource-type.js'
import type { Rule } from './rule.js'
import type { Denial, Verdict } from './verdict.js'
import type { Permission, Vocabulary } from './vocabulary.js'

/** A rule as it applies to one permission. */
export interface AppliedRule {
  readonly rule: Rule
  /** Checked, `isOwner` spelled out; without the tenant's part. */
  readonly condition: ConditionNode | null
  /** The tenant's part and the condition; `null`: always true. */
  readonly test: Test | null
  /** The condition alone, for what is asked without an object. */
  readonly bareTest: Test | null
  readonly assurance: AssuranceCheck | null
  /** What is answered when this rule decides. */
  readonly verdict: Verdict
  /** What is answered when nothing but its scopes is missing. */
  readonly shortage: Denial
}

/** The rules that allow whoever has a role. */
export interface RulesOfRole {
  readonly role: string
  readonly rules: readonly AppliedRule[]
}

/** Everything that bears on one permission. */
export interface Entry {
  readonly permission: Permission
  readonly denies: readonly AppliedRule[]
  readonly allows: readonly AppliedRule[]
  /** Rules that allow every caller. */
  readonly forEveryone: readonly AppliedRule[]
  /** Rules that allow by a role, what it inherits included; sorted by role. */
  readonly byRole: readonly RulesOfRole[]
  /** Rules that close fields. */
  readonly closing: readonly AppliedRule[]
  /** That the object is of the caller's tenant; `null` where the type has none. */
  readonly tenant: ConditionNode | null
  readonly tenantTest: Test | null
  /** What is answered when no rule allows. */
  readonly noRule: Denial
}

/**
 * Files every rule under the permissions that it bears on.
 *
 * @throws {Error} `LATCHKEY_AUTHZ_UNKNOWN_NAME` for a rule that bears on none.
 */
export function buildEntries(words: Vocabulary, rules: readonly Rule[]): Map<string, Entry> {
  const trie = createPermissionTrie<{ readonly rule: Rule; readonly pattern: string }>()
  for (const rule of rules) {
    for (const pattern of rule.patterns) trie.add(pattern.split('.'), { rule, pattern })
  }
  const used = new Set<unknown>()
  const entries = new Map<string, Entry>()
  for (const permission of words.values()) {
    const found = trie.match(permission.segments)
    for (const each of found) used.add(`${each.rule.id}\n${each.pattern}`)
    const bearing = new Set(found.map((each) => each.rule))
    entries.set(
      permission.name,
      buildEntry(
        permission,
        rules.filter((rule) => bearing.has(rule)),
      ),
    )
  }
  for (const rule of rules) {
    const idle = rule.patterns.find((pattern) => !used.has(`${rule.id}\n${pattern}`))
    if (idle === undefined) continue
    const names = [...words.keys()].map((name) => `"${name}"`).join(', ')
    throw new UnknownName(
      `Cannot read the rule "${rule.id}": no permission of the policy fits "${idle}"; there is ${names || 'none'}`,
    )
  }
  return entries
}

function buildEntry(permission: Permission, rules: readonly Rule[]): Entry {
  const tenant = permission.type === null ? null : tenantCondition(permission.type)
  const applied = rules.map((rule) => applyRule(rule, permission, tenant))
  const allows = applied.filter(({ rule }) => rule.effect === 'allow')
  const byRole = new Map<string, AppliedRule[]>()
  for (const each of allows) {
    for (const role of each.rule.holders ?? []) {
      const filed = byRole.get(role)
      if (filed === undefined) byRole.set(role, [each])
      else filed.push(each)
    }
  }
  const noRule: Denial = Object.freeze({ effect: 'deny', reason: 'no-rule', rules: [] })
  return {
    permission,
    allows,
    byRole: [...byRole]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([role, rules]) => ({ role, rules })),
    forEveryone: allows.filter(({ rule }) => rule.holders === null),
    denies: applied.filter(({ rule }) => rule.effect === 'deny' && rule.fields === null),
    closing: applied.filter(({ rule }) => rule.effect === 'deny' && rule.fields !== null),
    tenant,
    tenantTest: tenant === null ? null : compileCondition(tenant),
    noRule,
  }
}

function applyRule(rule: Rule, permission: Permission, tenant: ConditionNode | null): AppliedRule {
  const where = `the rule "${rule.id}"`
  const about = {
    name:
      permission.typeName === null
        ? `the permission "${permission.name}"`
        : `the resource type "${permission.typeName}"`,
    type: permission.type,
  }
  requireFields(rule, permission, where)
  const condition = rule.condition === null ? null : checkCondition(rule.condition, about, where)
  const bareTest = condition === null ? null : compileCondition(condition)
  const full = withTenant(rule, condition, tenant)
  const rules = Object.freeze([rule.id])
  return {
    rule,
    condition,
    bareTest,
    test: full === condition ? bareTest : compileCondition(full as ConditionNode),
    assurance: rule.assurance === null ? null : compileAssurance(rule.assurance, where),
    verdict: Object.freeze(
      rule.effect === 'allow'
        ? { effect: 'allow', reason: 'allowed', rules }
        : { effect: 'deny', reason: 'forbidden', rules },
    ),
    shortage: Object.freeze({
      effect: 'deny',
      reason: 'missing-scope',
      rules,
      scope: rule.scopes.join(' '),
    }),
  }
}

function withTenant(
  rule: Rule,
  condition: ConditionNode | null,
  tenant: ConditionNode | null,
): ConditionNode | null {
  if (tenant === null || rule.anyTenant || rule.effect === 'deny') return condition
  return condition === null ? tenant : { op: 'and', conditions: [tenant, condition] }
}

function requireFields(rule: Rule, permission: Permission, where: string): void {
  const attributes = permission.type?.attributes ?? {}
  for (const field of rule.fields ?? []) {
    if (Object.hasOwn(attributes, field)) continue
    const names = Object.keys(attributes).map((name) => `"${name}"`)
    throw new UnknownName(
      `Cannot read ${where}: "${permission.name}" has no field "${field}"; there is ${names.join(', ') || 'none'}`,
    )
  }
  if (rule.fields?.length === 0) throw new InvalidPolicy(`Cannot read ${where}: "fields" is empty`)
}
