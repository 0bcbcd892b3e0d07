import { InvalidPlan } from './errors.js'
import type { Outcome } from './mechanism.js'

const TIMED_OUT: Outcome = Object.freeze({ unavailable: Object.freeze({ reason: 'timeout' }) })
const LONGEST_TIMER = 2 ** 31 / 1000

/**
 * Waits for a mechanism, but not for ever.
 *
 * @param seconds After which the outcome is `unavailable`; what comes later, an exception
 *   included, is not looked at.
 */
export function withTimeout(outcome: PromiseLike<Outcome>, seconds: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<Outcome>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, TIMED_OUT)
  })
  return Promise.race([outcome, alarm]).finally(() => clearTimeout(timer))
}

/** @throws {Error} `LATCHKEY_IDENTITY_INVALID_PLAN` when a timer cannot wait for that long. */
export function requireTimeout(seconds: number): number {
  if (seconds > 0 && seconds < LONGEST_TIMER) return seconds
  throw new InvalidPlan(
    `Cannot use identity: "timeout" is not a number of seconds above 0 and below ${Math.floor(LONGEST_TIMER)}`,
  )
}
