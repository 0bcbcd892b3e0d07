import { requireIdentity } from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { keyShownPage, keysPage, lifetimes, overlaps, type ShownKey } from '../pages/key-pages.js'
import type { Fault } from '../pages/layout.js'
import { grantableScopes, type Scope } from '../policy.js'
import { form, frameOf, fresh, mine, sendPage, withNote } from './context.js'

interface KeyForm {
  readonly name: string
  readonly scopes?: string | readonly string[]
  readonly lifetime: string
}

const newKey = {
  body: {
    type: 'object',
    required: ['name', 'lifetime'],
    properties: {
      name: { type: 'string', maxLength: 200 },
      lifetime: { type: 'string' },
      scopes: {},
    },
  },
}
const one = { params: { type: 'object', properties: { id: { type: 'string', maxLength: 64 } } } }

/** So many requests a key may make in a minute. */
const rateLimit = { limit: 60, window: 60 }

/** API keys, for people: what they make belongs to them. */
export function keyRoutes(app: FastifyInstance, origin: string): void {
  const ownerOf = (request: FastifyRequest) =>
    ({ type: 'user', id: requireIdentity(request).subject }) as const

  async function show(request: FastifyRequest, reply: FastifyReply, fault: Fault | null = null) {
    const { keys } = await app.apiKeys.list({ owner: ownerOf(request) })
    const shown = await Promise.all(
      keys.map(async (info): Promise<ShownKey> => {
        const usage = info.state === 'active' ? await app.apiKeys.usage(info.id) : []
        return { info, usage }
      }),
    )
    const newest = shown.sort((left, right) => right.info.createdAt - left.info.createdAt)
    const grantable = grantableScopes(requireIdentity(request).roles)
    return sendPage(reply, keysPage(frameOf(request), newest, grantable, fault))
  }

  /** @returns The key of that id, if it is the caller's. */
  async function findOwn(request: FastifyRequest<{ Params: { id: string } }>) {
    const info = await app.apiKeys.get(request.params.id)
    return info?.owner.type === 'user' && info.owner.id === ownerOf(request).id ? info : null
  }

  app.get('/keys', mine, async (request, reply) => show(request, reply))

  app.post<{ Body: KeyForm }>('/keys', { ...fresh, schema: newKey }, async (request, reply) => {
    const { name, lifetime } = request.body
    const asked = [request.body.scopes ?? []].flat()
    const grantable = grantableScopes(requireIdentity(request).roles)
    const again = (message: string) =>
      show(request, reply.code(422), { message, typed: { name: name.slice(0, 60) } })
    if (name.trim() === '' || name.length > 60) {
      return again('Please say what the key is for, in at most 60 characters.')
    }
    if (asked.length === 0) return again('Please choose what the key may do.')
    if (!asked.every((scope) => grantable.includes(scope as Scope))) {
      return again('You cannot give what you do not have yourself.')
    }
    const seconds = lifetimes.find(([known]) => String(known) === lifetime)?.[0]
    if (seconds === undefined) return again('Please choose how long the key lives.')
    const { key, info } = await app.apiKeys.create({
      name: name.trim(),
      owner: ownerOf(request),
      createdBy: requireIdentity(request).subject,
      scopes: asked,
      rateLimit,
      expiresAt: Math.floor(Date.now() / 1000) + seconds,
    })
    return sendPage(reply, keyShownPage(frameOf(request), key, info, origin))
  })

  app.post<{ Params: { id: string }; Body: { overlap: string } }>(
    '/keys/:id/rotate',
    { ...fresh, schema: { ...one, ...form('overlap') } },
    async (request, reply) => {
      const found = await findOwn(request)
      if (found === null) return reply.callNotFound()
      const overlap = overlaps.find(([known]) => String(known) === request.body.overlap)?.[0] ?? 0
      const { key, info } = await app.apiKeys.rotate(found.id, { overlap })
      return sendPage(reply, keyShownPage(frameOf(request), key, info, origin))
    },
  )

  app.post<{ Params: { id: string } }>(
    '/keys/:id/revoke',
    { ...mine, schema: one },
    async (request, reply) => {
      const found = await findOwn(request)
      if (found === null) return reply.callNotFound()
      await app.apiKeys.revoke(found.id)
      return reply.redirect(withNote('/keys', 'revoked'), 303)
    },
  )
}
