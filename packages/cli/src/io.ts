/** Where secrets and answers of an operator come from. */
export interface Input extends NodeJS.EventEmitter {
  readonly isTTY?: boolean
  setRawMode?(isRaw: boolean): unknown
  setEncoding(encoding: 'utf8'): unknown
  resume(): unknown
  pause(): unknown
}

/** All that a command touches of its process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that paths are relative to. */
  readonly cwd: string
  readonly input: Input
  /** Writes an answer: standard output. */
  write(text: string): void
  /** Tells the operator something beside the answer: standard error. */
  note(text: string): void
  /** Seconds. */
  now(): number
}
