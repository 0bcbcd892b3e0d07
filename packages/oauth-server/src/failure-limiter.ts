import type { Store } from '@latchkey/store'
import { boundedMap, sha256Base64url } from '@latchkey/tokens'
import { tooMany } from './request-limiter.js'

/** Counts failures, in all processes together, and refuses who had too many. */
export interface FailureLimiter {
  /**
   * Without any I/O, so that what succeeds writes nothing.
   *
   * @throws {OAuthError} 429 `temporarily_unavailable` while the limit is known to be reached.
   */
  check(who: string): void
  /**
   * Counts a failure.
   *
   * @throws {OAuthError} 429 `temporarily_unavailable` when it is one too many.
   */
  count(who: string): Promise<void>
}

const mostRemembered = 10_000

/**
 * @param limit Failures in a window; `window` in seconds.
 */
export function createFailureLimiter(
  store: Store,
  limit: number,
  window: number,
  now: () => number,
): FailureLimiter {
  const blocked = boundedMap<number>(mostRemembered)

  const refusal = (until: number) => tooMany('failures', until - now())

  return {
    check(who) {
      const until = blocked.get(who)
      if (until !== undefined && now() < until) throw refusal(until)
    },
    async count(who) {
      const started = Math.floor(now() / window) * window
      const expiresAt = started + window
      const counter = `oauth:failures:${sha256Base64url(who)}:${started}`
      const { allowed } = await store.increment(counter, 1, { limit, expiresAt })
      if (allowed) return
      blocked.set(who, expiresAt)
      throw refusal(expiresAt)
    },
  }
}
