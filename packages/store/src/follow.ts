import { setTimeout as pause } from 'node:timers/promises'
import type { FeedState, Json, StopFollowing } from './types.js'

/** An entry as an engine read it. */
export interface FeedEntry {
  /** The entry as JSON. */
  readonly text: string
  readonly cursor: string
}

/** How an engine reads a feed. */
export interface FeedSource {
  /**
   * Reads the next entries, oldest first.
   *
   * @param cursor The entry before them, or `null` for the oldest that live.
   * @param mayWait Whether to wait for one, about a second at most, when there is none yet.
   * @returns Nothing only when it has just been proved that there is nothing.
   */
  read(cursor: string | null, mayWait: boolean): Promise<readonly FeedEntry[]>
  /**
   * Called after a failure, with the last cursor.
   *
   * @returns Where to go on: further back where the engine may have lost or reordered entries.
   */
  rewind(cursor: string | null): Promise<string | null>
  /** Ends a read that waits, and frees what the source holds. */
  close(): Promise<void>
}

const shortestPause = 50
const longestPause = 1000

/**
 * Follows a feed as {@link Store.follow} promises it, through failures of the source: it tells
 * `degraded` once, tries again until the source answers, and goes on from its cursor.
 *
 * @returns When all that was there has been delivered.
 * @throws What the source rejects with before that; the source is closed then.
 */
export async function followSource(
  source: FeedSource,
  start: string | null,
  onEntry: (entry: Json, cursor: string) => void,
  onState: (state: FeedState) => void,
): Promise<StopFollowing> {
  const aborter = new AbortController()
  const { signal } = aborter
  let cursor = start

  async function deliver(mayWait: boolean): Promise<number> {
    const entries = await source.read(cursor, mayWait)
    for (const entry of entries) {
      if (signal.aborted) break
      cursor = entry.cursor
      onEntry(JSON.parse(entry.text), entry.cursor)
    }
    return entries.length
  }

  async function catchUp(): Promise<void> {
    cursor = await source.rewind(cursor)
    while ((await deliver(false)) > 0);
  }

  async function recover(): Promise<void> {
    onState('degraded')
    let isBack = false
    for (let delay = shortestPause; !isBack; delay = Math.min(delay * 2, longestPause)) {
      await pause(delay, undefined, { ref: false, signal })
      isBack = await catchUp().then(
        () => true,
        () => false,
      )
    }
  }

  async function goOn(): Promise<void> {
    while (!signal.aborted) {
      try {
        await deliver(true)
      } catch {
        if (signal.aborted) return
        await recover()
      }
      if (!signal.aborted) onState('live')
    }
  }

  try {
    while ((await deliver(false)) > 0);
  } catch (error) {
    await source.close()
    throw error
  }
  onState('live')
  const going = goOn().catch(() => {})
  return async () => {
    if (signal.aborted) return
    aborter.abort()
    await source.close()
    await going
  }
}
