import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../types.js'

/** What the contract suite needs of an engine under test. */
export interface ContractHarness {
  /** The store under test. Tests use names of their own, so one store may serve them all. */
  readonly store: Store
  /** Another handle to the same data, as another process has. Default: `store` once more. */
  readonly peer?: Store
  /** Whether `now()` stands still but for `elapse()`: then expiry is tested to the instant. */
  readonly isExact?: boolean
  /** The engine's time in seconds. */
  now(): number
  /** Lets the engine's time go on by so many seconds: exactly if `isExact`, else at least. */
  elapse(seconds: number): Promise<void>
}

/** One test of the contract suite; it passes unless `run` rejects. */
export interface ContractTest {
  /** A sentence about every store. */
  readonly name: string
  run(harness: ContractHarness): Promise<void>
}

/** Seconds after which what is created here no longer matters. */
export const later = 3600

/** A name that no other test uses. */
export function uniqueName(): string {
  return `contract:${randomUUID()}`
}

/** The store and its peer by turns, as many as asked for. */
export function callers(harness: ContractHarness, count: number): readonly Store[] {
  const { store, peer = store } = harness
  return Array.from({ length: count }, (_, place) => (place % 2 === 0 ? store : peer))
}

/** Waits until something is so, however slow the machine is, but not for ever. */
export async function until(
  what: string,
  isSo: () => boolean,
  rounds: number = 3000,
): Promise<void> {
  for (let round = 0; !isSo(); round++) {
    if (round === rounds) throw new Error(`It never came true that ${what}`)
    await pause(10)
  }
}
