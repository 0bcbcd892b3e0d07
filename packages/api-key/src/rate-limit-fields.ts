import type { LimitStatus } from './limit-status.js'
import type { KeyRecord } from './record.js'

/**
 * Writes the field `RateLimit-Policy`: what the limits of a key are, the same on every response.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-11 §3
 */
export function serializePolicies({ rateLimit, quota }: KeyRecord): string {
  const items: string[] = []
  if (rateLimit !== null) items.push(`"rate";q=${rateLimit.limit};w=${rateLimit.window}`)
  if (quota !== null) {
    const { limit, refill } = quota
    // With a partial refill no window has a quota of its own, and none is claimed.
    items.push(`"quota";q=${limit}${refill?.amount === limit ? `;w=${refill.interval}` : ''}`)
  }
  return items.join(', ')
}

/**
 * Writes the field `RateLimit`: what is left of each limit, and until when no more can be used.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-11 §4
 */
export function serializeLimits(limits: readonly LimitStatus[]): string {
  return limits
    .map(({ policy, remaining, resetsIn }) => {
      const until = resetsIn === null ? '' : `;t=${resetsIn}`
      return `"${policy}";r=${remaining}${until}`
    })
    .join(', ')
}
