import { requireIdentity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { devicesPage } from '../pages/account-pages.js'
import { form, frameOf, fresh, mine, sendPage, withNote } from './context.js'

/** Where somebody is logged in, and how that ends. */
export function deviceRoutes(app: FastifyInstance): void {
  app.get('/devices', mine, async (request, reply) => {
    const { subject, credentialId } = requireIdentity(request)
    const sessions = await app.sessions.list(subject, { current: credentialId })
    return sendPage(reply, devicesPage(frameOf(request), sessions))
  })

  app.post<{ Body: { id: string } }>(
    '/devices/end',
    { ...fresh, schema: form('id') },
    async (request, reply) => {
      const found = await app.sessions.find(request.body.id)
      if (found?.subject === requireIdentity(request).subject) await app.sessions.revoke(found.id)
      return reply.redirect(withNote('/devices', 'ended'), 303)
    },
  )

  app.post('/devices/end-others', fresh, async (request, reply) => {
    const { subject, credentialId } = requireIdentity(request)
    await app.sessions.revokeAll(subject, { except: credentialId })
    return reply.redirect(withNote('/devices', 'ended-others'), 303)
  })

  app.post('/devices/end-tokens', fresh, async (request, reply) => {
    await app.tokens.revoke({ subject: requireIdentity(request).subject })
    return reply.redirect(withNote('/devices', 'ended-tokens'), 303)
  })
}
