import { safeReturnTo } from '@latchkey/session'
import type { FastifyInstance } from 'fastify'
import type { Accounts } from '../accounts.js'
import { programPage } from '../clients/frame.js'
import { html } from '../pages/html.js'
import { alert, type Fault } from '../pages/layout.js'
import { NORTHWIND } from '../sign-in.js'
import { form, sendPage } from '../site/context.js'

interface LoginForm {
  readonly username: string
  readonly password: string
  readonly returnTo?: string
}

/**
 * What Northwind's subjects begin with: both authorization servers of the demonstration share one
 * store, and the name of nobody on the platform has a hyphen.
 */
export const SUBJECT_PREFIX = 'nw-'

const open = { config: { auth: { any: [NORTHWIND], optional: true } } } as const

function loginPage(fault: Fault | null, returnTo: string): string {
  const body = html`<h1>Sign in to Northwind ID</h1>
<p class="lead">Another server, with people of its own. Its name and password for the demonstration stand in the terminal.</p>
<div class="card">${alert(fault)}<form method="post" action="/id/login">
<input type="hidden" name="returnTo" value="${returnTo}">
<label for="username">Northwind name</label><input id="username" name="username" autocomplete="username" autocapitalize="none" required maxlength="64" value="${fault?.typed?.username ?? ''}">
<label for="password">Northwind password</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button class="wide">Sign in</button></form></div>`
  return programPage('northwind', 'Northwind ID', 'an identity provider', body, 'narrow')
}

/** Northwind's login page, on which the platform never looks. */
export function northwindRoutes(app: FastifyInstance, accounts: Accounts): void {
  app.get<{ Querystring: { returnTo?: string; prompt?: string } }>(
    '/id/login',
    open,
    async (request, reply) => {
      const returnTo = safeReturnTo(request.query.returnTo)
      if (request.identity !== null && request.query.prompt === undefined) {
        return reply.redirect(returnTo, 303)
      }
      return sendPage(reply, loginPage(null, returnTo))
    },
  )

  app.post<{ Body: LoginForm }>(
    '/id/login',
    { ...open, schema: form('username', 'password') },
    async (request, reply) => {
      const { username, password } = request.body
      const returnTo = safeReturnTo(request.body.returnTo)
      const found = await accounts.verify({ account: username, password, address: request.ip })
      if (found.account === null) {
        const isWrong = found.verdict.reason === 'wrong'
        const message = isWrong ? 'That is not right.' : 'Too many attempts. Wait a little.'
        const page = loginPage({ message, typed: { username } }, returnTo)
        return sendPage(reply.code(isWrong ? 401 : 429), page)
      }
      const { id, name } = found.account
      await request.login(`${SUBJECT_PREFIX}${id}`, {
        mechanism: NORTHWIND,
        amr: ['pwd'],
        claims: { name },
      })
      return reply.redirect(returnTo, 303)
    },
  )
}
