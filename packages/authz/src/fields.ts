import type { Identity } from '@latchkey/identity'
import { type DecideParts, isAddressed, stepUpFor } from './decide.js'
import type { Entry } from './entry.js'
import type { Resource } from './evaluate.js'

/** Which fields of an object a caller may read or write. */
export interface FieldMask {
  /** The fields that are open; `null`: all but the closed ones. */
  readonly open: ReadonlySet<string> | null
  readonly closed: ReadonlySet<string>
  includes(field: string): boolean
  /** @returns A copy with nothing but the open fields. */
  pick<Value extends object>(object: Value): Partial<Value>
}

/**
 * Works out which fields are open: those of every rule that allows, less those of every rule that
 * closes some.
 *
 * @param isAllowed Whether the action itself is; otherwise no field is open.
 */
export function fieldsOf(
  entry: Entry,
  identity: Identity,
  resource: Resource,
  isAllowed: boolean,
  parts: DecideParts,
): FieldMask {
  if (!isAllowed) return NO_FIELDS
  const open = new Set<string>()
  let isOpen = false
  for (const each of entry.allows) {
    if (!isAddressed(each, identity, parts)) continue
    if (each.test !== null && each.test(resource, identity) !== 1) continue
    if (stepUpFor(each, identity, parts) !== null) continue
    if (each.rule.fields === null) isOpen = true
    else for (const field of each.rule.fields) open.add(field)
  }
  const closed = new Set<string>()
  for (const each of entry.closing) {
    if (!isAddressed(each, identity, parts)) continue
    if (each.bareTest !== null && each.bareTest(resource, identity) === -1) continue
    for (const field of each.rule.fields as readonly string[]) closed.add(field)
  }
  return createMask(isOpen ? null : open, closed)
}

function createMask(open: ReadonlySet<string> | null, closed: ReadonlySet<string>): FieldMask {
  const includes = (field: string): boolean =>
    !closed.has(field) && (open === null || open.has(field))
  return {
    open,
    closed,
    includes,
    pick<Value extends object>(object: Value) {
      return Object.fromEntries(
        Object.entries(object).filter(([field]) => includes(field)),
      ) as Partial<Value>
    },
  }
}

/** The mask of whoever may not do anything. */
export const NO_FIELDS: FieldMask = createMask(new Set(), new Set())
