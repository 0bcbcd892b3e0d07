/** What the exit code of the command says. */
export const exitCodes = {
  /** Done, or the answer is yes. */
  ok: 0,
  /** The answer is no, something was found, or somebody declined. */
  negative: 1,
  /** The command was not understood, or refused before it did anything. */
  usage: 2,
  /** An application, a store or a server could not be used. */
  unavailable: 3,
  /** A fault of the command itself. */
  internal: 70,
} as const

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
