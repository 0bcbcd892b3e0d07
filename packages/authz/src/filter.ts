import type { AttributeKind, Literal } from './condition.js'
import { includesText, isCollection, isKnown, type Resource } from './evaluate.js'

/**
 * What is left of a policy for one caller: a condition on rows alone, without references and
 * without `not` (it has moved into the comparisons), so that every query language can say it.
 */
export type Filter =
  | {
      readonly op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'
      readonly attribute: string
      readonly value: Literal
    }
  | {
      readonly op: 'in' | 'notIn'
      readonly attribute: string
      readonly kind: AttributeKind
      /** Of that kind; `notIn` may have none, and then asks for no more than a value. */
      readonly values: readonly Literal[]
    }
  | {
      readonly op: 'contains' | 'notContains'
      readonly attribute: string
      readonly kind: 'string' | 'strings'
      readonly value: string
    }
  | { readonly op: 'isNull' | 'isNotNull'; readonly attribute: string }
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }

/** Which objects a caller may act on. */
export type Plan =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'condition'; readonly filter: Filter }

/** @returns Whether a row passes a plan, for lists that are in memory already. */
export function toPredicate(plan: Plan): (row: Resource) => boolean {
  if (plan.kind !== 'condition') return () => plan.kind === 'always'
  return (row) => passes(plan.filter, row)
}

function passes(filter: Filter, row: Resource): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((each) => passes(each, row))
    case 'or':
      return filter.filters.some((each) => passes(each, row))
    case 'isNull':
      return (row[filter.attribute] ?? null) === null
    case 'isNotNull':
      return (row[filter.attribute] ?? null) !== null
    case 'in':
      return filter.values.some((value) => row[filter.attribute] === value)
    case 'notIn':
      return (
        isKnown(row[filter.attribute], filter.kind) &&
        filter.values.every((value) => row[filter.attribute] !== value)
      )
    case 'contains':
    case 'notContains':
      return passesContains(filter, row[filter.attribute])
    default:
      return passesComparison(filter.op, row[filter.attribute], filter.value)
  }
}

function passesContains(
  filter: Extract<Filter, { op: 'contains' | 'notContains' }>,
  held: unknown,
): boolean {
  const isText = typeof held === 'string'
  if (filter.kind === 'string') {
    return isText && includesText(held, filter.value) === (filter.op === 'contains')
  }
  return isCollection(held) && [...held].includes(filter.value) === (filter.op === 'contains')
}

function passesComparison(
  op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte',
  held: unknown,
  value: Literal,
): boolean {
  if (!isKnown(held, typeof value)) return false
  if (op === 'eq') return held === value
  if (op === 'ne') return held !== value
  if (op === 'lt') return held < value
  if (op === 'lte') return held <= value
  return op === 'gt' ? held > value : held >= value
}
