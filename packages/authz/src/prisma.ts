import type { Literal } from './condition.js'
import type { Filter, Plan } from './filter.js'
import { toStorable } from './storable.js'

/** A `where` of Prisma. */
export interface PrismaWhere {
  readonly [field: string]: PrismaCondition | readonly PrismaWhere[] | PrismaWhere | null
}

/** What a field is held against. */
export interface PrismaCondition {
  readonly [operator: string]: Literal | readonly Literal[] | PrismaCondition | null
}

/** How a plan is written for Prisma. */
export interface PrismaOptions {
  /** The fields of attributes that are called otherwise. Default: as the attribute. */
  readonly fields?: Readonly<Record<string, string>>
}

/**
 * Compiles a plan for Prisma on PostgreSQL: `prisma.document.findMany({ where: toPrisma(plan) })`.
 */
export function toPrisma(plan: Plan, options: PrismaOptions = {}): PrismaWhere {
  const { fields = {} } = options
  if (plan.kind === 'always') return {}
  const filter = plan.kind === 'never' ? null : toStorable(plan.filter)
  // An empty OR is what matches nothing in Prisma.
  return filter === null ? { OR: [] } : write(filter, fields)
}

const OPERATORS = { eq: 'equals', lt: 'lt', lte: 'lte', gt: 'gt', gte: 'gte' } as const

function write(filter: Filter, fields: Readonly<Record<string, string>>): PrismaWhere {
  if ('filters' in filter) {
    const parts = filter.filters.map((each) => write(each, fields))
    return filter.op === 'and' ? { AND: parts } : { OR: parts }
  }
  const { attribute } = filter
  const field = Object.hasOwn(fields, attribute) ? (fields[attribute] as string) : attribute
  switch (filter.op) {
    case 'isNull':
      return { [field]: null }
    case 'isNotNull':
      return { NOT: { [field]: null } }
    case 'in':
      return { [field]: { in: filter.values } }
    case 'notIn':
      return { [field]: { notIn: filter.values } }
    case 'ne':
      return { [field]: { not: filter.value } }
    case 'contains':
      return { [field]: containment(filter) }
    case 'notContains':
      return { NOT: { [field]: containment(filter) } }
    default:
      return { [field]: { [OPERATORS[filter.op]]: filter.value } }
  }
}

/** Prisma's `contains` is a LIKE whose wildcards it leaves in force. */
function containment(filter: Extract<Filter, { op: 'contains' | 'notContains' }>): PrismaCondition {
  if (filter.kind === 'strings') return { has: filter.value }
  return { contains: filter.value.replaceAll(/[\\%_]/g, '\\$&') }
}
