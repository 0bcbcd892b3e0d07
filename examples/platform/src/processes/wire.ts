import type { FeedState, Json } from '@latchkey/store'

/** What the process that holds the store can be asked for. */
export const operations = [
  'get',
  'create',
  'replace',
  'delete',
  'link',
  'unlink',
  'list',
  'increment',
  'append',
  'ready',
  'stats',
  'follow',
  'stop',
] as const

/** One of {@link operations}. */
export type Operation = (typeof operations)[number]

/** From a process that answers visitors to the one that holds the store. */
export interface Question {
  readonly kind: 'store-question'
  /** Also names the follower that a `follow` begins, and the one that a `stop` ends. */
  readonly id: number
  readonly operation: Operation
  readonly args: readonly unknown[]
}

/** What an error of a store looks like on the way. */
export interface WireError {
  readonly code: string | undefined
  readonly message: string
}

/** And back. */
export type Answer =
  | { readonly kind: 'store-answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'store-answer'; readonly id: number; readonly error: WireError }
  | {
      readonly kind: 'store-entry'
      readonly id: number
      readonly entry: Json
      readonly cursor: string
    }
  | { readonly kind: 'store-state'; readonly id: number; readonly state: FeedState }

/** One end of the channel between two processes: messages arrive in order, or it closes. */
export interface Channel {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

/** Tells our messages from others on the channel. */
export function isOfKind<Message extends { readonly kind: string }>(
  message: unknown,
  prefix: string,
): message is Message {
  const kind = (message as { kind?: unknown } | null)?.kind
  return typeof kind === 'string' && kind.startsWith(prefix)
}
