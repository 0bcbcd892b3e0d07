import type { Identity } from '@latchkey/identity'
import { systemSeconds } from './clock.js'
import { type DecideParts, decide } from './decide.js'
import type { Engine, Question } from './engine.js'
import { buildEntries, type Entry } from './entry.js'
import type { Resource } from './evaluate.js'
import { explain } from './explain.js'
import type { Explanation } from './explanation.js'
import { type FieldMask, fieldsOf } from './fields.js'
import type { Plan } from './filter.js'
import { foresee } from './foresee.js'
import { plan } from './plan.js'
import type {
  AnyPermission,
  CollectionPermission,
  ObjectPermission,
  PolicyDefinition,
  ResourceObject,
  ResourceTypes,
} from './policy-definition.js'
import { buildRoleGraph, type RoleGraph } from './role-graph.js'
import { type Rule, readRules } from './rule.js'
import { createScopeBook, type ScopeBook } from './scopes.js'
import type { Denial, Verdict } from './verdict.js'
import { collectVocabulary, unknownPermission, type Vocabulary } from './vocabulary.js'

/** The names of a policy, as TypeScript knows them. */
export interface PolicyNames {
  /** What a decision takes beside the permission, by permission: an object, or nothing. */
  readonly objects: Readonly<Record<string, readonly unknown[]>>
  readonly role: string
  readonly scope: string
  readonly type: string
}

/** The names of a policy about which nothing is known when it is compiled. */
export interface AnyNames extends PolicyNames {
  readonly objects: Readonly<Record<string, readonly [object?: object | null | undefined]>>
}

/** The names that a definition declares. */
export interface NamesOf<
  Types extends ResourceTypes,
  Plain extends string,
  Role extends string,
  Scope extends string,
> extends PolicyNames {
  readonly objects: {
    readonly [Each in AnyPermission<Types, Plain>]: Each extends ObjectPermission<Types>
      ? readonly [object: ObjectOf<Types, Each> | null | undefined]
      : Each extends CollectionPermission<Types>
        ? readonly [object?: ObjectOf<Types, Each> | null]
        : readonly []
  }
  readonly role: Role
  readonly scope: Scope
  readonly type: keyof Types & string
}

type ObjectOf<Types extends ResourceTypes, Each extends string> = {
  [Type in keyof Types & string]: Each extends `${Type}.${
    | Types[Type]['actions'][number]
    | (Types[Type] extends { collection: readonly (infer Action)[] } ? Action & string : never)}`
    ? ResourceObject<Types[Type]>
    : never
}[keyof Types & string]

/** The permissions of a policy. */
export type PermissionName<Names extends PolicyNames> = keyof Names['objects'] & string

/** A policy, checked and compiled: an engine that answers at once. */
export interface Policy<Names extends PolicyNames = AnyNames> extends Engine {
  /** Never there: it carries the types. */
  readonly names?: Names
  readonly rules: readonly Rule[]
  readonly roles: RoleGraph
  readonly scopes: ScopeBook
  readonly permissions: Vocabulary
  /** Whether a caller may do something. */
  can<Name extends PermissionName<Names>>(
    identity: Identity,
    permission: Name,
    ...object: Names['objects'][Name]
  ): boolean
  evaluate(question: Question): Verdict
  evaluateMany(questions: readonly Question[]): readonly Verdict[]
  plan(question: Omit<Question, 'object'>): Plan
  explain(question: Question): Explanation
  /** Which fields of an object the caller may read or write, by the action that is asked for. */
  fields(question: Question): FieldMask
  /** What can be said before the object is known; `null` when it depends on the object. */
  foresee(identity: Identity, permission: string): Denial | null
  /** Everything that bears on one permission; for tools. */
  entry(permission: string): Entry
}

/**
 * Checks a policy and compiles it.
 *
 * @param now The clock, in seconds. Default: the system's.
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` when it contradicts itself, such as by roles that
 *   inherit in a cycle; `LATCHKEY_AUTHZ_UNKNOWN_NAME` when it speaks of what it does not declare.
 */
export function definePolicy<
  const Types extends ResourceTypes = Record<never, never>,
  const Plain extends string = never,
  const Role extends string = string,
  const Scope extends string = string,
>(
  definition: PolicyDefinition<Types, Plain, Role, Scope>,
  now: () => number = systemSeconds,
): Policy<NamesOf<Types, Plain, Role, Scope>> {
  return compilePolicy(definition as unknown as PolicyDefinition, now) as Policy<
    NamesOf<Types, Plain, Role, Scope>
  >
}

/** The same for a definition whose names are not known when it is compiled. */
export function compilePolicy(
  definition: PolicyDefinition,
  now: () => number = systemSeconds,
): Policy {
  const definitions = Object.entries(definition.roles ?? {})
  const roles = buildRoleGraph(
    new Map(definitions.map(([name, role]) => [name, role.inherits ?? []])),
  )
  const scopes = createScopeBook(
    {
      known: definition.scopes,
      byRole: new Map(
        definitions.flatMap(([name, role]) => (role.scopes ? [[name, role.scopes]] : [])),
      ),
      mechanisms: definition.scopesFromRoles ?? [],
    },
    roles,
  )
  const rules = readRules(definition, roles, scopes)
  const permissions = collectVocabulary(definition)
  return createPolicy(permissions, rules, roles, { scopes, now })
}

function createPolicy(
  permissions: Vocabulary,
  rules: readonly Rule[],
  roles: RoleGraph,
  parts: DecideParts,
): Policy {
  const entries = buildEntries(permissions, rules)
  const entryOf = (name: string): Entry => {
    const entry = entries.get(name)
    if (entry === undefined) throw unknownPermission(permissions, name, 'the question')
    return entry
  }
  const evaluate = ({ permission, identity, object }: Question): Verdict =>
    decide(entryOf(permission), identity, object as Resource | undefined, parts)
  return Object.freeze({
    name: 'policy',
    rules,
    roles,
    scopes: parts.scopes,
    permissions,
    can(identity, permission, object) {
      return decide(entryOf(permission), identity, object as Resource, parts).effect === 'allow'
    },
    evaluate,
    evaluateMany: (questions) => questions.map(evaluate),
    plan: ({ permission, identity }) => plan(entryOf(permission), identity, parts),
    explain: ({ permission, identity, object }) =>
      explain(entryOf(permission), identity, object as Resource | undefined, parts),
    fields(question) {
      const isAllowed = evaluate(question).effect === 'allow'
      const resource = (question.object ?? {}) as Resource
      return fieldsOf(entryOf(question.permission), question.identity, resource, isAllowed, parts)
    },
    foresee: (identity, permission) => foresee(entryOf(permission), identity, parts),
    entry: entryOf,
  } satisfies Policy)
}
