import type { Identity } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import type { KeyOwner, Quota, RateLimit } from './record.js'
import { systemClock } from './system-clock.js'

/** What a caller can give to keys. */
export interface Grantable {
  readonly scopes: Iterable<string>
  readonly permissions?: Iterable<string>
}

/** The limits of keys that are made by request. */
export interface ImposedLimits {
  readonly rateLimit?: RateLimit | null
  readonly quota?: Quota | null
}

/** Options of the plugin `apiKeyRoutes`. */
export interface ApiKeyRoutesOptions {
  /** Put as `config.auth` on every route, for the meta-plugin. Default: its own default. */
  readonly auth?: unknown
  /** The name of the registration whose keys are managed. Default: the first. */
  readonly keys?: string
  /** Seconds that a login may be old for making and changing keys. Default 300. */
  readonly freshness?: number
  /**
   * Whose keys a caller manages. `null`: none, 403. Default: the user's own, for users whose
   * issuer is the registration's; a subject is unique within its issuer only.
   */
  readonly owner?: (identity: Identity, request: FastifyRequest) => KeyOwner | null
  /** What a caller can give to keys. Default: the caller's own scopes, and no permissions. */
  readonly grantable?: (identity: Identity, request: FastifyRequest) => Grantable
  /** The limits of every key that is made. They are never the caller's to say. Default: none. */
  readonly limits?: (identity: Identity, request: FastifyRequest) => ImposedLimits
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

/** The options with every default in place. */
export type RouteSettings = Required<Omit<ApiKeyRoutesOptions, 'auth' | 'keys'>>

/**
 * Fills in the defaults.
 *
 * @param issuer Who vouches for the owners of the registration's keys.
 */
export function resolveRouteOptions(options: ApiKeyRoutesOptions, issuer: string): RouteSettings {
  return {
    freshness: options.freshness ?? 300,
    owner: options.owner ?? ((identity) => userItself(identity, issuer)),
    grantable: options.grantable ?? (({ scopes }) => ({ scopes })),
    limits: options.limits ?? (() => ({})),
    clock: options.clock ?? systemClock,
  }
}

function userItself({ kind, subject, issuer }: Identity, own: string): KeyOwner | null {
  return kind === 'user' && issuer === own ? { type: 'user', id: subject } : null
}
