import type { Identity } from '@latchkey/identity'
import { type DecideParts, isAddressed, stepUpFor } from './decide.js'
import type { AppliedRule, Entry } from './entry.js'
import type { Plan } from './filter.js'
import { allOf, anyOf, type Residue, specialise } from './specialise.js'

/**
 * Works out on which objects a caller has a permission: the rows for which the answer would be
 * yes are those that the plan lets through.
 */
export function plan(entry: Entry, identity: Identity, parts: DecideParts): Plan {
  const allows = entry.allows.filter(
    (each) => isAddressed(each, identity, parts) && stepUpFor(each, identity, parts) === null,
  )
  const { attributes } = entry.permission
  const residue = ({ condition }: AppliedRule, wanted: boolean): Residue =>
    condition === null ? wanted : specialise(condition, identity, attributes, wanted)
  const [anywhere, within] = [true, false].map((anyTenant) =>
    anyOf(
      allows.filter(({ rule }) => rule.anyTenant === anyTenant).map((each) => residue(each, true)),
    ),
  ) as [Residue, Residue]
  const tenant = toResidue(planTenant(entry, identity))
  const denies = entry.denies.filter((each) => isAddressed(each, identity, parts))
  return toPlan(
    allOf([
      anyOf([anywhere, allOf([tenant, within])]),
      ...denies.map((each) => residue(each, false)),
    ]),
  )
}

/** Makes a plan of what a policy has come down to. */
export function toPlan(residue: Residue): Plan {
  if (typeof residue === 'boolean') return { kind: residue ? 'always' : 'never' }
  return { kind: 'condition', filter: residue }
}

/** The objects that are of the caller's tenant; all, where the type has none. */
export function planTenant(entry: Entry, identity: Identity): Plan {
  if (entry.tenant === null) return { kind: 'always' }
  const { attributes } = entry.permission
  return toPlan(specialise(entry.tenant, identity, attributes, true))
}

/** The objects that two plans let through. */
export function bothPlans(one: Plan, other: Plan): Plan {
  return toPlan(allOf([toResidue(one), toResidue(other)]))
}

function toResidue(plan: Plan): Residue {
  return plan.kind === 'condition' ? plan.filter : plan.kind === 'always'
}
