import { InvalidPlan } from './errors.js'
import type { Mechanism } from './mechanism.js'

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
  | ((AllOf | AnyOf) & {
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
  if (Array.isArray(plan)) return { alternatives: readWays({ any: plan }), optional: false }
  const { optional = false, ...item } = isRecord(plan) ? plan : { any: [plan as PlanItem] }
  if (typeof optional !== 'boolean') fail('"optional" is not true or false')
  return { alternatives: readWays(item as PlanItem), optional }
}

function readWays(item: PlanItem): Names[] {
  const seen = new Set<string>()
  return expand(item).filter((names) => {
    const key = JSON.stringify([names[0], [...names].sort()])
    return !seen.has(key) && seen.add(key)
  })
}

function expand(item: PlanItem): Names[] {
  if (typeof item === 'string' && item !== '') return [[item]]
  if (!isRecord(item) || 'any' in item === 'all' in item) {
    return fail('write the name of a mechanism, an array, { any: [...] } or { all: [...] }')
  }
  return limited('any' in item ? expandAny(item) : expandAll(item))
}

function expandAny(item: AnyOf): Names[] {
  requireKeys(item, ['any'])
  requireList('any', item.any)
  return item.any.flatMap(expand)
}

function expandAll(item: AllOf): Names[] {
  requireKeys(item, ['all', 'primary'])
  requireList('all', item.all)
  let combinations: Names[] = [[]]
  for (const part of item.all) {
    const ways = expand(part)
    combinations = limited(combinations.flatMap((names) => ways.map((way) => [...names, ...way])))
  }
  return combinations.map((names) => primaryFirst([...new Set(names)], item.primary))
}

function primaryFirst(names: string[], primary: string | undefined): Names {
  if (primary === undefined) return names
  if (!names.includes(primary)) fail(`the primary "${primary}" is not in every "all"`)
  return [primary, ...names.filter((name) => name !== primary)]
}

function limited(ways: Names[]): Names[] {
  return ways.length > MOST_ALTERNATIVES
    ? fail(`it has more than ${MOST_ALTERNATIVES} ways in`)
    : ways
}

function requireKeys(item: object, known: readonly string[]): void {
  const unknown = Object.keys(item).find((key) => !known.includes(key))
  if (unknown !== undefined) fail(`"${unknown}" means nothing beside "${known[0]}"`)
}

function requireList(key: string, list: unknown): void {
  if (Array.isArray(list) && list.length > 0) return
  fail(`"${key}" is not an array with at least one member`)
}

function isRecord<T>(item: T): item is Exclude<T, string | readonly unknown[]> {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
}

function fail(why: string): never {
  throw new InvalidPlan(`Cannot read the plan: ${why}`)
}
