import type { Json, Store } from '@latchkey/store'
import { KeysError } from './errors.js'
import type { RingState } from './ring-state.js'

/** The record of a key ring as this process last saw it. */
export interface RingRecord {
  state(): RingState
  /**
   * Reads the record and writes what `next` makes of it, again until nobody else wrote meanwhile.
   *
   * @param next Called anew for each try; `null` when the record is as it should be.
   */
  change(next: (state: RingState) => Promise<RingState | null>): Promise<void>
}

const mostTries = 100
const none: RingState = { keys: [] }

/** Opens the record of a key ring. It is written by compare-and-set only. */
export function openRingRecord(store: Store, key: string): RingRecord {
  let version: string | null = null
  let state = none

  async function read(): Promise<void> {
    const found = await store.get(key)
    version = found === null ? null : found.version
    state = found === null ? none : (found.value as unknown as RingState)
  }

  return {
    state: () => state,
    async change(next) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        await read()
        const changed = await next(state)
        if (changed === null) return
        const value = changed as unknown as Json
        const written =
          version === null
            ? await store.create(key, value)
            : await store.replace(key, version, value)
        if (written) return read()
      }
      throw new KeysError('the record of the key ring never stops changing')
    },
  }
}
