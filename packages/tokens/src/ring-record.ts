import type { Json, Store } from '@latchkey/store'
import { KeysError } from './errors.js'
import type { RingState } from './ring-state.js'

/** Makes a new state of an old one; `null` when it is as it should be. May be called again. */
export type Change = (state: RingState) => Promise<RingState | null>

/** The record of a key ring as this process last saw it. */
export interface RingRecord {
  state(): RingState
  /** Reads the record and writes what `next` makes of it, until nobody else wrote meanwhile. */
  change(next: Change): Promise<void>
}

const mostTries = 100
const none: RingState = { keys: [] }

/** Opens the record of a key ring. It is written by compare-and-set only. */
export function openRingRecord(store: Store, key: string): RingRecord {
  let state = none
  let last: Promise<unknown> = Promise.resolve()

  async function attempt(next: Change): Promise<boolean> {
    const found = await store.get(key)
    state = found === null ? none : (found.value as unknown as RingState)
    const changed = await next(state)
    if (changed === null) return true
    const value = changed as unknown as Json
    const isWritten =
      found === null
        ? await store.create(key, value)
        : await store.replace(key, found.version, value)
    if (isWritten) state = changed
    return isWritten
  }

  async function change(next: Change): Promise<void> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      if (await attempt(next)) return
    }
    throw new KeysError('the record of the key ring never stops changing')
  }

  return {
    state: () => state,
    change(next) {
      // One after the other, so that what this process knows never goes back.
      const turn = last.then(() => change(next))
      last = turn.catch(() => {})
      return turn
    },
  }
}
