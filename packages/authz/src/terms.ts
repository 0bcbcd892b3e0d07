import { isCallerRef } from './caller.js'
import { nameOf } from './check-condition.js'
import type { ComparisonNode, ConditionNode, Literal } from './condition.js'

/** One comparison of a condition, as far as it can be reasoned about before anybody asks. */
export interface Atom {
  /** What is compared: an attribute, or `caller.<field>`. */
  readonly left: string
  readonly op:
    | 'eq'
    | 'ne'
    | 'lt'
    | 'lte'
    | 'gt'
    | 'gte'
    | 'member'
    | 'notMember'
    | 'contains'
    | 'notContains'
    | 'isNull'
    | 'isNotNull'
  /** A constant, or the name of a field of the caller. */
  readonly value: Literal | { readonly ref: string } | null
}

/** Comparisons that must all hold. A condition is true where one of its terms is. */
export type Term = readonly Atom[]

const MOST = 256
const OPPOSITE = { eq: 'ne', ne: 'eq', lt: 'gte', gte: 'lt', gt: 'lte', lte: 'gt' } as const

/**
 * Spreads a checked condition out into terms.
 *
 * @param wanted Whether the condition is to be true, or false.
 * @returns `null` when there are too many to look at.
 */
export function toTerms(node: ConditionNode, wanted: boolean): readonly Term[] | null {
  if (node.op === 'not') return toTerms(node.condition, !wanted)
  if ('conditions' in node) {
    const parts = node.conditions.map((each) => toTerms(each, wanted))
    return (node.op === 'and') === wanted ? product(parts) : sum(parts)
  }
  const { left: of } = node as ComparisonNode
  const left = nameOf(of)
  const atom = (op: Atom['op'], value: unknown): Term[] => [
    [{ left, op, value: isCallerRef(value) ? { ref: value.caller } : (value as Literal | null) }],
  ]
  if (node.op === 'isNull') return atom(wanted ? 'isNull' : 'isNotNull', null)
  if (node.op === 'contains') return atom(wanted ? 'contains' : 'notContains', node.value)
  if (node.op !== 'in') {
    const { op, value } = node as ComparisonNode
    return atom(wanted ? op : OPPOSITE[op], value)
  }
  if (isCallerRef(node.values)) return atom(wanted ? 'member' : 'notMember', node.values)
  const parts = node.values.map((value) => atom(wanted ? 'eq' : 'ne', value))
  return wanted ? sum(parts) : product([...parts, atom('isNotNull', null)])
}

function sum(parts: readonly (readonly Term[] | null)[]): readonly Term[] | null {
  const terms: Term[] = []
  for (const part of parts) {
    if (part === null || terms.length + part.length > MOST) return null
    terms.push(...part)
  }
  return terms
}

function product(parts: readonly (readonly Term[] | null)[]): readonly Term[] | null {
  let terms: Term[] = [[]]
  for (const part of parts) {
    if (part === null || terms.length * part.length > MOST) return null
    terms = terms.flatMap((term) => part.map((other) => [...term, ...other]))
  }
  return terms
}
