import { Clash, InvalidPlan, UnknownMechanism } from './errors.js'
import type { CredentialSource, Mechanism } from './mechanism.js'
import type { ParsedPlan, ResolvedPlan } from './plan.js'
import type { MechanismRegistry } from './registry.js'

/** One bit each, in a number that has 31 of them beside its sign. */
const MOST_MECHANISMS = 30

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
