import type { ExitCode } from './exit-codes.js'
import type { Io } from './io.js'

/** An option as its command declares it. */
export interface OptionSpec {
  /** What stands for the value in the help; absent: the option is a switch. */
  readonly value?: string
  /** Whether it may be given several times. */
  readonly multiple?: true
  readonly says: string
}

/** An argument without a name. */
export interface ArgumentSpec {
  readonly name: string
  readonly isOptional?: true
  readonly says: string
}

/** What a command is called with. */
export interface Call {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly io: Io
}

/** What a command answers: as text for people, and as data for programs. */
export interface Answer {
  /** Ends without a line break. */
  readonly text: string
  /** What `--json` prints. */
  readonly data: unknown
  /** Default 0. */
  readonly exitCode?: ExitCode
}

/** A command, such as `keys create`. */
export interface Command {
  readonly name: string
  readonly says: string
  readonly details?: string
  readonly args?: readonly ArgumentSpec[]
  readonly options: Readonly<Record<string, OptionSpec>>
  readonly examples: readonly string[]
  run(call: Call): Promise<Answer>
}

/** The text that an option was given. */
export function textOf({ options }: Call, name: string): string | undefined {
  return options[name] as string | undefined
}

/** The texts of an option that may be given several times, those with commas taken apart. */
export function listOf({ options }: Call, name: string): string[] {
  const given = (options[name] ?? []) as readonly string[]
  return given.flatMap((text) => text.split(',')).filter((text) => text !== '')
}

/** Whether a switch was given. */
export function isSet({ options }: Call, name: string): boolean {
  return options[name] === true
}
