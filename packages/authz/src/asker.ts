import type { Identity } from '@latchkey/identity'
import { NO_OBJECT, OTHER_TENANT } from './decide.js'
import type { Engine, Question } from './engine.js'
import { InvalidPolicy, Unsupported } from './errors.js'
import type { Resource } from './evaluate.js'
import { callerOf, type Explanation, writeExplanation } from './explanation.js'
import { type FieldMask, NO_FIELDS } from './fields.js'
import type { Plan } from './filter.js'
import { bothPlans, planTenant } from './plan.js'
import type { Policy } from './policy.js'
import { isThenable } from './thenable.js'
import type { Verdict } from './verdict.js'
import { requirePermission } from './vocabulary.js'

/** Whoever answers questions: the policy, and the engines that resource types are given to. */
export interface Asker {
  readonly policy: Policy
  ask(identity: Identity | null, permission: string, object: unknown): Verdict | Promise<Verdict>
  plan(identity: Identity | null, permission: string): Plan | Promise<Plan>
  explain(
    identity: Identity | null,
    permission: string,
    object: unknown,
  ): Explanation | Promise<Explanation>
  /** @throws {Error} `LATCHKEY_AUTHZ_UNSUPPORTED` for a type that another engine decides. */
  fields(identity: Identity | null, permission: string, object: unknown): FieldMask
  /** Whether the policy itself decides a permission. */
  isOwn(permission: string): boolean
}

const NO_IDENTITY: Verdict = Object.freeze({ effect: 'deny', reason: 'no-identity', rules: [] })

/**
 * @param engines Engines by resource type.
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` for an engine of a type that the policy does not
 *   have, or about whose permissions its rules speak.
 */
export function createAsker(policy: Policy, engines: Readonly<Record<string, Engine>>): Asker {
  checkEngines(policy, engines)
  const engineOf = (type: string | null): Engine | undefined =>
    type !== null && Object.hasOwn(engines, type) ? engines[type] : undefined
  const questionOf = (identity: Identity, permission: string, object: unknown): Question => {
    const { typeName } = requirePermission(policy.permissions, permission, 'the question')
    return { identity, permission, type: typeName, object: (object ?? undefined) as Resource }
  }
  return {
    policy,
    isOwn(permission) {
      const { typeName } = requirePermission(policy.permissions, permission, 'the question')
      return engineOf(typeName) === undefined
    },
    ask(identity, permission, object) {
      if (identity === null) return NO_IDENTITY
      const question = questionOf(identity, permission, object)
      const engine = engineOf(question.type)
      if (engine === undefined) return policy.evaluate(question)
      return precheck(policy, question) ?? engine.evaluate(question)
    },
    plan(identity, permission) {
      if (identity === null) return { kind: 'never' }
      const question = questionOf(identity, permission, undefined)
      const engine = engineOf(question.type)
      if (engine === undefined) return policy.plan(question)
      if (engine.plan === undefined) {
        throw new Unsupported(
          `Cannot plan "${permission}": the engine "${engine.name}" makes no plans; filter the rows by request.can()`,
        )
      }
      const own = planTenant(policy.entry(permission), question.identity)
      const plan = engine.plan(question)
      return isThenable(plan) ? plan.then((late) => bothPlans(own, late)) : bothPlans(own, plan)
    },
    explain(identity, permission, object) {
      if (identity === null) return withoutIdentity(permission)
      const question = questionOf(identity, permission, object)
      const engine = engineOf(question.type)
      if (engine === undefined) return policy.explain(question)
      const refused = precheck(policy, question)
      if (refused !== null) return bareExplanation(question, refused)
      if (engine.explain !== undefined) return engine.explain(question)
      return Promise.resolve(engine.evaluate(question)).then((verdict) =>
        bareExplanation(question, verdict),
      )
    },
    fields(identity, permission, object) {
      if (identity === null) return NO_FIELDS
      const { typeName } = requirePermission(policy.permissions, permission, 'the question')
      const engine = engineOf(typeName)
      if (engine !== undefined) {
        throw new Unsupported(
          `Cannot mask the fields of "${permission}": the engine "${engine.name}" decides it`,
        )
      }
      return policy.fields({ identity, permission, type: typeName, object: object as Resource })
    },
  }
}

function checkEngines(policy: Policy, engines: Readonly<Record<string, Engine>>): void {
  const types = new Map(
    [...policy.permissions.values()].map((each) => [each.typeName, each] as const),
  )
  for (const type of Object.keys(engines)) {
    if (!types.has(type)) {
      throw new InvalidPolicy(
        `Cannot give "${type}" to an engine: the policy has no resource type of that name`,
      )
    }
    for (const { patterns, id } of policy.rules) {
      const clash = patterns.find((pattern) => pattern.startsWith(`${type}.`))
      if (clash === undefined) continue
      throw new InvalidPolicy(
        `Cannot give "${type}" to an engine: the rule "${id}" speaks of "${clash}", and would never be asked`,
      )
    }
  }
}

/** What holds whoever decides: no answer about an object without one, and tenants stay apart. */
function precheck(policy: Policy, { permission, object, identity }: Question): Verdict | null {
  const { tenantTest, permission: word } = policy.entry(permission)
  if (object === undefined) return word.isOnObject ? NO_OBJECT : null
  return tenantTest === null || tenantTest(object as Resource, identity) === 1 ? null : OTHER_TENANT
}

function bareExplanation(question: Question, verdict: Verdict): Explanation {
  const { identity, permission, type } = question
  const { effect, reason } = verdict
  const object = type === null || question.object === undefined ? null : { type, id: undefined }
  const caller = callerOf(identity)
  const known = {
    effect,
    reason,
    permission,
    caller,
    object,
    matched: verdict.rules,
    candidates: [],
  }
  return { ...known, text: writeExplanation(known) }
}

function withoutIdentity(permission: string): Explanation {
  const text = `DENY ${permission}: nobody is logged in`
  const caller = { subject: '', issuer: '', tenant: undefined, roles: [], scopes: [] }
  const known = { effect: 'deny', reason: 'no-identity', permission, caller, object: null } as const
  return { ...known, matched: [], candidates: [], text }
}
