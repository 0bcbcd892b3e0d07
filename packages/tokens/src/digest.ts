import { hash } from 'node:crypto'

/**
 * The SHA-256 digest of a text or of bytes, as 32 bytes.
 *
 * Meant for secrets that are random and long. A password needs a slow hash instead.
 */
export function sha256(data: string | Uint8Array): Buffer {
  // By way of a string: a third of the price of letting node:crypto make the buffer.
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1')
}

/** The SHA-256 digest in base64url: 43 characters. What a store may keep of a random secret. */
export function sha256Base64url(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url')
}

/** The SHA-256 digest in hexadecimal: 64 characters. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}
