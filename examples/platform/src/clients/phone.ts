import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Html, html } from '../pages/html.js'
import { form, sendPage } from '../site/context.js'
import type { Answer, Call, Exchange } from './call.js'
import { button, programPage, wire } from './frame.js'
import type { Memory } from './memory.js'

/** What is on the phone. */
export interface PhoneState {
  readonly accessToken: string | null
  readonly refreshToken: string | null
  /** The refresh token of the login, which somebody has copied off the phone. */
  readonly stolen: string | null
  readonly message: string
  readonly exchanges: readonly Exchange[]
}

/** What the phone works with. */
export interface PhoneOptions {
  readonly call: (call: Call) => Promise<Answer>
  readonly memory: Memory<PhoneState>
}

const route = { config: { auth: 'public' } } as const
const nothing = { accessToken: null, refreshToken: null, stolen: null, message: '', exchanges: [] }
/** Requests that the page shows. */
const SHOWN = 6

function screen({ accessToken, message }: PhoneState): Html {
  const says = message === '' ? null : html`<p class="note" role="status">${message}</p>`
  if (accessToken === null) {
    return html`<h2>Log in</h2>${says}<form method="post" action="/phone/login">
<label for="username">Name</label><input id="username" name="username" required maxlength="64" autocapitalize="none" autocomplete="off">
<label for="password">Password</label><input id="password" name="password" type="password" required autocomplete="off">
<button class="wide">Log in</button></form>`
  }
  return html`<h2>Your orders, on the go</h2>${says}
<div class="acts">${button('/phone/orders', 'Show my orders', 'wide')}${button('/phone/refresh', 'Refresh the tokens', 'quiet')}${button('/phone/logout', 'Log out', 'quiet')}</div>
<h3>Somebody copied the tokens</h3>
<p class="soft">A copy of the refresh token of this login is out. Refresh twice, then let the thief try it: the copy is older than it could be by accident, so the whole login ends, the phone’s own tokens included.</p>
${button('/phone/thief', 'The thief refreshes', 'danger')}`
}

function phonePage(state: PhoneState): string {
  const body = html`<h1>The phone app</h1>
<p class="lead">It logs in once and then lives on a token for ten minutes and a refresh token that changes with every use.</p>
<div class="split"><div class="device">${screen(state)}</div>${wire(state.exchanges)}</div>`
  return programPage('phone', 'Orders to go', 'our own app, on a phone', body)
}

/** A client like those on phones: it has tokens instead of a session, and refreshes them. */
export function phoneRoutes(app: FastifyInstance, { call, memory }: PhoneOptions): void {
  const load = async (request: FastifyRequest): Promise<PhoneState> =>
    (await memory.load(request)) ?? nothing

  async function keep(request: FastifyRequest, reply: FastifyReply, state: PhoneState) {
    await memory.save(request, reply, { ...state, exchanges: state.exchanges.slice(-SHOWN) })
    return reply.redirect('/phone', 303)
  }

  async function refresh(state: PhoneState, token: string | null, what: string) {
    const body = { refreshToken: token ?? '' }
    const answer = await call({ what, method: 'POST', path: '/api/token/refresh', body })
    return { answer, exchanges: [...state.exchanges, answer.exchange] }
  }

  app.get('/phone', route, async (request, reply) =>
    sendPage(reply, phonePage(await load(request))),
  )

  app.post<{ Body: { username: string; password: string } }>(
    '/phone/login',
    { ...route, schema: form('username', 'password') },
    async (request, reply) => {
      const { username, password } = request.body
      const body = { username: username.slice(0, 64), password: password.slice(0, 1024) }
      const what = 'The phone logs in'
      const { status, json, exchange } = await call({
        what,
        method: 'POST',
        path: '/api/token',
        body,
      })
      if (status !== 200) {
        const message = status === 429 ? 'Too many attempts. Wait a little.' : 'That is not right.'
        return keep(request, reply, { ...nothing, message, exchanges: [exchange] })
      }
      const refreshToken = String(json.refreshToken)
      const accessToken = String(json.accessToken)
      const state = { accessToken, refreshToken, stolen: refreshToken, message: 'Logged in.' }
      return keep(request, reply, { ...state, exchanges: [exchange] })
    },
  )

  app.post('/phone/orders', route, async (request, reply) => {
    const state = await load(request)
    const ask = (accessToken: string, what: string) =>
      call({
        what,
        method: 'GET',
        path: '/api/orders',
        headers: { authorization: `Bearer ${accessToken}` },
      })
    const first = await ask(state.accessToken ?? '', 'The phone asks for the orders')
    const exchanges = [...state.exchanges, first.exchange]
    const told = ({ json }: Answer) => `You have ${(json.orders as unknown[]).length} orders.`
    if (first.status === 200) {
      return keep(request, reply, { ...state, exchanges, message: told(first) })
    }
    // What every client does whose token has ended: refresh once, and ask again.
    const next = await refresh(
      { ...state, exchanges },
      state.refreshToken,
      'The token has ended: the phone refreshes',
    )
    if (next.answer.status !== 200) {
      const message = 'You have been logged out. Log in again.'
      return keep(request, reply, { ...nothing, message, exchanges: next.exchanges })
    }
    const { accessToken, refreshToken } = next.answer.json
    const second = await ask(String(accessToken), 'It asks again')
    return keep(request, reply, {
      ...state,
      accessToken: String(accessToken),
      refreshToken: String(refreshToken),
      message: told(second),
      exchanges: [...next.exchanges, second.exchange],
    })
  })

  app.post('/phone/refresh', route, async (request, reply) => {
    const state = await load(request)
    const { answer, exchanges } = await refresh(state, state.refreshToken, 'The phone refreshes')
    if (answer.status !== 200) {
      const message = 'You have been logged out. Log in again.'
      return keep(request, reply, { ...nothing, message, exchanges })
    }
    const accessToken = String(answer.json.accessToken)
    const refreshToken = String(answer.json.refreshToken)
    const message = 'Both tokens are new.'
    return keep(request, reply, { ...state, accessToken, refreshToken, message, exchanges })
  })

  app.post('/phone/thief', route, async (request, reply) => {
    const state = await load(request)
    const { answer, exchanges } = await refresh(state, state.stolen, 'The thief refreshes')
    const message =
      answer.status === 200
        ? 'The copy is still the newest token, or was replaced seconds ago: refresh twice first.'
        : 'The thief was refused, and the login has ended. Ask for your orders to see it.'
    return keep(request, reply, { ...state, message, exchanges })
  })

  app.post('/phone/logout', route, async (request, reply) => {
    const state = await load(request)
    const body = { refreshToken: state.refreshToken ?? '' }
    const what = 'The phone logs out'
    const { exchange } = await call({ what, method: 'POST', path: '/api/token/end', body })
    const message = 'Logged out.'
    return keep(request, reply, { ...nothing, message, exchanges: [...state.exchanges, exchange] })
  })
}
