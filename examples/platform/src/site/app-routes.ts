import { requireIdentity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { appsPage } from '../pages/app-page.js'
import { form, frameOf, mine, type Site, sendPage, withNote } from './context.js'

/** What a person allowed to programs, and how that ends. */
export function appRoutes(app: FastifyInstance, { origin }: Site): void {
  const { consents } = app.oauthServer

  app.get('/apps', mine, async (request, reply) => {
    const given = await consents.list(requireIdentity(request).subject)
    return sendPage(reply, appsPage(frameOf(request), given))
  })

  app.post<{ Body: { client: string } }>(
    '/apps/disconnect',
    { ...mine, schema: form('client') },
    async (request, reply) => {
      const { subject } = requireIdentity(request)
      await consents.revoke(subject, request.body.client)
      // Access tokens verify without asking: this voids those at once that programs hold for this
      // person. Programs that are still allowed refresh theirs.
      await app.tokens.revoke({ subject, issuer: `${origin}/oauth` })
      return reply.redirect(withNote('/apps', 'disconnected'), 303)
    },
  )
}
