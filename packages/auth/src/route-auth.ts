import {
  type MechanismPlan,
  type ParsedPlan,
  type PlanItem,
  parsePlan,
  type RouteRequirements,
} from '@latchkey/identity'
import { InvalidRoute } from './errors.js'

/** One of several ways in, and what is asked of whoever comes in. */
export interface AnyRoute extends RouteRequirements {
  /** Asked in this order; the first that establishes an identity wins. */
  readonly any: readonly PlanItem[]
  /**
   * Whether a request that presents nothing passes, without an identity. Default `false`; without
   * effect beside requirements, which nobody unknown can meet.
   */
  readonly optional?: boolean
  readonly all?: never
  readonly primary?: never
}

/** Several mechanisms that must all be proved, and what is asked of the primary identity. */
export interface AllRoute extends RouteRequirements {
  readonly all: readonly PlanItem[]
  /** Whose identity the request gets. Default: the first that is named. */
  readonly primary?: string
  /** As in {@link AnyRoute}. Default `false`. */
  readonly optional?: boolean
  readonly any?: never
}

/**
 * What a route says in `config.auth`: `'public'`, the name of a mechanism, several names of which
 * one must be proved, or an object that can say more.
 */
export type RouteAuth = 'public' | (string & {}) | readonly PlanItem[] | AnyRoute | AllRoute

/** What a route said, read but not looked up. */
export interface ReadAuth {
  /** `null` for a public route. */
  readonly plan: ParsedPlan | null
  /** `null` when the route asks for nothing more than an identity. */
  readonly requirements: Readonly<Record<string, unknown>> | null
}

const PLAN_KEYS = new Set(['any', 'all', 'primary', 'optional'])
const PUBLIC: ReadAuth = Object.freeze({ plan: null, requirements: null })

/**
 * Reads what a route says, without looking anything up.
 *
 * @throws {Error} `LATCHKEY_IDENTITY_INVALID_PLAN` or `LATCHKEY_AUTH_INVALID_ROUTE`, saying what
 *   to write instead.
 */
export function readRouteAuth(auth: RouteAuth): ReadAuth {
  if (auth === 'public') return PUBLIC
  if (typeof auth === 'boolean' || auth === null) {
    throw new InvalidRoute(
      `Cannot read the plan: it is ${auth}; write "public" for a route that is open to everybody`,
    )
  }
  const isRecord = typeof auth === 'object' && !Array.isArray(auth)
  const requirements = isRecord ? readRequirements(auth) : null
  const parsed = parsePlan((isRecord ? planOf(auth) : auth) as MechanismPlan)
  if (parsed.alternatives.flat().includes('public')) {
    throw new InvalidRoute(
      'Cannot read the plan: "public" stands alone; for a route that also answers callers without a credential write { any: [...], optional: true }',
    )
  }
  const optional = parsed.optional && requirements === null
  return { plan: { ...parsed, optional }, requirements }
}

function planOf(auth: object): object {
  return Object.fromEntries(Object.entries(auth).filter(([key]) => PLAN_KEYS.has(key)))
}

function readRequirements(auth: object): Readonly<Record<string, unknown>> | null {
  const entries = Object.entries(auth).filter(([key]) => !PLAN_KEYS.has(key))
  const empty = entries.find(([, value]) => value === undefined)
  if (empty !== undefined) {
    throw new InvalidRoute(
      `Cannot read the plan: "${empty[0]}" is undefined; a requirement without a value would ask for nothing, so correct the value or leave the requirement out`,
    )
  }
  return entries.length === 0 ? null : Object.fromEntries(entries)
}
