import { type ExitCode, exitCodes } from './exit-codes.js'

/** Every code that an error of the command can have, and the exit code that goes with it. */
export const errorCodes: Readonly<Record<ErrorCode, ExitCode>> = {
  LATCHKEY_CLI_USAGE: exitCodes.usage,
  LATCHKEY_CLI_SECRET_IN_ARGUMENTS: exitCodes.usage,
  LATCHKEY_CLI_UNCONFIRMED: exitCodes.usage,
  LATCHKEY_CLI_DECLINED: exitCodes.negative,
  LATCHKEY_CLI_UNKNOWN: exitCodes.negative,
  LATCHKEY_CLI_REFUSED: exitCodes.negative,
  LATCHKEY_CLI_APP: exitCodes.unavailable,
  LATCHKEY_CLI_STORE: exitCodes.unavailable,
  LATCHKEY_CLI_UNREACHABLE: exitCodes.unavailable,
  LATCHKEY_CLI_INTERNAL: exitCodes.internal,
}

/** What kind of error it is. */
export type ErrorCode =
  | 'LATCHKEY_CLI_USAGE'
  | 'LATCHKEY_CLI_SECRET_IN_ARGUMENTS'
  | 'LATCHKEY_CLI_UNCONFIRMED'
  | 'LATCHKEY_CLI_DECLINED'
  | 'LATCHKEY_CLI_UNKNOWN'
  | 'LATCHKEY_CLI_REFUSED'
  | 'LATCHKEY_CLI_APP'
  | 'LATCHKEY_CLI_STORE'
  | 'LATCHKEY_CLI_UNREACHABLE'
  | 'LATCHKEY_CLI_INTERNAL'

/** Ends the command with a message for the operator, and never with a stack trace. */
export class CommandError extends Error {
  readonly code: ErrorCode
  /** Whether the help of the command would have helped. */
  readonly wantsHelp: boolean

  constructor(code: ErrorCode, message: string, { wantsHelp = false, cause }: Details = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'CommandError'
    this.code = code
    this.wantsHelp = wantsHelp
  }

  /** What the process exits with. */
  get exitCode(): ExitCode {
    return errorCodes[this.code]
  }
}

interface Details {
  readonly wantsHelp?: boolean
  readonly cause?: unknown
}

/** Refuses a command that was not understood. */
export function usage(message: string): CommandError {
  return new CommandError('LATCHKEY_CLI_USAGE', message, { wantsHelp: true })
}

/** What an error says, without a stack and without its cause. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  // Some libraries put a stack, or a whole answer, into their message.
  return text.split('\n    at ')[0]?.trim() as string
}
