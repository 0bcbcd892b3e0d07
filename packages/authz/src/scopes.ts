import type { Identity } from '@latchkey/identity'
import { InvalidPolicy, UnknownName } from './errors.js'
import type { RoleGraph } from './role-graph.js'

/** Which scopes an identity counts as having. */
export interface ScopeBook {
  /** The scopes that the policy knows; `null` when it lists none and so takes any. */
  readonly known: ReadonlySet<string> | null
  /**
   * @throws {Error} `LATCHKEY_AUTHZ_UNKNOWN_NAME` for a scope that a policy with a list does not have.
   */
  requireKnown(scopes: readonly string[], where: string): void
  /** @returns Those that the identity lacks; empty when it has them all. */
  missing(identity: Identity, required: readonly string[]): readonly string[]
}

/** What {@link createScopeBook} takes. */
export interface ScopeSettings {
  readonly known: readonly string[] | undefined
  /** Scopes that come with a role, by role. */
  readonly byRole: ReadonlyMap<string, readonly string[]>
  /** Mechanisms whose identities have the scopes of their roles. */
  readonly mechanisms: readonly string[]
}

const NONE: readonly string[] = Object.freeze([])

/**
 * Prepares the look-up of scopes.
 *
 * Roles lend their scopes only to the mechanisms that are named: the holder of a token that was
 * granted one scope must not gain others because of who the token is about.
 */
export function createScopeBook(settings: ScopeSettings, roles: RoleGraph): ScopeBook {
  const known = settings.known === undefined ? null : new Set(settings.known)
  const lenders = new Set(settings.mechanisms)
  if (settings.byRole.size > 0 && lenders.size === 0) {
    throw new InvalidPolicy(
      'Cannot read the roles: they have "scopes", so name the mechanisms whose callers get them, such as scopesFromRoles: ["session"]',
    )
  }
  const book: ScopeBook = {
    known,
    requireKnown(scopes, where) {
      if (known === null) return
      for (const scope of scopes) {
        if (known.has(scope)) continue
        const names = [...known].map((name) => `"${name}"`).join(', ')
        throw new UnknownName(
          `Cannot read ${where}: the scope "${scope}" is not declared; there is ${names}`,
        )
      }
    },
    missing(identity, required) {
      if (hasAll(identity.scopes, required)) return NONE
      const lent = lenders.has(identity.mechanism) ? lentScopes(identity.roles) : null
      return required.filter((scope) => !identity.scopes.has(scope) && !lent?.has(scope))
    },
  }
  for (const [role, scopes] of settings.byRole) book.requireKnown(scopes, `the role "${role}"`)
  const lentByRole = new Map(
    roles.names.map((role) => [
      role,
      [...roles.inherited(role)].flatMap((each) => settings.byRole.get(each) ?? NONE),
    ]),
  )
  return book

  function lentScopes(held: ReadonlySet<string>): Set<string> {
    return new Set([...held].flatMap((role) => lentByRole.get(role) ?? NONE))
  }
}

function hasAll(held: ReadonlySet<string>, required: readonly string[]): boolean {
  for (const scope of required) if (!held.has(scope)) return false
  return true
}
