import { type CallerRef, isCallerRef, isKnownField } from './caller.js'
import type { AttributeKind, ConditionNode, Left, Literal } from './condition.js'
import { InvalidPolicy, UnknownName } from './errors.js'
import { ownerCondition, type ResourceType } from './resource-type.js'

/** What a condition is about: a resource type, or nothing but the caller. */
export interface Subject {
  readonly name: string
  readonly type: ResourceType | null
}

/**
 * Checks a condition against a resource type, and spells out `isOwner`.
 *
 * @throws {Error} `LATCHKEY_AUTHZ_UNKNOWN_NAME` for an attribute that the type does not have;
 *   `LATCHKEY_AUTHZ_INVALID_POLICY` for a comparison of different kinds, or anything that is not a
 *   condition.
 */
export function checkCondition(node: ConditionNode, about: Subject, where: string): ConditionNode {
  const wrong = (what: string): Error => new InvalidPolicy(`Cannot read ${where}: ${what}`)
  switch (node?.op) {
    case 'and':
    case 'or':
      return {
        op: node.op,
        conditions: node.conditions.map((each) => checkCondition(each, about, where)),
      }
    case 'not':
      return { op: 'not', condition: checkCondition(node.condition, about, where) }
    case 'isOwner': {
      const owner = about.type === null ? null : ownerCondition(about.type)
      if (owner !== null) return owner
      throw wrong(`it speaks of the owner, and ${about.name} names no "owner"`)
    }
    case 'isNull':
      kindOf(node.left, about, where)
      return node
    case 'in': {
      const kind = kindOf(node.left, about, where)
      if (kind === 'strings') throw wrong(`"${nameOf(node.left)}" is a list: use contains()`)
      if (isCallerRef(node.values)) checkRef(node.values, where)
      else for (const value of node.values) checkLiteral(value, kind, node.left, where)
      return withKind(node, kind)
    }
    case 'contains': {
      const kind = kindOf(node.left, about, where)
      if (kind === 'number' || kind === 'boolean') {
        throw wrong(`"${nameOf(node.left)}" is a ${kind}, which contains nothing`)
      }
      if (isCallerRef(node.value)) checkRef(node.value, where)
      else checkLiteral(node.value, 'string', node.left, where)
      return withKind(node, kind)
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const kind = kindOf(node.left, about, where)
      if (kind === 'strings') throw wrong(`"${nameOf(node.left)}" is a list: use contains()`)
      const isOrder = node.op !== 'eq' && node.op !== 'ne'
      if (isOrder && kind !== undefined && kind !== 'number') {
        throw wrong(`"${nameOf(node.left)}" is a ${kind}, and only numbers have an order`)
      }
      if (isCallerRef(node.value)) checkRef(node.value, where)
      else checkLiteral(node.value, isOrder ? 'number' : kind, node.left, where)
      return withKind(node, kind)
    }
    default:
      throw wrong('it is not a condition; write one with eq(), and(), not() and the like')
  }
}

function withKind(node: ConditionNode, kind: AttributeKind | undefined): ConditionNode {
  return kind === undefined ? node : ({ ...node, kind } as ConditionNode)
}

/** @returns The kind of an attribute; `undefined` for the caller's fields, known only later. */
function kindOf(left: Left, about: Subject, where: string): AttributeKind | undefined {
  if (isCallerRef(left)) {
    checkRef(left, where)
    return undefined
  }
  const attributes = about.type?.attributes ?? {}
  if (typeof left === 'string' && Object.hasOwn(attributes, left)) return attributes[left]
  const names = Object.keys(attributes).map((name) => `"${name}"`)
  const there = names.length === 0 ? 'it has none' : `there is ${names.join(', ')}`
  throw new UnknownName(
    `Cannot read ${where}: ${about.name} has no attribute "${String(left)}"; ${there}`,
  )
}

function checkRef(ref: CallerRef, where: string): void {
  if (isKnownField(ref.caller)) return
  throw new UnknownName(
    `Cannot read ${where}: an identity has no field "${String(ref.caller)}"; for a claim write "claims.<name>"`,
  )
}

function checkLiteral(
  value: Literal,
  kind: AttributeKind | undefined,
  left: Left,
  where: string,
): void {
  const actual = typeof value
  const isLiteral =
    actual === 'string' || actual === 'boolean' || (actual === 'number' && Number.isFinite(value))
  if (isLiteral && (kind === undefined || kind === actual)) return
  throw new InvalidPolicy(
    `Cannot read ${where}: "${nameOf(left)}" is compared with ${JSON.stringify(value)}, which is not a ${kind ?? 'string, number or boolean'}`,
  )
}

/** How messages call the left side of a comparison. */
export function nameOf(left: Left): string {
  return isCallerRef(left) ? `caller.${left.caller}` : left
}
