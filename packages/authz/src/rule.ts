import { type AssuranceRequirement, isList, summarizeAssurance } from './assurance.js'
import type { ConditionNode } from './condition.js'
import { describeCondition } from './describe-condition.js'
import { InvalidPolicy } from './errors.js'
import { parsePermission } from './permission.js'
import type { PolicyDefinition, RuleDefinition } from './policy-definition.js'
import type { RoleGraph } from './role-graph.js'
import type { ScopeBook } from './scopes.js'

/** A rule as decisions, reports and the linter see it: every option spelled out. */
export interface Rule {
  readonly id: string
  /** The rule itself, in words; the id where it was given none. */
  readonly words: string
  readonly effect: 'allow' | 'deny'
  /** Permissions and patterns. */
  readonly patterns: readonly string[]
  /** The roles that it names; `null`: every caller. */
  readonly roles: readonly string[] | null
  /** Those and all that inherit them. */
  readonly holders: ReadonlySet<string> | null
  readonly scopes: readonly string[]
  readonly condition: ConditionNode | null
  readonly assurance: AssuranceRequirement | null
  readonly anyTenant: boolean
  /** The fields that it opens or closes; `null`: all. */
  readonly fields: readonly string[] | null
}

/**
 * Reads the rules of a policy, those that its roles stand for included, sorted by id: the order in
 * which they are written means nothing.
 *
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY`, `LATCHKEY_AUTHZ_UNKNOWN_NAME`.
 */
export function readRules(
  definition: PolicyDefinition,
  roles: RoleGraph,
  scopes: ScopeBook,
): readonly Rule[] {
  const rules = new Map<string, Rule>()
  for (const [role, { permissions }] of Object.entries(definition.roles ?? {})) {
    for (const pattern of permissions ?? []) {
      const id = `role ${role}: ${pattern}`
      parsePermission(pattern, `the role "${role}"`)
      rules.set(id, {
        ...BARE,
        id,
        words: id,
        patterns: [pattern],
        roles: [role],
        holders: roles.holders(role, id),
      })
    }
  }
  for (const written of definition.rules ?? []) {
    const rule = readRule(written, roles, scopes)
    if (rules.has(rule.id)) {
      throw new InvalidPolicy(
        `Cannot read the rules: "${rule.id}" is there twice; give one of them another "id", or take it away`,
      )
    }
    rules.set(rule.id, rule)
  }
  return [...rules.values()].sort((left, right) => (left.id < right.id ? -1 : 1))
}

const BARE = {
  effect: 'allow',
  scopes: [],
  condition: null,
  assurance: null,
  anyTenant: false,
  fields: null,
} as const

const KEYS = ['id', 'allow', 'deny', 'to', 'scopes', 'when', 'assurance', 'anyTenant', 'fields']

function readRule(written: RuleDefinition, roles: RoleGraph, scopes: ScopeBook): Rule {
  const patterns = listOf(written.allow ?? written.deny)
  const where = `the rule "${written.id ?? patterns.join(', ')}"`
  const wrong = (what: string): Error => new InvalidPolicy(`Cannot read ${where}: ${what}`)
  const unknown = Object.keys(written).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) throw wrong(`the option "${unknown}" does not exist`)
  if ((written.allow === undefined) === (written.deny === undefined)) {
    throw wrong('it needs either "allow" or "deny"')
  }
  if (patterns.length === 0) throw wrong('it names no permission')
  for (const pattern of patterns) parsePermission(pattern, where)
  const named = written.to === undefined ? null : listOf(written.to)
  if (named !== null && !isList(named)) throw wrong('"to" names no role')
  const scopeNames = written.scopes ?? []
  scopes.requireKnown(scopeNames, where)
  const { assurance = null, anyTenant = false } = written.deny === undefined ? written : {}
  if (written.deny !== undefined && ('assurance' in written || 'anyTenant' in written)) {
    throw wrong('only rules that allow have "assurance" and "anyTenant"')
  }
  const parts = {
    effect: written.deny === undefined ? 'allow' : 'deny',
    patterns,
    roles: named,
    holders: named && new Set(named.flatMap((role) => [...roles.holders(role, where)])),
    scopes: scopeNames,
    condition: (written.when ?? null) as ConditionNode | null,
    assurance,
    anyTenant,
    fields: written.fields ?? null,
  } as const
  const words = describeRule(parts)
  return Object.freeze({ ...parts, words, id: written.id ?? words })
}

/** Writes a rule in words, such as `allow document.edit to editor when status = "draft"`. */
function describeRule(rule: Omit<Rule, 'id' | 'words'>): string {
  const words = [`${rule.effect} ${rule.patterns.join(', ')}`]
  if (rule.fields !== null) words.push(`(${rule.fields.join(', ')})`)
  if (rule.roles !== null) words.push(`to ${rule.roles.join(' or ')}`)
  if (rule.anyTenant) words.push('of any tenant')
  if (rule.scopes.length > 0) words.push(`with scopes ${rule.scopes.join(' ')}`)
  if (rule.assurance !== null) words.push(`with ${summarizeAssurance(rule.assurance).join(', ')}`)
  if (rule.condition !== null) words.push(`when ${describeCondition(rule.condition)}`)
  return words.join(' ')
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value]
}
