import { StoreInvalid } from './errors.js'
import type { Json } from './types.js'

/** The longest key, index, member, counter or feed name, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024

/** The longest value, in characters of its JSON text. */
export const MAX_VALUE_LENGTH = 1_048_576

/** The last instant, in seconds, in the year 5138: milliseconds given by mistake lie beyond it. */
export const MAX_INSTANT = 100_000_000_000

const unfit = /[\0\ud800-\udfff]/u

/**
 * Checks a name: of a record, an index, a member, a counter or a feed.
 *
 * @param key 1 to {@link MAX_KEY_BYTES} bytes of UTF-8, without NUL and lone surrogates. Anything
 *   else goes: colons, stars, braces and `__proto__` are letters like others.
 * @throws {Error} `LATCHKEY_STORE_INVALID`.
 */
export function checkKey(key: string): void {
  if (typeof key !== 'string' || key.length === 0) {
    throw new StoreInvalid('a key is empty or not a string')
  }
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new StoreInvalid(`a key is longer than ${MAX_KEY_BYTES} bytes`)
  }
  if (unfit.test(key)) {
    throw new StoreInvalid('a key holds NUL or half a surrogate pair')
  }
}

/**
 * Checks an instant.
 *
 * @param expiresAt Seconds since the epoch, 0 to {@link MAX_INSTANT}; fractions are allowed.
 * @throws {Error} `LATCHKEY_STORE_INVALID`; milliseconds are found this way, too.
 */
export function checkInstant(expiresAt: number): void {
  if (typeof expiresAt !== 'number' || !(expiresAt >= 0 && expiresAt <= MAX_INSTANT)) {
    throw new StoreInvalid('"expiresAt" is not an instant in seconds')
  }
}

/**
 * Checks what a counter is asked to add, and its limit.
 *
 * @param by A safe integer.
 * @param limit A safe integer, 0 or more.
 * @returns The limit to apply: the largest safe integer when there is none.
 * @throws {Error} `LATCHKEY_STORE_INVALID`.
 */
export function checkAmount(by: number, limit: number | undefined): number {
  if (!Number.isSafeInteger(by)) throw new StoreInvalid('"by" is not an integer')
  if (limit === undefined) return Number.MAX_SAFE_INTEGER
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new StoreInvalid('"limit" of a counter is not an integer of 0 or more')
  }
  return limit
}

/**
 * Checks how many members a page may hold.
 *
 * @param limit 1 to 1000; default 100.
 * @returns The limit to apply.
 * @throws {Error} `LATCHKEY_STORE_INVALID`.
 */
export function checkPageLimit(limit: number = 100): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
    throw new StoreInvalid('"limit" of a page is not an integer from 1 to 1000')
  }
  return limit
}

/**
 * Turns a value into the text that engines keep.
 *
 * @param value Must survive JSON; only what cannot be written at all is found here.
 * @returns JSON of at most {@link MAX_VALUE_LENGTH} characters, without NUL in it.
 * @throws {Error} `LATCHKEY_STORE_INVALID`.
 */
export function serializeValue(value: Json): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new StoreInvalid('a value cannot be written as JSON', { cause })
  }
  if (text === undefined) throw new StoreInvalid('a value cannot be written as JSON')
  if (text.length > MAX_VALUE_LENGTH) {
    throw new StoreInvalid(`a value is longer than ${MAX_VALUE_LENGTH} characters of JSON`)
  }
  return text
}
