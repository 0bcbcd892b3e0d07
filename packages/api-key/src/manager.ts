import { type Identity, refuseDecision, requireIdentity } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiKeys } from './api-keys.js'
import { NotAManager, NotGrantable, UnknownKey } from './errors.js'
import type { ApiKeyInfo, KeyOwner } from './record.js'
import type { RouteSettings } from './route-options.js'

/** On whose behalf a request manages keys; nothing of it comes from the request's body. */
export interface Manager {
  readonly identity: Identity
  readonly owner: KeyOwner
  readonly tenant: string | null
}

/** Guards of the management routes. */
export interface ManagerGuards {
  /**
   * Finds out who manages.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_NOT_A_MANAGER` for keys and for who owns none;
   *   `LATCHKEY_IDENTITY_MISSING` when the routes have no authentication.
   */
  requireManager(request: FastifyRequest): Manager
  /**
   * The same, and that the login is fresh.
   *
   * @throws {FastifyError} `LATCHKEY_IDENTITY_STEP_UP` when it is not.
   */
  requireFreshManager(request: FastifyRequest, reply: FastifyReply): Manager
  /** @throws {FastifyError} `LATCHKEY_API_KEY_NOT_GRANTABLE`. */
  requireGrantable(
    request: FastifyRequest,
    manager: Manager,
    rights: Pick<Partial<ApiKeyInfo>, 'scopes' | 'permissions'>,
  ): void
  /** @throws {FastifyError} `LATCHKEY_API_KEY_UNKNOWN`, also for the keys of others. */
  requireOwnKey(manager: Manager, id: string): Promise<ApiKeyInfo>
}

/** Seconds that the clock of who vouches for a login may be ahead. */
const MOST_AHEAD = 60

/** Prepares the guards. */
export function createManagerGuards(settings: RouteSettings, keys: ApiKeys): ManagerGuards {
  function requireManager(request: FastifyRequest): Manager {
    const identity = requireIdentity(request)
    const mechanism = request.server.mechanisms.find(identity.mechanism)
    const owner =
      mechanism?.describe().type === 'api-key' ? null : settings.owner(identity, request)
    if (owner === null) throw new NotAManager()
    const organization = owner.type === 'organization' ? owner.id : null
    return { identity, owner, tenant: identity.tenant ?? organization }
  }

  return {
    requireManager,
    requireFreshManager(request, reply) {
      const manager = requireManager(request)
      const { authTime, mechanism } = manager.identity
      const { freshness } = settings
      const age = authTime === undefined ? Number.NaN : settings.clock() - authTime
      if (age >= -MOST_AHEAD && age <= freshness) return manager
      throw refuseDecision(
        request,
        reply,
        manager.identity,
        request.server.mechanisms.find(mechanism),
        {
          effect: 'challenge',
          stepUp: {
            error: 'insufficient_user_authentication',
            reason: 'stale',
            maxAge: freshness,
          },
        },
      )
    },
    requireGrantable(request, { identity }, { scopes = [], permissions = [] }) {
      const grantable = settings.grantable(identity, request)
      if (!isSubset(scopes, grantable.scopes)) throw new NotGrantable()
      if (!isSubset(permissions, grantable.permissions ?? [])) throw new NotGrantable()
    },
    async requireOwnKey({ owner, tenant }, id) {
      const info = await keys.get(id)
      if (info === null || info.tenant !== tenant) throw new UnknownKey()
      if (info.owner.type !== owner.type || info.owner.id !== owner.id) throw new UnknownKey()
      return info
    },
  }
}

function isSubset(asked: readonly string[], granted: Iterable<string>): boolean {
  const set = new Set(granted)
  return asked.every((right) => set.has(right))
}
