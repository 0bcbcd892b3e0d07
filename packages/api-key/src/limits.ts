import type { Store } from '@latchkey/store'
import type { LimitStatus, LimitUse } from './limit-status.js'
import { createQuotas } from './quota.js'
import { chargeRate } from './rate-limit.js'
import type { KeyRecord } from './record.js'

/** What became of a charge. */
export interface Charge {
  /** `null`: it has been charged. Otherwise the limit that it would have passed. */
  readonly exceeded: LimitStatus | null
  /** Those that have been asked. */
  readonly limits: readonly LimitStatus[]
}

/** Exact limits of keys, however many processes charge them at once. */
export interface Limits {
  /**
   * Charges a request to the rate limit and then the quota.
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
  const quotas = createQuotas(store, `${root}/quota`)

  function usesOf(record: KeyRecord): ((cost: number) => Promise<LimitUse>)[] {
    const { id, rateLimit, quota } = record
    const uses: ((cost: number) => Promise<LimitUse>)[] = []
    if (rateLimit !== null) {
      uses.push((cost) => chargeRate(store, `${root}/rate/${id}`, rateLimit, cost, clock()))
    }
    if (quota !== null) uses.push((cost) => quotas.charge(record, quota, cost, clock()))
    return uses
  }

  return {
    async charge(record, cost) {
      const limits: LimitStatus[] = []
      for (const use of usesOf(record)) {
        const { allowed, status } = await use(cost)
        limits.push(status)
        if (!allowed) return { exceeded: status, limits }
      }
      return { exceeded: null, limits }
    },
    async status(record) {
      const uses = await Promise.all(usesOf(record).map((use) => use(0)))
      return uses.map(({ status }) => status)
    },
  }
}
