import type { Identity } from '@latchkey/identity'
import { type CallerRef, isCallerRef, readerOf } from './caller.js'
import type { AttributeKind, ComparisonNode, ConditionNode, Literal } from './condition.js'
import { compileCondition, isCollection, isKnown, type Resource } from './evaluate.js'
import type { Filter } from './filter.js'
import type { Attributes } from './resource-type.js'

/** A filter, or what it has come down to. */
export type Residue = Filter | boolean

const NOTHING: Resource = Object.freeze(Object.create(null))
const OPPOSITE = { eq: 'ne', ne: 'eq', lt: 'gte', gte: 'lt', gt: 'lte', lte: 'gt' } as const

/**
 * Works out what a checked condition asks of a row once the caller is known.
 *
 * Negation moves inwards to the comparisons. What is unknown then counts as false, which changes
 * no row that passes: above it are only `and` and `or`.
 *
 * @param wanted `true` for the rows on which the condition is true, `false` for those on which it
 *   is false.
 */
export function specialise(
  node: ConditionNode,
  identity: Identity,
  attributes: Attributes,
  wanted: boolean,
): Residue {
  switch (node.op) {
    case 'and':
    case 'or': {
      const parts = node.conditions.map((each) => specialise(each, identity, attributes, wanted))
      return (node.op === 'and') === wanted ? allOf(parts) : anyOf(parts)
    }
    case 'not':
      return specialise(node.condition, identity, attributes, !wanted)
  }
  const { left } = node as Exclude<typeof node, { readonly op: 'isOwner' }>
  if (isCallerRef(left)) return compileCondition(node)(NOTHING, identity) === (wanted ? 1 : -1)
  const kind = attributes[left] as AttributeKind
  switch (node.op) {
    case 'isNull':
      return { op: wanted ? 'isNull' : 'isNotNull', attribute: left }
    case 'in':
      return membership(left, readValues(node.values, identity), kind, wanted)
    case 'contains': {
      const value = readValue(node.value, identity)
      if (typeof value !== 'string') return false
      const op = wanted ? 'contains' : 'notContains'
      return { op, attribute: left, kind: kind as 'string' | 'strings', value }
    }
    default: {
      const { op, value: operand } = node as ComparisonNode
      const value = readValue(operand, identity)
      if (!isKnown(value, kind)) return false
      return { op: wanted ? op : OPPOSITE[op], attribute: left, value }
    }
  }
}

/** All of several residues. */
export function allOf(parts: readonly Residue[]): Residue {
  return join('and', parts, false)
}

/** One of several residues. */
export function anyOf(parts: readonly Residue[]): Residue {
  return join('or', parts, true)
}

function join(op: 'and' | 'or', parts: readonly Residue[], absorbing: boolean): Residue {
  const filters = new Map<string, Filter>()
  for (const part of parts) {
    if (part === absorbing) return absorbing
    if (typeof part === 'boolean') continue
    for (const filter of 'filters' in part && part.op === op ? part.filters : [part]) {
      filters.set(JSON.stringify(filter), filter)
    }
  }
  if (filters.size === 0) return !absorbing
  const [only] = filters.values()
  return filters.size === 1 ? (only as Filter) : { op, filters: [...filters.values()] }
}

function readValue(value: Literal | CallerRef, identity: Identity): unknown {
  return isCallerRef(value) ? readerOf(value.caller)(identity) : value
}

/** @returns `null` when the caller has no list there. */
function readValues(
  values: readonly Literal[] | CallerRef,
  identity: Identity,
): readonly unknown[] | null {
  if (!isCallerRef(values)) return values
  const held = readerOf(values.caller)(identity)
  return isCollection(held) ? [...held] : null
}

function membership(
  attribute: string,
  values: readonly unknown[] | null,
  kind: AttributeKind,
  wanted: boolean,
): Residue {
  if (values === null) return false
  const members = [...new Set(values)].filter((value): value is Literal => isKnown(value, kind))
  if (wanted && members.length === 0) return false
  return { op: wanted ? 'in' : 'notIn', attribute, kind, values: members }
}
