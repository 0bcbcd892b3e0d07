import { requireIdentity } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import type { Account } from '../accounts.js'
import { adminPage, type Person } from '../pages/admin-page.js'
import { form, frameOf, type Site, sendPage, withNote } from './context.js'

/** Denials that the page shows. */
const SHOWN = 15

/** Looking after everybody. */
export function adminRoutes(app: FastifyInstance, { accounts, denials }: Site): void {
  const admin = { config: { auth: { any: ['session'], roles: ['admin'] } } }
  const freshAdmin = { config: { auth: { any: ['session'], roles: ['admin'], maxAge: 300 } } }

  async function personOf(account: Account): Promise<Person> {
    const [sessions, { keys }, consents] = await Promise.all([
      app.sessions.list(account.id),
      app.apiKeys.list({ owner: { type: 'user', id: account.id } }),
      app.oauthServer.consents.list(account.id),
    ])
    const living = keys.filter(({ state }) => state === 'active')
    return { account, sessions, keys: living, apps: consents.length }
  }

  app.get('/admin', admin, async (request, reply) => {
    const people = await Promise.all((await accounts.list()).map(personOf))
    const shown = {
      people,
      denials: denials.list().slice(0, SHOWN),
      matrix: app.authz.matrix(),
    }
    return sendPage(reply, adminPage(frameOf(request), shown))
  })

  app.post<{ Body: { id: string } }>(
    '/admin/end-person',
    { ...freshAdmin, schema: form('id') },
    async (request, reply) => {
      const { id } = request.body
      const account = await accounts.find(id)
      if (account === null) return reply.callNotFound()
      const by = requireIdentity(request).subject
      await app.apiKeys.revokeAll({ type: 'user', id }, { reason: 'administrator', by })
      await app.tokens.revoke({ subject: id })
      await app.oauthServer.grants.revokeAll(id)
      await app.sessions.revokeAll(id)
      return reply.redirect(withNote('/admin', 'ended-person'), 303)
    },
  )

  app.post<{ Body: { id: string } }>(
    '/admin/end-session',
    { ...freshAdmin, schema: form('id') },
    async (request, reply) => {
      await app.sessions.revoke(request.body.id)
      return reply.redirect(withNote('/admin', 'ended-session'), 303)
    },
  )

  app.post<{ Body: { id: string } }>(
    '/admin/revoke-key',
    { ...freshAdmin, schema: form('id') },
    async (request, reply) => {
      if ((await app.apiKeys.get(request.body.id)) === null) return reply.callNotFound()
      const by = requireIdentity(request).subject
      await app.apiKeys.revoke(request.body.id, { reason: 'administrator', by })
      return reply.redirect(withNote('/admin', 'revoked'), 303)
    },
  )
}
