import { systemSeconds } from './clock.js'
import type { Engine } from './engine.js'
import { InvalidPolicy } from './errors.js'
import { compilePolicy, type Policy } from './policy.js'
import type { PolicyDefinition } from './policy-definition.js'

/** What the plugin does beside the policy. */
export interface AuthzSettings {
  /** Other engines, by the resource type that they decide. Default: the policy decides all. */
  readonly engines?: Readonly<Record<string, Engine>>
  /**
   * Whether a handler that was to decide about an object and did not fails with 500. Default: not
   * with `NODE_ENV=production`.
   */
  readonly guard?: boolean
  /** Whether a 403 tells the client why, with values of the object. Default `false`. */
  readonly disclose?: boolean
  /** Share of the decisions that allow which is published, from 0 to 1. Default 0.01. */
  readonly sampleAllows?: number
  /** The clock, in seconds. Default: the system's. Without effect beside `policy`. */
  readonly now?: () => number
}

/** Options of the plugin `authz`: a policy, made by `definePolicy` or written in place. */
export type AuthzOptions =
  | (AuthzSettings & { readonly policy: Policy })
  | (AuthzSettings & PolicyDefinition & { readonly policy?: never })

/** Options with every default filled in. */
export interface ReadOptions {
  readonly policy: Policy
  readonly engines: Readonly<Record<string, Engine>>
  readonly guard: boolean
  readonly disclose: boolean
  readonly sampleAllows: number
  readonly now: () => number
}

const SETTINGS = ['engines', 'guard', 'disclose', 'sampleAllows', 'now']
const DEFINITION = ['scopes', 'resources', 'permissions', 'roles', 'rules', 'scopesFromRoles']

/** Every option there is. */
export const optionNames: readonly string[] = ['policy', ...DEFINITION, ...SETTINGS]

/**
 * @throws {Error} `LATCHKEY_AUTHZ_INVALID_POLICY` for an option that does not exist or cannot be
 *   read, and whatever is wrong with the policy.
 */
export function readOptions(options: AuthzOptions): ReadOptions {
  const known = options.policy === undefined ? DEFINITION : ['policy']
  const unknown = Object.keys(options).find(
    (key) => !known.includes(key) && !SETTINGS.includes(key) && key !== 'policy',
  )
  if (unknown !== undefined) {
    throw new InvalidPolicy(
      `Cannot register authz: the option "${unknown}" does not exist${options.policy === undefined ? '' : ' beside "policy"'}; there is ${[...known, ...SETTINGS].join(', ')}`,
    )
  }
  const { sampleAllows = 0.01, now = systemSeconds } = options
  if (!(sampleAllows >= 0 && sampleAllows <= 1)) {
    throw new InvalidPolicy('Cannot register authz: "sampleAllows" is not a number from 0 to 1')
  }
  return {
    policy: options.policy ?? compilePolicy(options as PolicyDefinition, now),
    engines: options.engines ?? {},
    guard: options.guard ?? process.env.NODE_ENV !== 'production',
    disclose: options.disclose ?? false,
    sampleAllows,
    now,
  }
}
