import { parseBase62, serializeBase62 } from './base62.js'
import { type HandleKeys, issueHandle, parseHandle } from './handle.js'

const prefix = 'nonce'

/**
 * Issues a DPoP nonce (RFC 9449 §8). Nothing is stored: it holds its time and a code, so every
 * process with the same secrets accepts it.
 *
 * @param now Seconds.
 */
export function issueDpopNonce(keys: HandleKeys, now: number): string {
  return issueHandle(prefix, { id: serializeBase62(Math.floor(now)), generation: 0 }, keys, now)
}

/**
 * Reads when a nonce of ours was issued.
 *
 * @param now Seconds.
 * @param lifetime Seconds that a nonce is good for. Default 300.
 * @returns Its age in seconds, or `null` when it is not ours or too old.
 */
export function dpopNonceAge(
  nonce: string,
  keys: HandleKeys,
  now: number,
  lifetime = 300,
): number | null {
  const handle = parseHandle(nonce, prefix, keys, now)
  const issuedAt = handle && parseBase62(handle.id)
  if (issuedAt === null) return null
  const age = now - issuedAt
  return age <= lifetime ? age : null
}
