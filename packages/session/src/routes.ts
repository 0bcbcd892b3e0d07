import {
  type Identity,
  type MechanismPlan,
  refuseDecision,
  requireIdentity,
} from '@latchkey/identity'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Unknown } from './errors.js'
import './types.js'

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions {
  /** The session mechanism whose sessions are managed. Default `session`. */
  readonly mechanism?: string
  /** Seconds that a login may be old for ending sessions (ASVS V7.5.2). Default 300. */
  readonly freshness?: number
}

const sessionSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    createdAt: { type: 'integer' },
    lastSeenAt: { type: 'integer' },
    expiresAt: { type: 'integer' },
    device: { type: 'string' },
    address: { type: 'string' },
    amr: { type: 'array', items: { type: 'string' } },
    isCurrent: { type: 'boolean' },
  },
} as const

const listSchema = {
  summary: 'Lists the sessions of the caller',
  response: {
    200: {
      type: 'object',
      properties: { sessions: { type: 'array', items: sessionSchema } },
    },
  },
} as const
const revokeSchema = {
  summary: 'Ends one session of the caller',
  params: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string', maxLength: 64 } },
  },
  response: { 204: { type: 'null' } },
} as const
const revokeOthersSchema = {
  summary: 'Ends all sessions of the caller but the current one',
  response: { 204: { type: 'null' } },
} as const

/**
 * Routes with which people see and end their own sessions: `GET /`, `DELETE /:id`, `DELETE /` for
 * all others. Register them with a prefix, such as `/sessions`. Ending asks for a fresh login.
 */
export const sessionRoutes: FastifyPluginAsync<SessionRoutesOptions> = async (app, options) => {
  const { mechanism = 'session', freshness = 300 } = options
  const plan: MechanismPlan = [mechanism]
  // The meta-plugin reads the plan from the config; the hook serves where there is none.
  const guard = { onRequest: app.authenticate(plan), config: { auth: plan } as object }
  const sessions = () => app.sessionsOf(mechanism)

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
  })

  app.get('/', { ...guard, schema: listSchema }, async (request) => {
    const { subject, credentialId } = requireIdentity(request)
    return { sessions: await sessions().list(subject, { current: credentialId }) }
  })

  app.delete<{ Params: { id: string } }>(
    '/:id',
    { ...guard, schema: revokeSchema },
    async (request, reply) => {
      const { subject } = requireFresh(request, reply)
      const found = await sessions().find(request.params.id)
      if (found?.subject !== subject) throw new Unknown()
      await sessions().revoke(found.id)
      return reply.code(204).send()
    },
  )

  app.delete('/', { ...guard, schema: revokeOthersSchema }, async (request, reply) => {
    const { subject, credentialId } = requireFresh(request, reply)
    await sessions().revokeAll(subject, { except: credentialId })
    return reply.code(204).send()
  })

  function requireFresh(request: FastifyRequest, reply: FastifyReply): Identity {
    const identity = requireIdentity(request)
    // Only the token before a rotation comes without, and it does not get as far as here.
    const authTime = identity.authTime as number
    if (app.sessionsOf(mechanism).now() - authTime <= freshness) return identity
    throw refuseDecision(request, reply, identity, app.mechanisms.find(mechanism), {
      effect: 'challenge',
      stepUp: {
        error: 'insufficient_user_authentication',
        reason: 'stale-login',
        maxAge: freshness,
      },
    })
  }
}
