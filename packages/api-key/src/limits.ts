import type { Store } from '@latchkey/store'
import type { KeyRecord, Quota, RateLimit } from './record.js'
import { NEVER } from './repository.js'

/** One limit after a request has been charged to it, or refused. */
export interface LimitStatus {
  readonly policy: 'rate' | 'quota'
  readonly limit: number
  readonly remaining: number
  /** Seconds in which the limit applies; `null` where there is no fixed window. */
  readonly window: number | null
  /** Seconds until something is given back; `null`: never. */
  readonly resetsIn: number | null
}

/** What became of a charge. */
export interface Charge {
  /** `null`: it fits all limits, and has been charged. Otherwise the limit that it would pass. */
  readonly exceeded: LimitStatus | null
  readonly limits: readonly LimitStatus[]
}

/** Exact limits of keys, however many processes charge them at once. */
export interface Limits {
  /**
   * Charges a request.
   *
   * @param cost Whole, at least 1.
   */
  charge(record: KeyRecord, cost: number): Promise<Charge>
  /** How the limits stand, without charging. */
  status(record: KeyRecord): Promise<readonly LimitStatus[]>
}

/** The counters of one prefix, on a store. */
export function createLimits(store: Store, prefix: string, clock: () => number): Limits {
  const root = `api-key/${prefix}`

  /** A window of its own counter: nothing is ever reset, so nothing can be reset twice. */
  async function chargeRate(id: string, rate: RateLimit, cost: number): Promise<Result> {
    const now = clock()
    const number = Math.floor(now / rate.window)
    const endsAt = (number + 1) * rate.window
    const { value, allowed } = await store.increment(
      `${root}/rate/${id}/${rate.window}/${number}`,
      cost,
      {
        limit: rate.limit,
        expiresAt: endsAt + CLOCK_SKEW,
      },
    )
    return {
      allowed,
      status: {
        policy: 'rate',
        limit: rate.limit,
        remaining: Math.max(0, rate.limit - value),
        window: rate.window,
        resetsIn: Math.max(1, Math.ceil(endsAt - now)),
      },
    }
  }

  /**
   * The counter holds what is used; a refill takes from it, and it stops at nought by itself, so
   * that what is not used does not add up.
   */
  async function chargeQuota(record: KeyRecord, quota: Quota, cost: number): Promise<Result> {
    const counter = `${root}/quota/${record.id}`
    const now = clock()
    if (quota.refill !== null) await refill(record, quota.refill, counter, now)
    const options = { limit: quota.limit, expiresAt: NEVER }
    const { value, allowed } = await store.increment(counter, cost, options)
    return {
      allowed,
      status: {
        policy: 'quota',
        limit: quota.limit,
        remaining: Math.max(0, quota.limit - value),
        window: quota.refill?.amount === quota.limit ? quota.refill.interval : null,
        resetsIn: quota.refill === null ? null : untilRefill(record, quota.refill.interval, now),
      },
    }
  }

  /** One process wins the period and takes the refill from the counter; the others go on. */
  async function refill(
    record: KeyRecord,
    { amount, interval }: NonNullable<Quota['refill']>,
    counter: string,
    now: number,
  ): Promise<void> {
    const period = periodOf(record, interval, now)
    const key = `${root}/refill/${record.id}`
    const value = { interval, period }
    const found = await store.get(key)
    if (found === null) {
      await store.create(key, value, { expiresAt: NEVER })
      return
    }
    const last = found.value as { interval: number; period: number }
    if (last.interval === interval && last.period >= period) return
    // A changed interval counts its periods anew: nothing is given back for the change.
    const missed = last.interval === interval ? period - last.period : 0
    if (!(await store.replace(key, found.version, value))) return
    const back = Math.min(missed * amount, Number.MAX_SAFE_INTEGER)
    if (back > 0) await store.increment(counter, -back, { expiresAt: NEVER })
  }

  async function chargeAll(record: KeyRecord, cost: number): Promise<Charge> {
    const limits: LimitStatus[] = []
    if (record.rateLimit !== null) {
      const { allowed, status } = await chargeRate(record.id, record.rateLimit, cost)
      limits.push(status)
      if (!allowed) return { exceeded: status, limits }
    }
    if (record.quota !== null) {
      const { allowed, status } = await chargeQuota(record, record.quota, cost)
      limits.push(status)
      if (!allowed) return { exceeded: status, limits }
    }
    return { exceeded: null, limits }
  }

  return {
    charge: chargeAll,
    status: async (record) => (await chargeAll(record, 0)).limits,
  }
}

interface Result {
  readonly allowed: boolean
  readonly status: LimitStatus
}

/** Seconds that a window's counter outlives it, for processes whose clocks are behind. */
const CLOCK_SKEW = 60

function periodOf(record: KeyRecord, interval: number, now: number): number {
  return Math.max(0, Math.floor((now - record.createdAt) / interval))
}

function untilRefill(record: KeyRecord, interval: number, now: number): number {
  const next = record.createdAt + (periodOf(record, interval, now) + 1) * interval
  return Math.max(1, Math.ceil(next - now))
}
