import type { Filter } from './filter.js'
import { isWellFormed } from './well-formed.js'

/**
 * Rewrites a filter for a database, where a text can hold neither U+0000 nor half of a surrogate
 * pair: no row equals or contains such a text, and a driver would refuse it or send another.
 *
 * @returns `null` when no row can pass.
 */
export function toStorable(filter: Filter): Filter | null {
  switch (filter.op) {
    case 'and': {
      const filters = filter.filters.map(toStorable)
      return filters.includes(null) ? null : { op: 'and', filters: filters as Filter[] }
    }
    case 'or': {
      const filters = filter.filters.map(toStorable).filter((each) => each !== null)
      return filters.length === 0 ? null : { op: 'or', filters }
    }
    case 'in': {
      const values = filter.values.filter(isStorable)
      return values.length === 0 ? null : { ...filter, values }
    }
    case 'notIn': {
      const values = filter.values.filter(isStorable)
      return values.length === 0
        ? { op: 'isNotNull', attribute: filter.attribute }
        : { ...filter, values }
    }
    case 'eq':
    case 'contains':
      return isStorable(filter.value) ? filter : null
    case 'ne':
    case 'notContains':
      return isStorable(filter.value) ? filter : { op: 'isNotNull', attribute: filter.attribute }
    default:
      return filter
  }
}

function isStorable(value: unknown): boolean {
  return typeof value !== 'string' || (!value.includes('\0') && isWellFormed(value))
}
