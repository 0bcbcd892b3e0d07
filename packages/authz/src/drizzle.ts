import type { Literal } from './condition.js'
import { UnknownName } from './errors.js'
import type { Filter, Plan } from './filter.js'
import { needsCast } from './sql.js'
import { toStorable } from './storable.js'

/** As much of `drizzle-orm` as is needed: pass the module itself. */
export interface DrizzleOperators<Column, Sql> {
  readonly sql: (strings: TemplateStringsArray, ...values: readonly (Column | Literal)[]) => Sql
  readonly and: (...conditions: Sql[]) => Sql | undefined
  readonly or: (...conditions: Sql[]) => Sql | undefined
  readonly eq: (column: Column, value: Literal | Sql) => Sql
  readonly ne: (column: Column, value: Literal | Sql) => Sql
  readonly lt: (column: Column, value: Literal | Sql) => Sql
  readonly lte: (column: Column, value: Literal | Sql) => Sql
  readonly gt: (column: Column, value: Literal | Sql) => Sql
  readonly gte: (column: Column, value: Literal | Sql) => Sql
  readonly inArray: (column: Column, values: (Literal | Sql)[]) => Sql
  readonly notInArray: (column: Column, values: (Literal | Sql)[]) => Sql
  readonly isNull: (column: Column) => Sql
  readonly isNotNull: (column: Column) => Sql
}

/**
 * Compiles a plan for Drizzle on PostgreSQL:
 * `db.select().from(documents).where(toDrizzle(plan, documents, drizzle))`.
 *
 * @param columns The table, or the columns by attribute.
 * @param drizzle The module `drizzle-orm`.
 * @throws {Error} `LATCHKEY_AUTHZ_UNKNOWN_NAME` when the table has no column of an attribute.
 */
export function toDrizzle<Column, Sql>(
  plan: Plan,
  columns: object,
  drizzle: DrizzleOperators<Column, Sql>,
): Sql {
  if (plan.kind === 'always') return drizzle.sql`TRUE`
  const filter = plan.kind === 'never' ? null : toStorable(plan.filter)
  return filter === null ? drizzle.sql`FALSE` : write(filter)

  function write(part: Filter): Sql {
    if ('filters' in part) {
      return drizzle[part.op](...part.filters.map(write)) as Sql
    }
    const column = columnOf(part.attribute)
    switch (part.op) {
      case 'isNull':
      case 'isNotNull':
        return drizzle[part.op](column)
      case 'in':
        return drizzle.inArray(column, part.values.map(operand))
      case 'notIn':
        return drizzle.notInArray(column, part.values.map(operand))
      case 'contains':
        return part.kind === 'string'
          ? drizzle.sql`strpos(${column}, ${part.value}) > 0`
          : drizzle.sql`${column} @> ARRAY[${part.value}]::text[]`
      case 'notContains':
        return part.kind === 'string'
          ? drizzle.sql`strpos(${column}, ${part.value}) = 0`
          : drizzle.sql`NOT (${column} @> ARRAY[${part.value}]::text[])`
      default:
        return drizzle[part.op](column, operand(part.value))
    }
  }

  function operand(value: Literal): Literal | Sql {
    return needsCast(value) ? drizzle.sql`${value}::float8` : value
  }

  function columnOf(attribute: string): Column {
    if (Object.hasOwn(columns, attribute))
      return (columns as Readonly<Record<string, Column>>)[attribute] as Column
    throw new UnknownName(`Cannot write the query: the table has no column "${attribute}"`)
  }
}
