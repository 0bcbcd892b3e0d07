/** What {@link findCookie} answers when a cookie was sent twice. */
export const DUPLICATE: unique symbol = Symbol('duplicate cookie')

/**
 * Looks for one cookie in the `Cookie` field (RFC 6265 §5.4) without parsing the others.
 *
 * @param name Compared letter by letter.
 * @returns The raw value; `null` when it is not there; {@link DUPLICATE} when it is there twice, as
 *   after a neighbouring domain planted one of its own.
 */
export function findCookie(header: string, name: string): string | null | typeof DUPLICATE {
  let found: string | null = null
  let at = header.indexOf(name)
  while (at !== -1) {
    const end = at + name.length
    if (header.charCodeAt(end) === 0x3d && isStartOfPair(header, at)) {
      if (found !== null) return DUPLICATE
      const semicolon = header.indexOf(';', end)
      found = header.slice(end + 1, semicolon === -1 ? undefined : semicolon)
    }
    at = header.indexOf(name, end)
  }
  return found
}

function isStartOfPair(header: string, at: number): boolean {
  let before = at - 1
  while (before >= 0) {
    const code = header.charCodeAt(before)
    if (code === 0x3b) return true
    if (code !== 0x20 && code !== 0x09) return false
    before--
  }
  return true
}
