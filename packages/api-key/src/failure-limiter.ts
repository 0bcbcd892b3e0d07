import { boundedMap } from '@latchkey/tokens'
import { networkOf } from './address.js'

/** How many bad keys one address may present. */
export interface FailureLimit {
  /** Bad keys per window and address (IPv6: per /64). Default 30. */
  readonly limit: number
  /** Seconds. Default 60. */
  readonly window: number
}

/** Counts bad keys by address, in this process alone, so that the store is spared them. */
export interface FailureLimiter {
  /**
   * Asks for leave to look up an unknown key.
   *
   * @returns 0, and then {@link FailureLimiter.release} must follow; or seconds to wait.
   */
  admit(address: string, now: number): number
  /** Ends what {@link FailureLimiter.admit} began. */
  release(address: string): void
  /** Counts a bad key. @returns 0, or seconds to wait when there have been too many before it. */
  record(address: string, now: number): number
}

interface Tally {
  failures: number
  endsAt: number
  underWay: number
}

const MOST_ADDRESSES = 20_000
/** Look-ups under way, as a multiple of the limit: a cold start behind one gateway passes. */
const BURST = 4

/** Makes a limiter; `null` limits nothing. */
export function createFailureLimiter(limit: FailureLimit | null): FailureLimiter {
  if (limit === null) return { admit: () => 0, release: () => undefined, record: () => 0 }
  const tallies = boundedMap<Tally>(MOST_ADDRESSES)

  function tallyOf(address: string, now: number): Tally {
    const network = networkOf(address)
    let tally = tallies.get(network)
    if (tally === undefined) {
      tally = { failures: 0, endsAt: 0, underWay: 0 }
      tallies.set(network, tally)
    }
    if (now >= tally.endsAt) {
      tally.failures = 0
      tally.endsAt = now + (limit as FailureLimit).window
    }
    return tally
  }

  return {
    admit(address, now) {
      const tally = tallyOf(address, now)
      if (tally.failures >= limit.limit) return Math.ceil(tally.endsAt - now)
      if (tally.underWay >= limit.limit * BURST) return 1
      tally.underWay++
      return 0
    },
    release(address) {
      const tally = tallies.get(networkOf(address))
      if (tally !== undefined && tally.underWay > 0) tally.underWay--
    },
    record(address, now) {
      const tally = tallyOf(address, now)
      if (tally.failures >= limit.limit) return Math.ceil(tally.endsAt - now)
      tally.failures++
      return 0
    },
  }
}
