import { requireIdentity } from '@latchkey/identity'
import { safeReturnTo } from '@latchkey/session'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bag, type Site } from './context.js'
import { findWeakness, refuse } from './login-routes.js'
import { confirmPage, devicesPage, type Fault, passwordPage } from './pages.js'
import { accountOf } from './users.js'

/** Seconds for which nobody is asked for the password again. */
const FRESH = 300

const text = { type: 'string', maxLength: 4096 } as const
const body = (...names: readonly string[]) => ({
  body: {
    type: 'object',
    required: names,
    properties: { ...Object.fromEntries(names.map((name) => [name, text])), returnTo: text },
  },
})

/** What people do with their account. */
export function accountRoutes(app: FastifyInstance, site: Site): void {
  const { users, passwords } = site
  const mine = { config: { ...bag, auth: 'session' } } as const

  /** Checks the password of whoever is logged in. */
  async function check(request: FastifyRequest, reply: FastifyReply, password: string) {
    const user = users.get(requireIdentity(request).subject)
    const attempt = { account: accountOf(user.name), hash: user.passwordHash, address: request.ip }
    const verdict = await passwords.verify({ ...attempt, password })
    return verdict.ok ? null : refuse(reply, verdict, 'The password is wrong.')
  }

  app.get('/password', mine, async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(passwordPage(site.frame(request, reply), null)),
  )

  app.post<{ Body: { password: string; newPassword: string } }>(
    '/password',
    { ...mine, schema: body('password', 'newPassword') },
    async (request, reply) => {
      const { subject, credentialId } = requireIdentity(request)
      const { password, newPassword } = request.body
      const again = (fault: Fault) =>
        reply.type('text/html; charset=utf-8').send(passwordPage(site.frame(request, reply), fault))
      const wrong = await check(request, reply, password)
      if (wrong !== null) return again(wrong)
      const weakness = findWeakness(newPassword, users.get(subject).name)
      if (weakness !== null) {
        reply.code(422)
        return again({ message: weakness })
      }
      users.setPassword(subject, await passwords.hash(newPassword))
      // Whoever knew the old password is out; this browser goes on, with a new token.
      await request.reauthenticated({ amr: ['pwd'] })
      await app.sessions.revokeAll(subject, { except: credentialId })
      request.flash('note', 'Your password is changed. All other devices are logged out.')
      return reply.redirect('/', 303)
    },
  )

  app.get<{ Querystring: { returnTo?: string } }>('/confirm', mine, async (request, reply) => {
    const returnTo = safeReturnTo(request.query.returnTo)
    const page = confirmPage(site.frame(request, reply), null, returnTo)
    return reply.type('text/html; charset=utf-8').send(page)
  })

  app.post<{ Body: { password: string; returnTo?: string } }>(
    '/confirm',
    { ...mine, schema: body('password') },
    async (request, reply) => {
      const returnTo = safeReturnTo(request.body.returnTo)
      const wrong = await check(request, reply, request.body.password)
      if (wrong !== null) {
        const page = confirmPage(site.frame(request, reply), wrong, returnTo)
        return reply.type('text/html; charset=utf-8').send(page)
      }
      await request.reauthenticated({ amr: ['pwd'] })
      return reply.redirect(returnTo, 303)
    },
  )

  app.get('/devices', mine, async (request, reply) => {
    const { subject, credentialId } = requireIdentity(request)
    const sessions = await app.sessions.list(subject, { current: credentialId })
    return reply
      .type('text/html; charset=utf-8')
      .send(devicesPage(site.frame(request, reply), sessions))
  })

  const isFresh = (request: FastifyRequest): boolean =>
    app.sessions.now() - (requireIdentity(request).authTime ?? 0) <= FRESH
  const confirmFirst = (reply: FastifyReply) =>
    reply.redirect(`/confirm?returnTo=${encodeURIComponent('/devices')}`, 303)

  app.post<{ Body: { id: string } }>(
    '/devices/end',
    { ...mine, schema: body('id') },
    async (request, reply) => {
      if (!isFresh(request)) return confirmFirst(reply)
      const found = await app.sessions.find(request.body.id)
      if (found?.subject === requireIdentity(request).subject) {
        await app.sessions.revoke(found.id)
        request.flash('note', `${found.device} is logged out.`)
      }
      return reply.redirect('/devices', 303)
    },
  )

  app.post('/devices/end-others', mine, async (request, reply) => {
    if (!isFresh(request)) return confirmFirst(reply)
    const { subject, credentialId } = requireIdentity(request)
    await app.sessions.revokeAll(subject, { except: credentialId })
    request.flash('note', 'All other devices are logged out.')
    return reply.redirect('/devices', 303)
  })
}
