import { requireIdentity } from '@latchkey/identity'
import type { FastifyPluginAsync } from 'fastify'

/** What the keys are for: a route that is free, one at the usual price, and one that costs more. */
export const reportRoutes: FastifyPluginAsync = async (app) => {
  app.get('/whoami', { config: { auth: ['api-key'], apiKey: { cost: 0 } } }, async (request) => {
    const { subject, credentialId, scopes, expiresAt } = requireIdentity(request)
    return { subject, credentialId, scopes: [...scopes], expiresAt }
  })

  app.get(
    '/reports/short',
    { config: { auth: { any: ['api-key'], scopes: ['reports:read'] } } },
    async () => ({ report: 'All is well.' }),
  )

  app.get(
    '/reports/long',
    { config: { auth: { any: ['api-key'], scopes: ['reports:read'] }, apiKey: { cost: 5 } } },
    async () => ({ report: 'All is well. '.repeat(5).trim() }),
  )

  app.post(
    '/reports',
    { config: { auth: { any: ['api-key'], scopes: ['reports:write'] } } },
    async (_request, reply) => reply.code(201).send({ report: 'Taken down.' }),
  )
}
