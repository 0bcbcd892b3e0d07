import { safeReturnTo } from '@latchkey/session'
import type { PasswordVerdict } from '@latchkey/session/password'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { bag, type Site } from './context.js'
import { type Fault, homePage, loginPage, registerPage } from './pages.js'
import { accountOf } from './users.js'

const text = { type: 'string', maxLength: 4096 } as const
const name = { type: 'string', minLength: 1, maxLength: 64, pattern: '\\S' } as const

/** Says what a person may know of a login that failed: never whether there is such an account. */
export function refuse(
  reply: FastifyReply,
  verdict: PasswordVerdict & { ok: false },
  wrong = 'Name or password is wrong.',
): Fault {
  if (verdict.reason === 'wrong') {
    reply.code(401)
    return { message: wrong }
  }
  reply.code(verdict.reason === 'busy' ? 503 : 429).header('retry-after', verdict.retryAfter)
  const minutes = Math.ceil(verdict.retryAfter / 60)
  const wait = minutes > 1 ? `${minutes} minutes` : `${verdict.retryAfter} seconds`
  return { message: `Too many attempts. Please try again in ${wait}.` }
}

/** The ways in and out. */
export function loginRoutes(app: FastifyInstance, site: Site): void {
  const { users, passwords } = site
  const open = { config: { ...bag, auth: { any: ['session'], optional: true } } } as const

  app.get('/', open, async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(homePage(site.frame(request, reply))),
  )

  app.get<{ Querystring: { returnTo?: string } }>('/login', open, async (request, reply) => {
    const page = loginPage(site.frame(request, reply), null, safeReturnTo(request.query.returnTo))
    return reply.type('text/html; charset=utf-8').send(page)
  })

  app.post<{ Body: { name: string; password: string; returnTo?: string } }>(
    '/login',
    {
      config: { ...bag, auth: 'public' },
      schema: {
        body: {
          type: 'object',
          required: ['name', 'password'],
          properties: { name, password: text, returnTo: text },
        },
      },
    },
    async (request, reply) => {
      const { name, password } = request.body
      const returnTo = safeReturnTo(request.body.returnTo)
      const user = users.find(name)
      const verdict = await passwords.verify({
        account: accountOf(name),
        password,
        hash: user?.passwordHash ?? null,
        address: request.ip,
      })
      if (!verdict.ok || user === undefined) {
        const fault = refuse(reply, verdict.ok ? { ok: false, reason: 'wrong' } : verdict)
        const page = loginPage(site.frame(request, reply), { ...fault, name }, returnTo)
        return reply.type('text/html; charset=utf-8').send(page)
      }
      if (verdict.rehash !== null) users.setPassword(user.id, verdict.rehash)
      await request.login(user.id, { amr: ['pwd'] })
      request.flash('note', 'You are logged in.')
      return reply.redirect(returnTo, 303)
    },
  )

  app.get('/register', open, async (request, reply) =>
    reply.type('text/html; charset=utf-8').send(registerPage(site.frame(request, reply), null)),
  )

  app.post<{ Body: { name: string; newPassword: string } }>(
    '/register',
    {
      config: { ...bag, auth: 'public' },
      schema: {
        body: {
          type: 'object',
          required: ['name', 'newPassword'],
          properties: { name, newPassword: text },
        },
      },
    },
    async (request, reply) => {
      const { name, newPassword } = request.body
      const refuseWith = (message: string) =>
        reply
          .code(422)
          .type('text/html; charset=utf-8')
          .send(registerPage(site.frame(request, reply), { message, name }))
      const weakness = findWeakness(newPassword, name)
      if (weakness !== null) return refuseWith(weakness)
      const user = users.add(name, await passwords.hash(newPassword))
      if (user === null) return refuseWith('This name is taken. Please choose another one.')
      await request.login(user.id, { amr: ['pwd'] })
      request.flash('note', 'Your account is ready.')
      return reply.redirect('/', 303)
    },
  )

  app.post('/logout', { config: { ...bag, auth: 'public' } }, async (request, reply) => {
    await request.logout()
    request.flash('note', 'You are logged out.')
    return reply.redirect('/', 303)
  })
}

/** @returns What speaks against a new password, for people, or `null`. */
export function findWeakness(password: string, name: string): string | null {
  if ([...password].length < 8) return 'The password is too short: take at least 8 characters.'
  if (Buffer.byteLength(password) > 1024) return 'The password is too long.'
  if (accountOf(password).includes(accountOf(name))) return 'The password holds your name.'
  return null
}
