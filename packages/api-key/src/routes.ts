import type {
  FastifyContextConfig,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
} from 'fastify'
import type { KeyChanges, RotateOptions } from './api-keys.js'
import { checkTraits, type KeyTraits } from './key-input.js'
import { createManagerGuards } from './manager.js'
import { type ApiKeyRoutesOptions, resolveRouteOptions } from './route-options.js'
import { routeSchemas } from './route-schemas.js'

interface OfKey {
  Params: { id: string }
}
type Body = KeyTraits & { environment?: string; expiresAt?: number | null }

/**
 * Routes by which people manage their keys. Register it with a `prefix`, such as `/keys`, where
 * `request.identity` is established: with the meta-plugin by the option `auth`.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID_OPTIONS` when there is no such registration.
 */
export const apiKeyRoutes: FastifyPluginAsync<ApiKeyRoutesOptions> = async (app, options) => {
  const keys = options.keys === undefined ? app.apiKeys : app.apiKeysOf(options.keys)
  const settings = resolveRouteOptions(options, keys.issuer)
  const guards = createManagerGuards(settings, keys)
  const config = (options.auth === undefined ? {} : { auth: options.auth }) as FastifyContextConfig
  const { create, list, get, update, rotate, disable, enable, revoke } = routeSchemas

  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  app.post<{ Body: Body }>('/', { config, schema: create }, async (request, reply) => {
    const manager = guards.requireFreshManager(request, reply)
    const { name, environment, expiresAt, ...rest } = traitsOf(request.body)
    guards.requireGrantable(request, manager, rest)
    const { owner, tenant, identity } = manager
    const { rateLimit = null, quota = null } = settings.limits(identity, request)
    const issued = await keys.create({
      ...rest,
      name: name as string,
      owner,
      createdBy: identity.subject,
      rateLimit,
      quota,
      ...(tenant === null ? {} : { tenant }),
      ...(environment === undefined ? {} : { environment }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })
    return reply.code(201).send(issued)
  })

  app.get<{ Querystring: { cursor?: string; limit: number } }>(
    '/',
    { config, schema: list },
    async (request) => {
      const { owner, tenant } = guards.requireManager(request)
      const { cursor = null, limit } = request.query
      return keys.list({ owner, tenant, cursor, limit })
    },
  )

  app.get<OfKey>('/:id', { config, schema: get }, async (request) =>
    guards.requireOwnKey(guards.requireManager(request), request.params.id),
  )

  app.patch<OfKey & { Body: KeyChanges }>(
    '/:id',
    { config, schema: update },
    async (request, reply) => {
      const manager = guards.requireFreshManager(request, reply)
      const info = await guards.requireOwnKey(manager, request.params.id)
      const { environment: _fixed, ...changes } = traitsOf(request.body)
      guards.requireGrantable(request, manager, { ...info, ...changes })
      return keys.update(request.params.id, changes)
    },
  )

  app.post<OfKey & { Body: RotateOptions | null }>(
    '/:id/rotate',
    { config, schema: rotate },
    async (request, reply) => {
      await requireFullRights(request, reply)
      return keys.rotate(request.params.id, request.body ?? {})
    },
  )

  app.post<OfKey>('/:id/enable', { config, schema: enable }, async (request, reply) => {
    await requireFullRights(request, reply)
    return keys.enable(request.params.id)
  })

  app.post<OfKey>('/:id/disable', { config, schema: disable }, async (request) => {
    await guards.requireOwnKey(guards.requireManager(request), request.params.id)
    return keys.disable(request.params.id)
  })

  app.delete<OfKey>('/:id', { config, schema: revoke }, async (request, reply) => {
    const manager = guards.requireManager(request)
    await guards.requireOwnKey(manager, request.params.id)
    const { subject } = manager.identity
    const by = subject === manager.owner.id ? {} : { by: subject }
    await keys.revoke(request.params.id, { requestId: String(request.id), ...by })
    return reply.code(204).send()
  })

  /** Who brings a key to life again, or gets its secret, must be able to give all that it may. */
  async function requireFullRights(
    request: FastifyRequest<OfKey>,
    reply: FastifyReply,
  ): Promise<void> {
    const manager = guards.requireFreshManager(request, reply)
    const info = await guards.requireOwnKey(manager, request.params.id)
    guards.requireGrantable(request, manager, info)
  }
}

/**
 * Takes what a caller may say of a key, and nothing else, whatever the validator let through.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`.
 */
function traitsOf(body: Partial<Body>): Partial<Body> {
  const { name, scopes, permissions, metadata, cidrs, expiresAt, environment } = body
  const said = { name, scopes, permissions, metadata, cidrs, expiresAt, environment }
  const given: Partial<Body> = Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== undefined),
  )
  checkTraits(given)
  return given
}
