import type { Store } from '../types.js'

/** The operations of a store that are counted. */
export type StoreOperation = keyof Store

/** A store that counts what is asked of it. */
export interface CountingStore {
  readonly store: Store
  /** Calls since the start or the last `reset()`, by operation. */
  readonly counts: Readonly<Record<StoreOperation, number>>
  /** @returns All calls that would be a round trip to a server. */
  total(): number
  reset(): void
}

const operations: readonly StoreOperation[] = [
  'get',
  'create',
  'replace',
  'delete',
  'link',
  'unlink',
  'list',
  'increment',
  'append',
  'follow',
  'ready',
  'stats',
]

/**
 * Wraps a store for tests that promise how often it is asked: "a forged key never reaches it".
 * A test aid, not for production.
 */
export function countingStore(inner: Store): CountingStore {
  const counts = Object.fromEntries(operations.map((name) => [name, 0])) as Record<
    StoreOperation,
    number
  >
  const store = Object.fromEntries(
    operations.map((name) => [
      name,
      (...args: unknown[]) => {
        counts[name]++
        return (inner[name] as (...args: unknown[]) => unknown)(...args)
      },
    ]),
  ) as unknown as Store
  return {
    store,
    counts,
    total: () => operations.reduce((sum, name) => sum + counts[name], 0),
    reset() {
      for (const name of operations) counts[name] = 0
    },
  }
}
