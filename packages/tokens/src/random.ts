import { randomFillSync } from 'node:crypto'
import { base62Alphabet } from './base62.js'

const poolSize = 4096
const pool = Buffer.alloc(poolSize)
let used = poolSize

// Characters from 248 up would make the first eight of the alphabet more likely than the rest.
const unbiasedBelow = 248

function refill(): void {
  randomFillSync(pool)
  used = 0
}

function checkLength(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > 1024) {
    throw new RangeError('Cannot draw randomness: the length is not an integer from 0 to 1024')
  }
}

/**
 * Draws bytes from the operating system's generator, through a pool that makes small draws cheap.
 *
 * @param length Number of bytes, 0 to 1024.
 * @returns A copy of its own; the pool forgets what it gave away.
 * @throws {RangeError} When the length is out of range.
 */
export function randomBytes(length: number): Buffer {
  checkLength(length)
  if (used + length > poolSize) refill()
  const bytes = Buffer.from(pool.subarray(used, used + length))
  pool.fill(0, used, used + length)
  used += length
  return bytes
}

/**
 * Draws an identifier of letters and digits; every character is equally likely.
 *
 * @param length Number of characters, 0 to 1024. Default 22, which is 131 bits.
 * @throws {RangeError} When the length is out of range.
 */
export function randomBase62(length = 22): string {
  checkLength(length)
  let text = ''
  while (text.length < length) {
    if (used === poolSize) refill()
    const byte = pool.readUInt8(used)
    pool[used] = 0
    used += 1
    if (byte < unbiasedBelow) text += base62Alphabet.charAt(byte % 62)
  }
  return text
}

/**
 * Draws a secret and writes it in base64url, which needs no escaping in URLs, headers and cookies.
 *
 * @param byteLength Number of random bytes, 0 to 1024. Default 32, which is 256 bits.
 * @throws {RangeError} When the length is out of range.
 */
export function randomBase64url(byteLength = 32): string {
  return randomBytes(byteLength).toString('base64url')
}
