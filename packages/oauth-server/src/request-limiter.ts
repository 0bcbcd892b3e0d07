import { boundedMap } from '@latchkey/tokens'
import { OAuthError } from './oauth-error.js'

/** Counts requests in this process, without any I/O, and refuses who sends too many. */
export interface RequestLimiter {
  /**
   * Counts a request.
   *
   * @throws {OAuthError} 429 `temporarily_unavailable` when it is one too many.
   */
  count(who: string): void
}

interface Tally {
  readonly endsAt: number
  requests: number
}

const mostRemembered = 50_000

/**
 * @param limit Requests in a window of `window` seconds; `Infinity`: any number.
 */
export function createRequestLimiter(
  limit: number,
  window: number,
  now: () => number,
): RequestLimiter {
  const tallies = boundedMap<Tally>(mostRemembered)
  return {
    count(who) {
      if (limit === Number.POSITIVE_INFINITY) return
      const at = now()
      const known = tallies.get(who)
      if (known === undefined || at >= known.endsAt) {
        tallies.set(who, { endsAt: at + window, requests: 1 })
        return
      }
      known.requests += 1
      if (known.requests > limit) throw tooMany('requests', known.endsAt - at)
    },
  }
}

/** @param wait Seconds until it makes sense to try again. */
export function tooMany(what: 'requests' | 'failures', wait: number): OAuthError {
  return new OAuthError('temporarily_unavailable', `too many ${what}, try again later`, {
    status: 429,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(wait))) },
  })
}
