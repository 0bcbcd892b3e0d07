import type { Identity } from '@latchkey/identity'

/** What a process remembers of a session that it has verified. */
export interface Remembered {
  readonly identity: Identity
  readonly digest: string
  /** When it must be read again: the absolute end, or the end of a step-up. */
  readonly until: number
  readonly cut: number
  readonly cutAll: number
  /** When it was last used here. */
  seen: number
  /** When its use was last noted in the store. */
  touched: number
  /** Cut-offs that had been heard when it was last checked against them. */
  heard: number
}
