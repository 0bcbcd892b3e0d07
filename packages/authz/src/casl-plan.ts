import type { CaslCondition, CaslRule } from './casl-rule.js'
import type { Literal } from './condition.js'
import { Unsupported } from './errors.js'
import { isLiteral } from './evaluate.js'
import type { Plan } from './filter.js'
import { toPlan } from './plan.js'
import { allOf, anyOf, type Residue } from './specialise.js'

/**
 * Makes a plan of CASL's rules, of which the first that fits decides. Their conditions are true or
 * false, never unknown: so every comparison says what it makes of `null`.
 *
 * @param rules The most important first.
 * @param lists Fields that hold lists.
 * @throws {Error} `LATCHKEY_AUTHZ_UNSUPPORTED` for a condition that no filter can say.
 */
export function planByCasl(rules: readonly CaslRule[], lists: readonly string[]): Plan {
  const allowed: Residue[] = []
  const forbidden: Residue[] = []
  for (const { inverted, ast } of rules) {
    const write = (wanted: boolean): Residue =>
      ast === undefined ? wanted : toResidue(ast, wanted, lists)
    if (inverted) forbidden.push(write(false))
    else allowed.push(allOf([write(true), ...forbidden]))
    if (ast === undefined) break
  }
  return toPlan(anyOf(allowed))
}

const OPPOSITE = { lt: 'gte', lte: 'gt', gt: 'lte', gte: 'lt' } as const

function toResidue(node: CaslCondition, wanted: boolean, lists: readonly string[]): Residue {
  const { operator, value, field } = node
  if (operator === 'and' || operator === 'or') {
    const parts = (value as readonly CaslCondition[]).map((each) => toResidue(each, wanted, lists))
    return (operator === 'and') === wanted ? allOf(parts) : anyOf(parts)
  }
  if (typeof field === 'string' && !field.includes('.')) {
    switch (operator) {
      case 'eq':
        return equals(field, [value], wanted, lists)
      case 'ne':
        return equals(field, [value], !wanted, lists)
      case 'in':
        return equals(field, value as readonly unknown[], wanted, lists)
      case 'nin':
        return equals(field, value as readonly unknown[], !wanted, lists)
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        if (typeof value === 'number' && Number.isFinite(value)) {
          return compares(field, operator, value, wanted)
        }
    }
  }
  throw new Unsupported(
    `Cannot plan by CASL: a query cannot say "${operator}" on "${String(field)}"; filter the rows by request.can()`,
  )
}

function equals(
  attribute: string,
  values: readonly unknown[],
  wanted: boolean,
  lists: readonly string[],
): Residue {
  const literals = values.filter(isLiteral)
  const hasNull = values.includes(null)
  if (!values.every((value) => value === null || isLiteral(value))) {
    throw new Unsupported(
      `Cannot plan by CASL: "${attribute}" is held against something that is no text, number or boolean`,
    )
  }
  const parts: Residue[] = lists.includes(attribute)
    ? literals.map((value) => membership(attribute, value, wanted))
    : literals.map((value) => ({ op: wanted ? 'eq' : 'ne', attribute, value }))
  const isNull: Residue = { op: 'isNull', attribute }
  if (wanted) return anyOf(hasNull ? [...parts, isNull] : parts)
  const differs = allOf(parts)
  if (hasNull) return allOf([{ op: 'isNotNull', attribute }, differs])
  return anyOf([isNull, differs])
}

function membership(attribute: string, value: Literal, wanted: boolean): Residue {
  const op = wanted ? 'contains' : 'notContains'
  if (typeof value === 'string') return { op, attribute, kind: 'strings', value }
  throw new Unsupported(`Cannot plan by CASL: the list "${attribute}" is held against ${value}`)
}

/** CASL compares as JavaScript does, to which `null` is as much as 0 when it is not equal. */
function compares(
  attribute: string,
  operator: 'lt' | 'lte' | 'gt' | 'gte',
  value: number,
  wanted: boolean,
): Residue {
  const isNullGreater = 0 > value
  const holdsForNull = operator === 'lt' || operator === 'lte' ? !isNullGreater : isNullGreater
  const op = wanted ? operator : OPPOSITE[operator]
  const known: Residue = { op, attribute, value }
  return holdsForNull === wanted ? anyOf([{ op: 'isNull', attribute }, known]) : known
}
