import { Clash, InvalidPlan, UnknownMechanism } from './errors.js'
import type { CredentialSource, Mechanism } from './mechanism.js'
import type { MechanismRegistry } from './registry.js'

/** One way in: a mechanism by name, or several that must all be proved, or any of several. */
export type PlanItem = string | AllOf | AnyOf

/** Every one of these must be proved in the same request. */
export interface AllOf {
  readonly all: readonly PlanItem[]
  /** Whose identity the request gets. Default: the first that is named. */
  readonly primary?: string
}

/** One of these must be proved. */
export interface AnyOf {
  readonly any: readonly PlanItem[]
}

/** Which mechanisms a route accepts, in the order in which they are asked. */
export type MechanismPlan =
  | string
  | readonly PlanItem[]
  | AllOf
  | (AnyOf & {
      /** Whether a request that presents nothing passes, without an identity. Default `false`. */
      readonly optional?: boolean
    })

/** A set of mechanisms that are proved together, as indexes into {@link ResolvedPlan.mechanisms}. */
export interface Alternative {
  /** The primary first. */
  readonly members: readonly number[]
  /** Bits of the members. */
  readonly mask: number
}

/** A plan whose names have become mechanisms. */
export interface ResolvedPlan {
  readonly mechanisms: readonly Mechanism[]
  readonly alternatives: readonly Alternative[]
  readonly optional: boolean
}

type Names = readonly string[]
const MOST_MECHANISMS = 30
const MOST_ALTERNATIVES = 64

/** A plan that has been read, but whose names have not been looked up. */
export interface ParsedPlan {
  /** Each a list of names, the primary first. */
  readonly alternatives: readonly Names[]
  readonly optional: boolean
}

/**
 * Reads a plan.
 *
 * @throws {Error} `LATCHKEY_IDENTITY_INVALID_PLAN`, saying what to write instead.
 */
export function parsePlan(plan: MechanismPlan): ParsedPlan {
  const isObject = typeof plan === 'object' && plan !== null
  const item: PlanItem = Array.isArray(plan)
    ? { any: plan as readonly PlanItem[] }
    : (plan as PlanItem)
  const optional = isObject && 'optional' in plan ? plan.optional : undefined
  if (optional !== undefined && typeof optional !== 'boolean') {
    throw new InvalidPlan('Cannot read the plan: "optional" is not true or false')
  }
  const alternatives = dedupe(expand(item))
  if (alternatives.length > MOST_ALTERNATIVES) {
    throw new InvalidPlan(`Cannot read the plan: it has more than ${MOST_ALTERNATIVES} ways in`)
  }
  return { alternatives, optional: optional ?? false }
}

function expand(item: PlanItem): Names[] {
  if (typeof item === 'string' && item !== '') return [[item]]
  if (isRecord(item) && 'any' in item && !('all' in item)) return expandAny(item)
  if (isRecord(item) && 'all' in item && !('any' in item)) return expandAll(item)
  throw new InvalidPlan(
    'Cannot read the plan: write the name of a mechanism, an array, { any: [...] } or { all: [...] }',
  )
}

function expandAny(item: AnyOf): Names[] {
  requireList('any', item.any)
  return item.any.flatMap(expand)
}

function expandAll(item: AllOf): Names[] {
  requireList('all', item.all)
  let combinations: Names[] = [[]]
  for (const part of item.all) {
    const ways = expand(part)
    combinations = combinations.flatMap((names) => ways.map((way) => [...names, ...way]))
  }
  return combinations.map((names) => primaryFirst([...new Set(names)], item.primary))
}

function primaryFirst(names: string[], primary: string | undefined): Names {
  if (primary === undefined) return names
  if (!names.includes(primary)) {
    throw new InvalidPlan(`Cannot read the plan: the primary "${primary}" is not in every "all"`)
  }
  return [primary, ...names.filter((name) => name !== primary)]
}

function requireList(key: string, list: unknown): void {
  if (Array.isArray(list) && list.length > 0) return
  throw new InvalidPlan(`Cannot read the plan: "${key}" is not an array with at least one member`)
}

function isRecord(item: unknown): item is object {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
}

function dedupe(alternatives: Names[]): Names[] {
  const seen = new Set<string>()
  return alternatives.filter((names) => {
    const key = JSON.stringify([names[0], [...names].sort()])
    return !seen.has(key) && seen.add(key)
  })
}

/**
 * Looks up the names of a plan.
 *
 * @throws {Error} `LATCHKEY_IDENTITY_UNKNOWN_MECHANISM`, naming those that there are;
 *   `LATCHKEY_IDENTITY_CLASH` when two mechanisms would take the same credential.
 */
export function resolvePlan(plan: ParsedPlan, registry: MechanismRegistry): ResolvedPlan {
  const names = [...new Set(plan.alternatives.flat())]
  if (names.length > MOST_MECHANISMS) {
    throw new InvalidPlan(`Cannot read the plan: it names more than ${MOST_MECHANISMS} mechanisms`)
  }
  const mechanisms = names.map((name) => requireMechanism(name, registry))
  requireNoClash(mechanisms)
  const alternatives = plan.alternatives.map((members) => {
    const indexes = members.map((name) => names.indexOf(name))
    return { members: indexes, mask: indexes.reduce((mask, index) => mask | (1 << index), 0) }
  })
  return { mechanisms, alternatives, optional: plan.optional }
}

function requireMechanism(name: string, registry: MechanismRegistry): Mechanism {
  const mechanism = registry.find(name)
  if (mechanism !== undefined) return mechanism
  const known = registry.list().map((each) => `"${each.name}"`)
  const hint = known.length === 0 ? 'none is registered' : `there is ${known.join(', ')}`
  throw new UnknownMechanism(
    `Cannot use the mechanism "${name}": ${hint}; register it before the application is ready, or correct the name`,
  )
}

function requireNoClash(mechanisms: readonly Mechanism[]): void {
  const claimed = new Map<string, string>()
  for (const mechanism of mechanisms) {
    for (const place of new Set(mechanism.sources.map(placeOf))) {
      const other = claimed.get(place)
      if (other !== undefined) {
        throw new Clash(
          `Cannot use "${other}" and "${mechanism.name}" on one route: both take ${place}; give them different places or shapes, or use them on different routes`,
        )
      }
      claimed.set(place, mechanism.name)
    }
  }
}

function placeOf(source: CredentialSource): string {
  const place =
    source.in === 'authorization'
      ? `"Authorization: ${source.scheme.toLowerCase()}"`
      : `the ${source.in} "${source.in === 'header' ? source.name.toLowerCase() : source.name}"`
  const shape = 'shape' in source && source.shape !== undefined ? source.shape.id : undefined
  return shape === undefined ? place : `${place} with the shape "${shape}"`
}
