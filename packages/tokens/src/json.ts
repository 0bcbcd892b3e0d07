import { isUtf8 } from 'node:buffer'

/** A JSON object as it came from outside: nothing is known about its members. */
export type JsonObject = Readonly<Record<string, unknown>>

const deepest = 32
const tooDeep = -1
const [quote, backslash, colon, space] = [34, 92, 58, 32]
const [openBrace, closeBrace, openBracket, closeBracket] = [123, 125, 91, 93]

function countMembers(value: object): number {
  const children = Object.values(value)
  let members = Array.isArray(value) ? 0 : children.length
  for (const child of children) {
    if (typeof child === 'object' && child !== null) members += countMembers(child)
  }
  return members
}

/** Where a string ends that begins at `start`; the text is known to be JSON. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
    at += code === backslash ? 2 : 1
  }
  return at
}

function isColonNext(text: string, from: number): boolean {
  let at = from
  // Whatever is not above a space is white space here.
  while (text.charCodeAt(at) <= space) at += 1
  return text.charCodeAt(at) === colon
}

/** Counts the members that are written, doubled ones included; one pass without allocating. */
function countWrittenMembers(text: string): number {
  let members = 0
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
      if (isColonNext(text, at + 1)) members += 1
    } else if (code === openBrace || code === openBracket) {
      depth += 1
      if (depth > deepest) return tooDeep
    } else if (code === closeBrace || code === closeBracket) depth -= 1
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
  const written = countWrittenMembers(text)
  if (written === tooDeep || written !== countMembers(value)) return null
  return mayHoldProto.test(text) && holdsProto(value) ? null : (value as JsonObject)
}

/**
 * Reads a JSON object from UTF-8 bytes, as strictly as {@link parseJsonObject}.
 *
 * @returns The object, or `null` when the bytes are no UTF-8 or anything else than such an object.
 */
export function parseJsonBytes(bytes: Buffer): JsonObject | null {
  const text = bytes.toString()
  // What is no UTF-8 decodes to this character; only a text that holds it must be looked at.
  if (text.includes('\ufffd') && !isUtf8(bytes)) return null
  return parseJsonObject(text)
}
