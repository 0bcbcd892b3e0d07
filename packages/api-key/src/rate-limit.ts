import type { Store } from '@latchkey/store'
import type { LimitStatus, LimitUse } from './limit-status.js'
import type { RateLimit } from './record.js'

/** Seconds that a window's counter outlives it, for processes whose clocks are behind. */
export const CLOCK_SKEW = 60

/**
 * Charges a rate limit. Every window has a counter of its own: nothing is ever reset, so nothing
 * can be reset twice, and no more than the limit passes in a window from however many processes.
 *
 * @param counter Names the key.
 */
export async function chargeRate(
  store: Store,
  counter: string,
  rate: RateLimit,
  cost: number,
  now: number,
): Promise<LimitUse> {
  const number = Math.floor(now / rate.window)
  const endsAt = (number + 1) * rate.window
  const { value, allowed } = await store.increment(`${counter}/${rate.window}/${number}`, cost, {
    limit: rate.limit,
    expiresAt: endsAt + CLOCK_SKEW,
  })
  const status: LimitStatus = {
    policy: 'rate',
    limit: rate.limit,
    remaining: Math.max(0, rate.limit - value),
    window: rate.window,
    resetsIn: Math.max(1, Math.ceil(endsAt - now)),
  }
  return { allowed, status }
}
