import type { IdentityClaims } from './identity.js'

const DEEPEST = 32
/** Names by which a careless merge of claims would reach the prototype of all objects. */
const LEFT_OUT: ReadonlySet<string> = new Set(['__proto__', 'constructor'])

/**
 * Copies claims into frozen objects without prototypes, at every depth. Claims named `__proto__`
 * and `constructor` are left out.
 *
 * @throws {TypeError} When they are nested deeper than 32 levels.
 */
export function copyClaims(claims: Readonly<Record<string, unknown>>): Readonly<IdentityClaims> {
  return copyRecord(claims, 1)
}

function copyRecord(record: object, depth: number): Readonly<IdentityClaims> {
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(record)) {
    if (!LEFT_OUT.has(name)) copy[name] = copyValue(value, depth + 1)
  }
  return Object.freeze(copy)
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  const isList = Array.isArray(value)
  if (!isList && !isPlain(value)) return value
  if (depth > DEEPEST) {
    throw new TypeError(
      `Cannot create an identity: claims are nested deeper than ${DEEPEST} levels`,
    )
  }
  if (isList) return Object.freeze(value.map((member) => copyValue(member, depth + 1)))
  return copyRecord(value, depth)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
