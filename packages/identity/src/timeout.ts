import type { Outcome } from './mechanism.js'

const TIMED_OUT: Outcome = Object.freeze({ unavailable: Object.freeze({ reason: 'timeout' }) })

/**
 * Waits for a mechanism, but not for ever.
 *
 * @param seconds After which the outcome is `unavailable`; what comes later is not looked at.
 */
export function withTimeout(outcome: Promise<Outcome>, seconds: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<Outcome>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, TIMED_OUT)
  })
  return Promise.race([outcome, alarm]).finally(() => clearTimeout(timer))
}
