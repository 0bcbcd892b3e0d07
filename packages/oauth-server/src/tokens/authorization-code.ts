import { issueHandle, parseHandle } from '@latchkey/tokens'
import type { Server } from '../server.js'

const prefix = 'lkcode'

/** Makes the code of a grant (RFC 6749 §4.1.2): nothing of it is stored. */
export function issueCode(server: Server, grantId: string, now: number): string {
  return issueHandle(prefix, { id: grantId, generation: 0 }, server.handleKeys, now)
}

/** @returns The id of the grant, or `null` when the text is no code of ours; without any I/O. */
export function parseCode(server: Server, text: string, now: number): string | null {
  return parseHandle(text, prefix, server.handleKeys, now)?.id ?? null
}
