import { hash, timingSafeEqual } from 'node:crypto'
import { sha256 } from './digest.js'

/**
 * Compares two secrets without telling by its duration where they differ, or how long the
 * expected one is: digests of equal length are compared, whatever the lengths of the inputs. The
 * duration grows only with the length of each input for itself.
 */
export function isEqualSecret(left: string | Uint8Array, right: string | Uint8Array): boolean {
  return timingSafeEqual(sha256(left), sha256(right))
}

const scratch = Buffer.alloc(32)

/**
 * Whether a digest is the SHA-256 of a presented secret, in constant time and without making
 * anything: for look-ups that happen on every request.
 *
 * @param expected 32 bytes.
 * @throws {RangeError} When it has another length.
 */
export function isSha256Of(data: string | Uint8Array, expected: Uint8Array): boolean {
  scratch.write(hash('sha256', data, 'binary'), 'latin1')
  return timingSafeEqual(scratch, expected)
}

/**
 * Compares two texts whose length is public, such as encoded digests and signatures, in constant
 * time. Different lengths are unequal at once.
 */
export function isEqualDigest(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  const leftBytes = Buffer.from(left)
  const rightBytes = Buffer.from(right)
  return leftBytes.byteLength === rightBytes.byteLength && timingSafeEqual(leftBytes, rightBytes)
}
