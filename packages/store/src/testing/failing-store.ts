import { StoreUnavailable } from '../errors.js'
import type { FeedState, Json, Store } from '../types.js'

/** A store whose connection can be cut. */
export interface FailingStore {
  readonly store: Store
  /** From now on every operation rejects with `LATCHKEY_STORE_UNAVAILABLE`. */
  fail(): void
  /** From now on no operation is answered; `fail()` or `heal()` ends those that wait. */
  hang(): void
  /** The store works again; followers catch up on what they missed. */
  heal(): void
}

type Mode = 'healed' | 'failing' | 'hanging'

interface CutFollower {
  onState(state: FeedState): void
  catchUp(): void
}

/**
 * Wraps a store for tests of outages. While it is cut, followers hear `degraded` once and then
 * nothing; what was appended meanwhile (through the inner store, as by another process) reaches
 * them when it heals. A test aid, not for production.
 */
export function failingStore(inner: Store): FailingStore {
  let mode: Mode = 'healed'
  let waiting: (() => void)[] = []
  const followers = new Set<CutFollower>()

  function switchTo(next: Mode): void {
    const isCut = next !== 'healed'
    const wasCut = mode !== 'healed'
    mode = next
    if (next !== 'hanging') {
      const released = waiting
      waiting = []
      for (const release of released) release()
    }
    if (isCut === wasCut) return
    for (const follower of followers) {
      if (isCut) follower.onState('degraded')
      else follower.catchUp()
    }
  }

  async function pass(): Promise<void> {
    while (mode === 'hanging') await new Promise<void>((resolve) => waiting.push(resolve))
    if (mode === 'failing') throw new StoreUnavailable('it was told to fail')
  }

  function cut<Args extends unknown[], Result>(
    operation: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return async (...args) => {
      await pass()
      return operation(...args)
    }
  }

  const store: Store = {
    get: cut(inner.get),
    create: cut(inner.create),
    replace: cut(inner.replace),
    delete: cut(inner.delete),
    link: cut(inner.link),
    unlink: cut(inner.unlink),
    list: cut(inner.list),
    increment: cut(inner.increment),
    append: cut(inner.append),
    ready: cut(inner.ready),
    stats: cut(inner.stats),

    async follow(feed, cursor, onEntry, onState) {
      await pass()
      let missed: [Json, string][] = []
      const follower: CutFollower = {
        onState,
        catchUp() {
          const entries = missed
          missed = []
          for (const entry of entries) onEntry(...entry)
          onState('live')
        },
      }
      const stop = await inner.follow(
        feed,
        cursor,
        (entry, at) => {
          if (mode === 'healed') onEntry(entry, at)
          else missed.push([entry, at])
        },
        (state) => {
          if (mode === 'healed') onState(state)
        },
      )
      followers.add(follower)
      return async () => {
        followers.delete(follower)
        await stop()
      }
    },
  }

  return {
    store,
    fail: () => switchTo('failing'),
    hang: () => switchTo('hanging'),
    heal: () => switchTo('healed'),
  }
}
