import type { Mechanism, MechanismReport } from '@latchkey/identity'
import type { CompiledRoute } from './compile-route.js'
import type { DecidedBy } from './declare-route.js'

/** One route, or several methods of one URL that ask for the same. */
export interface RouteReport {
  readonly methods: readonly string[]
  readonly url: string
  /** `preflight`: an OPTIONS route, which browsers call without credentials. */
  readonly access: 'public' | 'optional' | 'required' | 'preflight'
  /** The ways in, each the mechanisms that must be proved together, the primary first. */
  readonly ways: readonly (readonly string[])[]
  /** What the authorizer says that it decides; empty for nothing. */
  readonly requirements: string
  readonly scopes: readonly string[]
  /** Seconds until a revocation closes every way in; `null`: one closes only by expiry. */
  readonly revocationWindow: number | null
  /** The route itself, the options `routes` or `default`, or that it is for preflights. */
  readonly decidedBy: Exclude<DecidedBy, 'nobody'>
}

/** What a mechanism says of itself. */
export interface MechanismEntryReport extends MechanismReport {
  readonly name: string
  readonly ambient: boolean
}

/** Every way into the application. Plain data, without secrets. */
export interface AuthReport {
  /** By URL, then by methods. */
  readonly routes: readonly RouteReport[]
  /** Those that some route accepts, by name. */
  readonly mechanisms: readonly MechanismEntryReport[]
}

/** Says what every route asks for. */
export function createReport(routes: readonly CompiledRoute[]): AuthReport {
  const merged = new Map<string, RouteReport>()
  for (const report of routes.map(reportRoute)) {
    const key = JSON.stringify({ ...report, methods: [] })
    const same = merged.get(key)
    const methods = new Set([...(same?.methods ?? []), ...report.methods])
    merged.set(key, { ...report, methods: [...methods].sort() })
  }
  const mechanisms = new Set(routes.flatMap((route) => route.plan?.mechanisms ?? []))
  return {
    routes: [...merged.values()].sort(
      (one, other) =>
        compare(one.url, other.url) || compare(String(one.methods), String(other.methods)),
    ),
    mechanisms: [...mechanisms]
      .map(reportMechanism)
      .sort((one, other) => compare(one.name, other.name)),
  }
}

function reportRoute(route: CompiledRoute): RouteReport {
  const { plan, requirements } = route
  const ways = plan === null ? [] : waysOf(plan)
  return {
    methods: route.methods,
    url: route.url,
    access: accessOf(route),
    ways: ways.map((way) => way.map((mechanism) => mechanism.name)),
    requirements: requirements?.summary ?? '',
    scopes: requirements?.scopes ?? [],
    revocationWindow: windowOf(ways),
    decidedBy: route.decidedBy as RouteReport['decidedBy'],
  }
}

function accessOf({ plan, decidedBy }: CompiledRoute): RouteReport['access'] {
  if (decidedBy === 'preflight') return 'preflight'
  if (plan === null) return 'public'
  return plan.optional ? 'optional' : 'required'
}

/** The ways in of a plan, as mechanisms. */
export function waysOf(plan: NonNullable<CompiledRoute['plan']>): Mechanism[][] {
  return plan.alternatives.map((way) =>
    way.members.map((index) => plan.mechanisms[index] as Mechanism),
  )
}

function windowOf(ways: readonly (readonly Mechanism[])[]): number | null {
  const windows = ways.map((way) =>
    Math.min(...way.map((each) => each.describe().revocationWindow ?? Number.POSITIVE_INFINITY)),
  )
  const longest = Math.max(0, ...windows)
  return Number.isFinite(longest) ? longest : null
}

function reportMechanism(mechanism: Mechanism): MechanismEntryReport {
  return { ...mechanism.describe(), name: mechanism.name, ambient: mechanism.ambient }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
