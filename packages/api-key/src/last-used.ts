import type { Store } from '@latchkey/store'
import { NEVER } from './repository.js'

/** When keys were last used: sampled, and written in batches, off the request path. */
export interface LastUsed {
  /** Notes a use; makes no promise and no call. */
  note(id: string, now: number): void
  /** Seconds, as far as it has been written; `null`: never. */
  load(id: string): Promise<number | null>
  /** Writes what has been noted. Never rejects: what cannot be written is told and dropped. */
  flush(): Promise<void>
  /** Writes what has been noted, and ends. */
  close(): Promise<void>
}

/** How uses are noted. */
export interface LastUsedOptions {
  readonly store: Store
  readonly prefix: string
  /** Seconds between batches. */
  readonly interval: number
  /** Hears of a batch, or a part of one, that could not be written. */
  onError(error: unknown): void
}

const AT_ONCE = 16
const MOST_NOTED = 100_000

/** Starts noting uses. There is a timer only while something waits to be written. */
export function createLastUsed(options: LastUsedOptions): LastUsed {
  const { store, prefix, interval, onError } = options
  const keyOf = (id: string): string => `api-key/${prefix}/used/${id}`
  let noted = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()

  async function write(id: string, at: number): Promise<void> {
    const key = keyOf(id)
    const found = await store.get(key)
    if (found === null) await store.create(key, at, { expiresAt: NEVER })
    else if ((found.value as number) < at) await store.replace(key, found.version, at)
  }

  async function writeAll(batch: ReadonlyMap<string, number>): Promise<void> {
    const waiting = batch.entries()
    const worker = async (): Promise<void> => {
      for (const [id, at] of waiting) await write(id, at)
    }
    const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) onError(failed.reason)
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const batch = noted
    noted = new Map()
    flushing = flushing.then(() => writeAll(batch))
    return flushing
  }

  return {
    note(id, now) {
      if (noted.size >= MOST_NOTED) return
      noted.set(id, Math.floor(now))
      timer ??= setTimeout(flush, interval * 1000).unref()
    },
    async load(id) {
      const found = await store.get(keyOf(id))
      return found === null ? null : (found.value as number)
    },
    flush,
    close: flush,
  }
}
