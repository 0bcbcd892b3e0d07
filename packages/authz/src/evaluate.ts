import type { Identity } from '@latchkey/identity'
import { type CallerRef, isCallerRef, readerOf } from './caller.js'
import type {
  AttributeKind,
  Comparison,
  ComparisonNode,
  ConditionNode,
  Left,
  Literal,
} from './condition.js'
import { isWellFormed } from './well-formed.js'

/** A resource as conditions see it. */
export type Resource = Readonly<Record<string, unknown>>

/** True 1, unknown 0, false -1: so that `and` is the least, `or` the greatest, `not` the sign. */
export type Truth = 1 | 0 | -1

/** A condition, ready to be asked. */
export type Test = (resource: Resource, identity: Identity) => Truth

type Read = (resource: Resource, identity: Identity) => unknown

/** Compiles a checked condition into a function. */
export function compileCondition(node: ConditionNode): Test {
  switch (node.op) {
    case 'and':
      return all(node.conditions.map(compileCondition))
    case 'or':
      return any(node.conditions.map(compileCondition))
    case 'not': {
      const test = compileCondition(node.condition)
      return (resource, identity) => -test(resource, identity) as Truth
    }
    case 'isNull': {
      const read = readLeft(node.left)
      return (resource, identity) => ((read(resource, identity) ?? null) === null ? 1 : -1)
    }
    case 'in':
      return isCallerRef(node.values)
        ? memberOfCaller(readLeft(node.left), readerOf(node.values.caller), node.kind)
        : memberOf(readLeft(node.left), node.values, node.kind)
    case 'contains': {
      const read = readLeft(node.left)
      const value = readOperand(node.value)
      const { kind } = node
      return (resource, identity) =>
        holds(read(resource, identity), value(resource, identity), kind)
    }
    default: {
      const { op, left, value, kind } = node as ComparisonNode
      return compare(op, left, value, kind)
    }
  }
}

function all(tests: readonly Test[]): Test {
  return (resource, identity) => {
    let least: Truth = 1
    for (let at = 0; at < tests.length; at++) {
      const truth = (tests[at] as Test)(resource, identity)
      if (truth === -1) return -1
      if (truth < least) least = truth
    }
    return least
  }
}

function any(tests: readonly Test[]): Test {
  return (resource, identity) => {
    let most: Truth = -1
    for (let at = 0; at < tests.length; at++) {
      const truth = (tests[at] as Test)(resource, identity)
      if (truth === 1) return 1
      if (truth > most) most = truth
    }
    return most
  }
}

function readLeft(left: Left): Read {
  if (!isCallerRef(left)) return (resource) => resource[left]
  const read = readerOf(left.caller)
  return (_resource, identity) => read(identity)
}

function readOperand(value: Literal | CallerRef): Read {
  if (!isCallerRef(value)) return () => value
  const read = readerOf(value.caller)
  return (_resource, identity) => read(identity)
}

function compare(
  op: Comparison,
  left: Left,
  value: Literal | CallerRef,
  kind: AttributeKind | undefined,
): Test {
  const read = readLeft(left)
  if (op === 'eq' && !isCallerRef(value)) return equalsLiteral(read, value)
  if (op === 'eq' && kind === 'string') {
    return equalsText(left as string, readerOf((value as CallerRef).caller))
  }
  const operand = readOperand(value)
  const relate = RELATIONS[op]
  return (resource, identity) => {
    const held = read(resource, identity)
    if (!isOfKind(held, kind)) return 0
    const other = operand(resource, identity)
    return isKnown(other, typeof held) ? (relate(held as Literal, other) ? 1 : -1) : 0
  }
}

function equalsLiteral(read: Read, value: Literal): Test {
  const kind = typeof value
  return (resource, identity) => {
    const held = read(resource, identity)
    return held === value ? 1 : isKnown(held, kind) ? -1 : 0
  }
}

/** What ownership and tenants come down to, and so the most common comparison. */
function equalsText(attribute: string, operand: (identity: Identity) => unknown): Test {
  return (resource, identity) => {
    const held = resource[attribute]
    const other = operand(identity)
    if (typeof held !== 'string' || typeof other !== 'string') return 0
    return held === other ? 1 : -1
  }
}

const RELATIONS: Readonly<Record<Comparison, (left: Literal, right: Literal) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
}

/** Whether a value is a literal of a kind; not-a-number and infinity are not. */
export function isKnown(value: unknown, kind: string): value is Literal {
  return typeof value === kind && (kind !== 'number' || Number.isFinite(value))
}

function memberOf(read: Read, values: readonly Literal[], kind: AttributeKind | undefined): Test {
  const members = new Set<unknown>(values)
  return (resource, identity) => {
    const held = read(resource, identity)
    return members.has(held) ? 1 : isOfKind(held, kind) ? -1 : 0
  }
}

function memberOfCaller(
  read: Read,
  list: (identity: Identity) => unknown,
  kind: AttributeKind | undefined,
): Test {
  return (resource, identity) => {
    const held = read(resource, identity)
    const values = list(identity)
    if (!isCollection(values) || !isOfKind(held, kind)) return 0
    for (const value of values) if (value === held) return 1
    return -1
  }
}

/** @param kind `undefined` where any will do. */
function isOfKind(value: unknown, kind: AttributeKind | undefined): boolean {
  return kind === undefined ? isLiteral(value) : isKnown(value, kind)
}

/** Whether a value is something that conditions can compare. */
export function isLiteral(value: unknown): value is Literal {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

/** Whether a field of the caller holds several values. */
export function isCollection(value: unknown): value is Iterable<unknown> {
  return Array.isArray(value) || value instanceof Set
}

function holds(container: unknown, part: unknown, kind: AttributeKind | undefined): Truth {
  if (typeof part !== 'string') return 0
  if (typeof container === 'string') {
    return kind === 'strings' ? 0 : includesText(container, part) ? 1 : -1
  }
  if (kind === 'string' || !isCollection(container)) return 0
  for (const member of container) if (member === part) return 1
  return -1
}

/** Half a character is no part of a text, though JavaScript would find it. */
export function includesText(text: string, part: string): boolean {
  return text.includes(part) && isWellFormed(part)
}
