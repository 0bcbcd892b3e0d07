import { InvalidPolicy, UnknownName } from './errors.js'

/** Which role includes which, worked out once. */
export interface RoleGraph {
  /** Whether the policy declares any role at all. */
  readonly isDeclared: boolean
  readonly names: readonly string[]
  /** A role and everything that it inherits, directly or not. */
  inherited(role: string): ReadonlySet<string>
  /**
   * A role and every role that inherits it: having one of them is having the role.
   *
   * @throws {Error} `LATCHKEY_AUTHZ_UNKNOWN_NAME` when roles are declared and this is none.
   */
  holders(role: string, where: string): ReadonlySet<string>
}

/**
 * Works out a role hierarchy.
 *
 * @param roles For each role the ones that it inherits.
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` naming the cycle;
 *   `LATCHKEY_AUTHZ_UNKNOWN_NAME` naming the role that nobody declared.
 */
export function buildRoleGraph(roles: ReadonlyMap<string, readonly string[]>): RoleGraph {
  const names = [...roles.keys()]
  const inherited = new Map<string, Set<string>>()
  for (const name of names) collect(name, roles, inherited, [])
  const holders = new Map<string, Set<string>>(names.map((name) => [name, new Set([name])]))
  for (const [name, included] of inherited) {
    for (const each of included) (holders.get(each) as Set<string>).add(name)
  }
  const isDeclared = names.length > 0
  return {
    isDeclared,
    names,
    inherited: (role) => inherited.get(role) ?? new Set([role]),
    holders(role, where) {
      const found = holders.get(role)
      if (found !== undefined) return found
      if (!isDeclared) return new Set([role])
      throw new UnknownName(`Cannot read ${where}: ${unknownRole(role, names)}`)
    },
  }
}

function collect(
  role: string,
  roles: ReadonlyMap<string, readonly string[]>,
  done: Map<string, Set<string>>,
  path: readonly string[],
): ReadonlySet<string> {
  const known = done.get(role)
  if (known !== undefined) return known
  if (path.includes(role)) {
    const cycle = [...path.slice(path.indexOf(role)), role].join(' -> ')
    throw new InvalidPolicy(`Cannot read the roles: they inherit in a cycle, ${cycle}`)
  }
  const parents = roles.get(role)
  if (parents === undefined) {
    const names = [...roles.keys()]
    throw new UnknownName(`Cannot read the role "${path.at(-1)}": ${unknownRole(role, names)}`)
  }
  const all = new Set([role])
  for (const parent of parents) {
    for (const each of collect(parent, roles, done, [...path, role])) all.add(each)
  }
  done.set(role, all)
  return all
}

function unknownRole(role: string, names: readonly string[]): string {
  return `the role "${role}" is not declared; there is ${names.map((name) => `"${name}"`).join(', ')}`
}
