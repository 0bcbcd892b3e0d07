import { isUtf8 } from 'node:buffer'

/** A JSON object as it came from outside: nothing is known about its members. */
export type JsonObject = Readonly<Record<string, unknown>>

const deepest = 32
const tooDeep = -1

function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth === deepest) return tooDeep
  const children = Object.values(value)
  let members = Array.isArray(value) ? 0 : children.length
  for (const child of children) {
    const inner = countMembers(child, depth + 1)
    if (inner === tooDeep) return tooDeep
    members += inner
  }
  return members
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start)
  while (text.charCodeAt(end - 1) === 92) {
    let slashes = 1
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes += 1
    if (slashes % 2 === 0) break
    end = text.indexOf('"', end + 1)
  }
  return end
}

const colonFollows = /[\t\n\r ]*:/y

function countWrittenMembers(text: string): number {
  let members = 0
  let start = text.indexOf('"')
  while (start !== -1) {
    const end = endOfString(text, start + 1)
    colonFollows.lastIndex = end + 1
    if (colonFollows.test(text)) members += 1
    start = text.indexOf('"', end + 1)
  }
  return members
}

// Only where the name can be there at all, written out or with escapes.
const mayHoldProto = /__proto__|\\u00/

function holdsProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, child]) => name === '__proto__' || holdsProto(child))
}

/**
 * Reads a JSON object strictly: no member twice at any depth (readers disagree about which one
 * counts), no member `__proto__`, at most 32 levels.
 *
 * @returns The object, or `null` when the text is anything else.
 */
export function parseJsonObject(text: string): JsonObject | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const members = countMembers(value, 0)
  if (members === tooDeep || members !== countWrittenMembers(text)) return null
  return mayHoldProto.test(text) && holdsProto(value) ? null : (value as JsonObject)
}

/**
 * Reads a JSON object from UTF-8 bytes, as strictly as {@link parseJsonObject}.
 *
 * @returns The object, or `null` when the bytes are no UTF-8 or anything else than such an object.
 */
export function parseJsonBytes(bytes: Uint8Array): JsonObject | null {
  if (!isUtf8(bytes)) return null
  return parseJsonObject(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
}
