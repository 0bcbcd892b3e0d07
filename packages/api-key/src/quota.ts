import type { Store } from '@latchkey/store'
import { boundedMap } from '@latchkey/tokens'
import type { LimitStatus, LimitUse } from './limit-status.js'
import { CLOCK_SKEW } from './rate-limit.js'
import type { KeyRecord, Quota } from './record.js'
import { NEVER } from './repository.js'

/** Charges quotas, exactly, however many processes do so at once. */
export interface Quotas {
  charge(record: KeyRecord, quota: Quota, cost: number, now: number): Promise<LimitUse>
}

/**
 * How a quota stands at the beginning of a period. Each period between refills has a counter of
 * its own; what was used before and has not been given back is carried over.
 */
interface Run {
  readonly period: number
  readonly carried: number
}

/** What is charged, and where its counters are. */
interface Account {
  readonly name: string
  readonly quota: Quota
  readonly createdAt: number
}

/**
 * Added to the counter of a period that is over: from then on it is above every limit, so that no
 * process with a slow clock can charge it any more, and what was used remains readable below.
 */
const SEAL = 2 ** 40
const KNOWN_RUNS = 20_000

/** The quotas of one prefix, on a store. */
export function createQuotas(store: Store, root: string): Quotas {
  const known = boundedMap<Run>(KNOWN_RUNS)

  async function readRun(account: Account, now: number): Promise<Run> {
    const first: Run = { period: periodOf(account, now), carried: 0 }
    const found = await store.get(account.name)
    if (found !== null) return found.value as unknown as Run
    if (await store.create(account.name, first as never, { expiresAt: NEVER })) return first
    return readRun(account, now)
  }

  /** Closes the counter of a period, and carries over what is left of it. */
  async function advance(account: Account, run: Run, to: number, now: number): Promise<Run> {
    const counter = `${account.name}/${run.period}`
    const options = { expiresAt: endOf(account, run.period) }
    let { value } = await store.increment(counter, 0, options)
    if (value < SEAL) value = (await store.increment(counter, SEAL, options)).value
    // Without a refill there is one period only, and nothing to advance to.
    const { amount } = account.quota.refill as NonNullable<Quota['refill']>
    const used = run.carried + (value % SEAL)
    const next: Run = { period: to, carried: Math.max(0, used - amount * (to - run.period)) }
    const found = await store.get(account.name)
    if (found !== null && (found.value as unknown as Run).period === run.period) {
      await store.replace(account.name, found.version, next as never)
    }
    return readRun(account, now)
  }

  return {
    async charge(record, quota, cost, now) {
      const name = `${root}/${record.id}/${quota.refill?.interval ?? 0}`
      const account: Account = { name, quota, createdAt: record.createdAt }
      let run = known.get(name) ?? (await readRun(account, now))
      for (;;) {
        const period = periodOf(account, now)
        if (period > run.period) run = await advance(account, run, period, now)
        const { value, allowed } = await store.increment(`${name}/${run.period}`, cost, {
          limit: Math.max(0, quota.limit - run.carried),
          expiresAt: endOf(account, run.period),
        })
        if (value < SEAL) {
          known.set(name, run)
          return { allowed, status: statusOf(account, run.carried + value, now) }
        }
        const newer = await readRun(account, now)
        run = newer.period > run.period ? newer : await advance(account, run, run.period + 1, now)
      }
    },
  }
}

function statusOf({ quota, createdAt }: Account, used: number, now: number): LimitStatus {
  const { limit, refill } = quota
  const remaining = Math.max(0, limit - used)
  if (refill === null) return { policy: 'quota', limit, remaining, window: null, resetsIn: null }
  const { amount, interval } = refill
  return {
    policy: 'quota',
    limit,
    remaining,
    window: amount === limit ? interval : null,
    resetsIn: Math.max(1, Math.ceil(interval - ((now - createdAt) % interval))),
  }
}

function periodOf({ quota, createdAt }: Account, now: number): number {
  return quota.refill === null
    ? 0
    : Math.max(0, Math.floor((now - createdAt) / quota.refill.interval))
}

/** From when on all of a period's use has been given back, whether anybody counted or not. */
function endOf({ quota, createdAt }: Account, period: number): number {
  if (quota.refill === null) return NEVER
  const { amount, interval } = quota.refill
  const refills = Math.ceil(quota.limit / amount) + 1
  return Math.min(NEVER, createdAt + (period + 1 + refills) * interval + CLOCK_SKEW)
}
