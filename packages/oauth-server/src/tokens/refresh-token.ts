import { type Handle, issueHandle, parseHandle } from '@latchkey/tokens'
import type { Server } from '../server.js'

const prefix = 'lkrefresh'

/** Makes the refresh token of a generation: the same one however often it is asked for. */
export function issueRefreshToken(server: Server, handle: Handle, now: number): string {
  return issueHandle(prefix, handle, server.handleKeys, now)
}

/** @returns Grant and generation, or `null` when the text is no refresh token of ours. */
export function parseRefreshToken(server: Server, text: string, now: number): Handle | null {
  return parseHandle(text, prefix, server.handleKeys, now)
}
