import type { Literal } from './condition.js'
import { Unsupported } from './errors.js'
import type { Filter, Plan } from './filter.js'
import { toStorable } from './storable.js'

/** How SQL is written. */
export interface SqlOptions {
  /** `postgres` writes `$1`, `sqlite` writes `?` and keeps lists as JSON text. */
  readonly dialect: 'postgres' | 'sqlite'
  /** The columns of attributes that are called otherwise. Default: as the attribute. */
  readonly columns?: Readonly<Record<string, string>>
  /** The table or its alias, to write before every column. Default: none. */
  readonly table?: string
  /** The number of the first parameter, where the query has others before. Default 1. */
  readonly firstParam?: number
}

/** A condition for `WHERE`, with its values apart. */
export interface SqlFilter {
  /** In brackets where it needs them; `TRUE` or `FALSE` where no row is asked. */
  readonly text: string
  readonly params: readonly Literal[]
}

interface Writer {
  readonly isPostgres: boolean
  readonly params: Literal[]
  column(attribute: string): string
  /** Files a value; returns its placeholder. */
  param(value: Literal): string
}

/**
 * Compiles a plan into parameterised SQL. No value is ever written into the text.
 *
 * Texts compare byte by byte: columns with a case-insensitive or nondeterministic collation let
 * more rows pass than `can` does.
 */
export function toSql(plan: Plan, options: SqlOptions): SqlFilter {
  if (options.dialect !== 'postgres' && options.dialect !== 'sqlite') {
    throw new Unsupported(`Cannot write SQL: the dialect is not "postgres" or "sqlite"`)
  }
  if (plan.kind === 'always') return { text: 'TRUE', params: [] }
  const filter = plan.kind === 'never' ? null : toStorable(plan.filter)
  if (filter === null) return { text: 'FALSE', params: [] }
  const writer = createWriter(options)
  const text = write(filter, writer)
  return { text, params: writer.params }
}

function createWriter(options: SqlOptions): Writer {
  const { columns = {}, table, firstParam = 1 } = options
  const isPostgres = options.dialect === 'postgres'
  const params: Literal[] = []
  const prefix = table === undefined ? '' : `${quoteName(table)}.`
  return {
    isPostgres,
    params,
    column: (attribute) =>
      prefix +
      quoteName(Object.hasOwn(columns, attribute) ? (columns[attribute] as string) : attribute),
    param(value) {
      // SQLite has no booleans: its drivers refuse them, or store numbers.
      params.push(!isPostgres && typeof value === 'boolean' ? Number(value) : value)
      if (!isPostgres) return '?'
      return `$${firstParam + params.length - 1}${needsCast(value) ? '::float8' : ''}`
    },
  }
}

/**
 * Whether PostgreSQL must be told that a parameter is a fraction or a big number: untyped it takes
 * the type of the column, and 1.5 is no integer but an error.
 */
export function needsCast(value: Literal): boolean {
  return typeof value === 'number' && !(Number.isInteger(value) && Math.abs(value) < 2 ** 31)
}

/** Quotes a name of SQL. */
function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

const SIGNS = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function write(filter: Filter, writer: Writer): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return `(${filter.filters.map((each) => write(each, writer)).join(` ${filter.op.toUpperCase()} `)})`
    case 'isNull':
      return `${writer.column(filter.attribute)} IS NULL`
    case 'isNotNull':
      return `${writer.column(filter.attribute)} IS NOT NULL`
    case 'in':
    case 'notIn': {
      const values = filter.values.map((value) => writer.param(value)).join(', ')
      return `${writer.column(filter.attribute)} ${filter.op === 'in' ? 'IN' : 'NOT IN'} (${values})`
    }
    case 'contains':
    case 'notContains':
      return filter.kind === 'string' ? writePart(filter, writer) : writeMember(filter, writer)
    default:
      return `${writer.column(filter.attribute)} ${SIGNS[filter.op]} ${writer.param(filter.value)}`
  }
}

type Containment = Extract<Filter, { op: 'contains' | 'notContains' }>

function writePart({ op, attribute, value }: Containment, writer: Writer): string {
  const find = writer.isPostgres ? 'strpos' : 'instr'
  const sign = op === 'contains' ? '>' : '='
  return `${find}(${writer.column(attribute)}, ${writer.param(value)}) ${sign} 0`
}

function writeMember({ op, attribute, value }: Containment, writer: Writer): string {
  const column = writer.column(attribute)
  const param = writer.param(value)
  if (writer.isPostgres) {
    const holds = `${column} @> ARRAY[${param}]::text[]`
    return op === 'contains' ? holds : `NOT (${holds})`
  }
  const members = `SELECT 1 FROM json_each(${column}) WHERE value = ${param}`
  return op === 'contains'
    ? `EXISTS (${members})`
    : `(${column} IS NOT NULL AND NOT EXISTS (${members}))`
}
