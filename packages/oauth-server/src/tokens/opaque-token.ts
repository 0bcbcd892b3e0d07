import { isEqualDigest, type JsonObject, parseBase64url, parseJsonBytes } from '@latchkey/tokens'
import { OptionsError } from '../errors.js'
import type { Server } from '../server.js'

const prefix = 'lkaccess_'
const macLength = 43
const keyIdLength = 4

/** Makes a token that only this server can read and nobody else can make; nothing is stored. */
export function issueOpaqueToken(server: Server, content: JsonObject, now: number): string {
  const key = server.handleKeys.find((one) => now < one.notAfter)
  if (key === undefined) throw new OptionsError('every one of "secrets" has expired')
  const body = Buffer.from(JSON.stringify(content)).toString('base64url')
  const signed = `${prefix}${body}.${key.id}`
  return signed + key.mac(signed)
}

/** @returns What the token says, or `null` when it is not one of ours; without any I/O. */
export function parseOpaqueToken(server: Server, text: string, now: number): JsonObject | null {
  if (!text.startsWith(prefix) || text.length > 4096) return null
  const signed = text.slice(0, -macLength)
  const id = signed.slice(-keyIdLength)
  const key = server.handleKeys.find((one) => one.id === id && now < one.notAfter)
  if (key === undefined || !isEqualDigest(text.slice(-macLength), key.mac(signed))) return null
  const body = parseBase64url(signed.slice(prefix.length, -keyIdLength - 1))
  // Genuine, so it is what was written.
  return parseJsonBytes(body as Buffer)
}
