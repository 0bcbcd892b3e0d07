import type { Plan } from './filter.js'
import { type SqlOptions, toSql } from './sql.js'

/** As much of Knex's query builder as is needed. */
export interface KnexBuilder {
  whereRaw(sql: string, bindings: readonly (string | number | boolean)[]): unknown
}

/** How a plan is written for Knex. */
export interface KnexOptions extends Omit<SqlOptions, 'firstParam' | 'dialect'> {
  /** Default `postgres`; `sqlite` for better-sqlite3 and its like. */
  readonly dialect?: SqlOptions['dialect']
}

/**
 * Compiles a plan for Knex: `knex('documents').where(toKnex(plan))`.
 *
 * @returns What `where` takes: it puts the whole in brackets.
 */
export function toKnex(plan: Plan, options: KnexOptions = {}): (builder: KnexBuilder) => void {
  const { dialect = 'postgres', ...rest } = options
  const { text, params } = toSql(plan, { ...rest, dialect })
  const sql = dialect === 'postgres' ? positional(text) : text
  return (builder) => {
    builder.whereRaw(sql, params)
  }
}

/** Knex counts by itself, and takes a question mark in a name for a binding unless it is escaped. */
function positional(text: string): string {
  return text
    .replaceAll('?', '\\?')
    .replaceAll(/"(?:[^"]|"")*"|\$\d+/g, (token) => (token.startsWith('$') ? '?' : token))
}
