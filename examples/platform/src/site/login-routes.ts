import { requireIdentity } from '@latchkey/identity'
import { safeReturnTo } from '@latchkey/session'
import type { PasswordVerdict } from '@latchkey/session/password'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Account, accountId, namePattern } from '../accounts.js'
import { confirmPage, loginPage, registerPage } from '../pages/account-pages.js'
import type { Fault } from '../pages/layout.js'
import { homePage } from '../pages/order-pages.js'
import { NORTHWIND, signInFault } from '../sign-in.js'
import { form, frameOf, mine, open, type Site, sendPage, withNote } from './context.js'

interface LoginForm {
  readonly username: string
  readonly password: string
  readonly returnTo?: string
}

/** Says what a person may know of a login that failed: never whether there is such an account. */
function refuse(
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

/** @returns What speaks against a new account, for people, or `null`. */
function findWeakness(username: string, password: string): string | null {
  if (!new RegExp(namePattern).test(username.trim())) {
    return 'Please take a name of 2 to 32 letters and digits that begins with a letter.'
  }
  if ([...password].length < 8) return 'The password is too short: take at least 8 characters.'
  if (Buffer.byteLength(password) > 1024) return 'The password is too long.'
  if (password.toLowerCase().includes(accountId(username))) return 'The password holds your name.'
  return null
}

/** What a session says of somebody who logged in with a password. */
function details({ name, roles }: Account, amr: readonly string[] = ['pwd']) {
  return { roles, amr, claims: { name } }
}

/** The ways in and out, for people. */
export function loginRoutes(app: FastifyInstance, site: Site): void {
  const { accounts } = site

  app.get('/', open, async (request, reply) => sendPage(reply, homePage(frameOf(request))))

  app.get<{ Querystring: { returnTo?: string; prompt?: string; error?: string } }>(
    '/login',
    open,
    async (request, reply) => {
      const { error } = request.query
      const returnTo = safeReturnTo(request.query.returnTo)
      if (error !== undefined) {
        const fault = { message: signInFault(error) }
        return sendPage(reply.code(400), loginPage(frameOf(request), fault, returnTo))
      }
      // Whoever must prove themselves anew gets the form although they are logged in.
      if (request.identity !== null && request.query.prompt === undefined) {
        return reply.redirect(returnTo, 303)
      }
      return sendPage(reply, loginPage(frameOf(request), null, returnTo))
    },
  )

  app.post<{ Body: LoginForm }>(
    '/login',
    { ...open, schema: form('username', 'password') },
    async (request, reply) => {
      const { username, password } = request.body
      const returnTo = safeReturnTo(request.body.returnTo)
      const found = await accounts.verify({ account: username, password, address: request.ip })
      if (found.account === null) {
        const fault = { ...refuse(reply, found.verdict), typed: { username } }
        return sendPage(reply, loginPage(frameOf(request), fault, returnTo))
      }
      await request.login(found.account.id, details(found.account))
      return reply.redirect(returnTo === '/' ? withNote('/', 'in') : returnTo, 303)
    },
  )

  app.post<{ Body: { returnTo?: string } }>('/sign-in', open, async (request, reply) => {
    const returnTo = safeReturnTo(request.body?.returnTo)
    // Whoever is logged in is here to prove themselves anew.
    const again = request.identity === null ? {} : { prompt: 'login' as const, maxAge: 0 }
    return reply.signIn(NORTHWIND, { returnTo, ...again })
  })

  app.get('/register', open, async (request, reply) =>
    sendPage(reply, registerPage(frameOf(request), null)),
  )

  app.post<{ Body: { username: string; newPassword: string } }>(
    '/register',
    { ...open, schema: form('username', 'newPassword') },
    async (request, reply) => {
      const { username, newPassword } = request.body
      const refuseWith = (message: string) => {
        const fault = { message, typed: { username } }
        return sendPage(reply.code(422), registerPage(frameOf(request), fault))
      }
      const weakness = findWeakness(username, newPassword)
      if (weakness !== null) return refuseWith(weakness)
      const account = await accounts.add(username, newPassword, ['buyer'])
      if (account === null) return refuseWith('This name is taken. Please choose another one.')
      await request.login(account.id, details(account))
      return reply.redirect(withNote('/', 'welcome'), 303)
    },
  )

  app.post('/logout', { config: { auth: 'public' } }, async (request, reply) => {
    await request.logout()
    return reply.redirect(withNote('/', 'out'), 303)
  })

  app.get<{ Querystring: { returnTo?: string } }>('/confirm', mine, async (request, reply) => {
    const account = await accounts.find(requireIdentity(request).subject)
    const hasPassword = account?.hash !== null
    const returnTo = safeReturnTo(request.query.returnTo)
    return sendPage(reply, confirmPage(frameOf(request), null, returnTo, hasPassword))
  })

  app.post<{ Body: { password: string; returnTo?: string } }>(
    '/confirm',
    { ...mine, schema: form('password') },
    async (request, reply) => {
      const returnTo = safeReturnTo(request.body.returnTo)
      const { subject } = requireIdentity(request)
      const attempt = { account: subject, password: request.body.password, address: request.ip }
      const found = await accounts.verify(attempt)
      if (found.account === null) {
        const fault = refuse(reply, found.verdict, 'The password is wrong.')
        return sendPage(reply, confirmPage(frameOf(request), fault, returnTo, true))
      }
      await request.reauthenticated({ amr: ['pwd'] })
      return reply.redirect(returnTo, 303)
    },
  )
}
