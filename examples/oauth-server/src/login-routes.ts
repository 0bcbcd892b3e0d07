import formbody from '@fastify/formbody'
import { safeReturnTo } from '@latchkey/session'
import type { Passwords } from '@latchkey/session/password'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Users } from './users.js'

interface Fields {
  readonly username?: string
  readonly password?: string
  readonly returnTo?: string
}

interface Question {
  readonly returnTo?: string
  readonly login_hint?: string
  readonly prompt?: string
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => escapes[one] as string)

const style = `:root{color-scheme:light dark}*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:24rem;border:1px solid #8886;border-radius:.75rem;padding:1.75rem}
h1{font-size:1.375rem;margin:0 0 1rem}label{display:block;font-weight:600;margin-top:.75rem}
input{width:100%;min-height:2.75rem;padding:.5rem .75rem;border:1px solid #888;border-radius:.5rem;font:inherit}
button{width:100%;min-height:2.75rem;margin-top:1.25rem;border:0;border-radius:.5rem;background:#0b57d0;color:#fff;font:inherit;font-weight:600}
.wrong{color:light-dark(#a00,#ff9b9b)}`

function sendForm(reply: FastifyReply, returnTo: string, username: string, isWrong: boolean) {
  return reply
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    )
    .header('x-frame-options', 'DENY')
    .type('text/html; charset=utf-8')
    .code(isWrong ? 401 : 200)
    .send(`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in</title>
<style>${style}</style></head><body><main><h1>Sign in</h1>
${isWrong ? '<p class="wrong" role="alert">That is not the right name and password.</p>' : ''}
<form method="post" action="/login"><input type="hidden" name="returnTo" value="${escaped(returnTo)}">
<label for="username">User name</label>
<input id="username" name="username" required autocomplete="username" value="${escaped(username)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" required autocomplete="current-password">
<button>Sign in</button></form></main></body></html>`)
}

/** The application's own login page. */
export async function addLoginRoutes(
  app: FastifyInstance,
  users: Users,
  passwords: Passwords,
): Promise<void> {
  await app.register(formbody)
  const identify = app.authenticate({ any: ['session'], optional: true })

  app.get<{ Querystring: Question }>('/login', { onRequest: identify }, async (request, reply) => {
    const { returnTo, login_hint = '', prompt } = request.query
    const back = safeReturnTo(returnTo)
    // Whoever must prove themselves anew gets the form although they are logged in.
    if (request.identity !== null && prompt === undefined) return reply.redirect(back, 303)
    return sendForm(reply, back, login_hint, false)
  })

  app.post<{ Body: Fields }>('/login', { onRequest: identify }, async (request, reply) => {
    const { username = '', password = '', returnTo } = request.body ?? {}
    const user = users.find(username)
    const verdict = await passwords.verify({
      account: username,
      password,
      hash: user?.hash ?? null,
      address: request.ip,
    })
    const back = safeReturnTo(returnTo)
    if (!verdict.ok || user === undefined) return sendForm(reply, back, username, true)
    const email = user.claims.email
    const claims = { name: username, ...(typeof email === 'string' ? { email } : {}) }
    await request.login(user.sub, { amr: ['pwd'], acr: '1', claims })
    return reply.redirect(back, 303)
  })
}
