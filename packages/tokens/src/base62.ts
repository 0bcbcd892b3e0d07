/** The digits of base62, in the order of their values. */
export const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Writes a whole number in base62.
 *
 * @param value A safe integer, not negative.
 * @param width Least number of characters; padded with zeros on the left. Default 1.
 * @throws {RangeError} When the value is negative, fractional or not a safe integer.
 */
export function serializeBase62(value: number, width = 1): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError('Cannot write base62: the value is not a safe integer from 0 up')
  }
  let text = ''
  let rest = value
  do {
    text = base62Alphabet.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  } while (rest > 0)
  return text.padStart(width, '0')
}

/**
 * Reads a whole number from base62. Leading zeros are allowed.
 *
 * @returns The number, or `null` when a character is no base62 digit, the text is empty, or the
 *   number is not a safe integer.
 */
export function parseBase62(text: string): number | null {
  if (text === '') return null
  let value = 0
  for (const character of text) {
    const digit = base62Alphabet.indexOf(character)
    if (digit < 0) return null
    value = value * 62 + digit
    if (!Number.isSafeInteger(value)) return null
  }
  return value
}
