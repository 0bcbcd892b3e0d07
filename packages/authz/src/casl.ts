import { type SubjectType, subject } from '@casl/ability'
import type { Identity } from '@latchkey/identity'
import { planByCasl } from './casl-plan.js'
import type { CaslRule } from './casl-rule.js'
import type { Engine, Question } from './engine.js'
import type { Verdict } from './verdict.js'

/** As much of a CASL ability as is needed; what `createMongoAbility` returns. */
export interface CaslAbility {
  can(action: string, subject: never): boolean
  relevantRuleFor(action: string, subject: never): CaslRule | null
  rulesFor(action: string, subjectType: never): readonly CaslRule[]
}

/** How an ability is asked. */
export interface CaslOptions {
  /** The ability of a caller; asked once per identity, which is remembered while it lives. */
  readonly abilityFor: (identity: Identity) => CaslAbility
  /** What CASL calls a resource type. Default: the same. */
  readonly subjectType?: (type: string) => string
  /** Fields that hold lists, where plans are made: what equals one of these is in the list. */
  readonly lists?: readonly string[]
}

/**
 * Lets CASL decide the resource types that are given to it, with the abilities that there are.
 *
 * An action is the last segment of the permission: `article.update` asks for `update` on `article`.
 */
export function caslEngine(options: CaslOptions): Engine {
  const { abilityFor, subjectType = (type) => type, lists = [] } = options
  const known = new WeakMap<Identity, CaslAbility>()
  const abilityOf = (identity: Identity): CaslAbility => {
    let ability = known.get(identity)
    if (ability === undefined) {
      ability = abilityFor(identity)
      known.set(identity, ability)
    }
    return ability
  }
  const evaluate = ({ identity, permission, type, object }: Question): Verdict => {
    const action = actionOf(permission)
    const name = subjectType(String(type)) as SubjectType & string
    const about = (object === undefined ? name : subject(name, markable(object))) as never
    const ability = abilityOf(identity)
    const rule = ability.relevantRuleFor(action, about)
    if (ability.can(action, about)) return { effect: 'allow', reason: 'allowed', rules: told(rule) }
    return { effect: 'deny', reason: rule?.inverted ? 'forbidden' : 'no-rule', rules: told(rule) }
  }
  return {
    name: 'casl',
    evaluate,
    evaluateMany: (questions) => questions.map(evaluate),
    plan({ identity, permission, type }) {
      const name = subjectType(String(type)) as never
      return planByCasl(abilityOf(identity).rulesFor(actionOf(permission), name), lists)
    },
  }
}

/**
 * CASL writes the subject's type into a hidden property of the object. It looks at own properties
 * alone, so that what cannot be written to is copied, not inherited from.
 */
function markable(object: object): Record<string, unknown> {
  return (Object.isExtensible(object) ? object : { ...object }) as Record<string, unknown>
}

function actionOf(permission: string): string {
  return permission.slice(permission.lastIndexOf('.') + 1)
}

function told(rule: CaslRule | null): readonly string[] {
  return rule?.reason === undefined ? [] : [rule.reason]
}
