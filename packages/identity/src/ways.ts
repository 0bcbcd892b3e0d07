import type { Mechanism } from './mechanism.js'
import type { Alternative, ResolvedPlan } from './plan.js'

/** Mechanisms to be asked in order, or combinations of them where the plan has `all`. */
export interface Ways {
  readonly singles: readonly Mechanism[]
  readonly combined: readonly Alternative[] | null
}

/** No way in takes all the credentials that were presented. */
export const AMBIGUOUS = null

const MOST_KEPT = 256

/** Finds, for each set of presented explicit credentials, the ways in that fit it exactly. */
export function createWays(plan: ResolvedPlan): (presented: number) => Ways | typeof AMBIGUOUS {
  const explicit = plan.mechanisms.reduce(
    (mask, mechanism, index) =>
      mechanism.ambient || mechanism.sources.length === 0 ? mask : mask | (1 << index),
    0,
  )
  const known = new Map<number, Ways | typeof AMBIGUOUS>()
  return (presented) => {
    let ways = known.get(presented)
    if (ways === undefined) {
      ways = findWays(plan, explicit, presented)
      if (known.size < MOST_KEPT) known.set(presented, ways)
    }
    return ways
  }
}

function findWays(
  plan: ResolvedPlan,
  explicit: number,
  presented: number,
): Ways | typeof AMBIGUOUS {
  const isCovered = plan.alternatives.some((way) => (way.mask & presented) === presented)
  if (!isCovered) return AMBIGUOUS
  const fitting = plan.alternatives.filter((way) => (way.mask & explicit) === presented)
  if (fitting.some((way) => way.members.length > 1)) return { singles: [], combined: fitting }
  return {
    singles: fitting.map((way) => plan.mechanisms[way.members[0] as number] as Mechanism),
    combined: null,
  }
}
