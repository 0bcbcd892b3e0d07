import { CommandError, messageOf } from '../errors.js'

/** Tells what a room refused from what could not be reached; other errors stay what they are. */
export function fromRoom(error: unknown): unknown {
  if (error instanceof CommandError) return error
  const { code, statusCode } = (error ?? {}) as Readonly<Record<string, unknown>>
  if (typeof statusCode !== 'number') return error
  const message = messageOf(error)
  if (statusCode === 503) return new CommandError('LATCHKEY_CLI_STORE', message)
  const isUnknown = String(code).endsWith('_UNKNOWN')
  return new CommandError(isUnknown ? 'LATCHKEY_CLI_UNKNOWN' : 'LATCHKEY_CLI_REFUSED', message)
}
