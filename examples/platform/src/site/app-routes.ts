import { requireIdentity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { appsPage } from '../pages/app-page.js'
import { form, frameOf, mine, sendPage, withNote } from './context.js'

/** What a person allowed to programs, and how that ends. */
export function appRoutes(app: FastifyInstance): void {
  const { consents } = app.oauthServer

  app.get('/apps', mine, async (request, reply) => {
    const given = await consents.list(requireIdentity(request).subject)
    return sendPage(reply, appsPage(frameOf(request), given))
  })

  app.post<{ Body: { client: string } }>(
    '/apps/disconnect',
    { ...mine, schema: form('client') },
    async (request, reply) => {
      await consents.revoke(requireIdentity(request).subject, request.body.client)
      return reply.redirect(withNote('/apps', 'disconnected'), 303)
    },
  )
}
