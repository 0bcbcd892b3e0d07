import { crc32 as zlibCrc32 } from 'node:zlib'
import { serializeBase62 } from './base62.js'

/**
 * The CRC-32 (ISO-HDLC, as in zlib and PNG) of a text in UTF-8.
 *
 * It finds typing errors and invented keys before any I/O. It is no protection against anybody
 * who knows the format: anyone can compute it.
 */
export function crc32(text: string): number {
  return zlibCrc32(text)
}

/** The CRC-32 of a text as six base62 characters, the width that every CRC-32 fits in. */
export function crc32Base62(text: string): string {
  return serializeBase62(zlibCrc32(text), 6)
}
