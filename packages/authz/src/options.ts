import { InvalidPolicy } from './errors.js'

/** One role of a policy. */
export interface RoleDefinition {
  /** Roles whose rights it has too. */
  readonly inherits?: readonly string[]
  /** Scopes that come with it, for the mechanisms in `scopesFromRoles` only. */
  readonly scopes?: readonly string[]
}

/** Options of the plugin `authz`. */
export interface AuthzOptions {
  /** The scopes there are. Default: any name is taken. With a list, another name is a boot error. */
  readonly scopes?: readonly string[]
  /** The roles there are, by name. Default: any name is taken. */
  readonly roles?: Readonly<Record<string, RoleDefinition>>
  /**
   * Names of mechanisms whose identities have the scopes of their roles. Default: none. A
   * mechanism that carries delegated access (OAuth tokens) does not belong here.
   */
  readonly scopesFromRoles?: readonly string[]
  /** The clock, in seconds. Default: the system's. */
  readonly now?: () => number
}

const KEYS = ['scopes', 'roles', 'scopesFromRoles', 'now']

/** @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` for an option that does not exist. */
export function checkOptions(options: AuthzOptions): void {
  for (const key of Object.keys(options)) {
    if (KEYS.includes(key)) continue
    throw new InvalidPolicy(
      `Cannot register authz: the option "${key}" does not exist; there is ${KEYS.join(', ')}`,
    )
  }
}
