import { type Handle, issueHandle, parseHandle } from '@latchkey/tokens'
import type { Server } from '../server.js'

const prefix = 'lkregister'

/** Makes the token by which a client manages its own registration (RFC 7592). */
export function issueRegistrationToken(server: Server, handle: Handle): string {
  return issueHandle(prefix, handle, server.handleKeys, server.now())
}

/** @returns Client and generation, or `null` when the text is no such token of ours. */
export function parseRegistrationToken(server: Server, text: string): Handle | null {
  return parseHandle(text, prefix, server.handleKeys, server.now())
}
