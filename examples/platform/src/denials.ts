import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { AuthEvent } from '@latchkey/identity'
import type { Json, Store } from '@latchkey/store'

/** A request that was turned away, as the administrator sees it. */
export interface Denial {
  readonly at: number
  readonly outcome: string
  readonly method: string
  readonly route: string
  readonly mechanism: string
  readonly subject: string
  readonly reason: string
  /** The process that turned it away. */
  readonly process: number
}

/** The last refusals and denials of all processes. */
export interface Denials {
  list(): readonly Denial[]
  close(): Promise<void>
}

const FEED = 'platform:denials'
const CHANNELS = ['latchkey:denied', 'latchkey:refused', 'latchkey:csrf'] as const
const KEPT = 50
/** Seconds that a denial can be seen. */
const LIFE = 86_400
/** Denials that one process tells of in a second: a flood is not written down whole. */
const MOST = 5

/** Gathers what the suite tells on `diagnostics_channel`, in a feed that all processes follow. */
export async function createDenials(store: Store): Promise<Denials> {
  const last: Denial[] = []
  let second = 0
  let told = 0

  function tell(message: unknown): void {
    const event = message as AuthEvent
    // Whoever brings nothing is asked to log in: that is no news.
    if (event.reason === 'missing') return
    if (event.at !== second) [second, told] = [event.at, 0]
    told += 1
    if (told > MOST) return
    const { at, outcome, method, route, mechanism = '', subject = '', reason = '' } = event
    const denial = { at, outcome, method, route, mechanism, subject, reason, process: process.pid }
    store.append(FEED, denial as Json, at + LIFE).catch(() => {})
  }

  const stop = await store.follow(
    FEED,
    null,
    (entry) => {
      last.unshift(entry as unknown as Denial)
      last.length = Math.min(last.length, KEPT)
    },
    () => {},
  )
  for (const channel of CHANNELS) subscribe(channel, tell)
  return {
    list: () => last,
    async close() {
      for (const channel of CHANNELS) unsubscribe(channel, tell)
      await stop()
    },
  }
}
