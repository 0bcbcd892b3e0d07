import type { FastifyInstance } from 'fastify'
import { html } from '../pages/html.js'
import { clientSecret, ROBOT } from '../registered-clients.js'
import type { Secrets } from '../secrets.js'
import { sendPage } from '../site/context.js'
import type { Answer, Call, Exchange } from './call.js'
import { button, programPage, wire } from './frame.js'
import type { Memory } from './memory.js'

/** What the robot remembers of its last run. */
export interface RobotState {
  readonly exchanges: readonly Exchange[]
  readonly result: string
}

/** What the robot works with. */
export interface RobotOptions {
  readonly call: (call: Call) => Promise<Answer>
  readonly secrets: Secrets
  readonly memory: Memory<RobotState>
}

const route = { config: { auth: 'public' } } as const

function robotPage(state: RobotState | null): string {
  const result = state === null ? null : html`<p class="note" role="status">${state.result}</p>`
  const body = html`<h1>The night robot</h1>
<p class="lead">A service without a person. It proves itself with a client secret, gets a token for five minutes, and uses it (client credentials, RFC 6749 §4.4).</p>
${result}<div class="split"><div class="card"><h2>Its orders</h2>
<p>It may read everybody’s orders (<code>orders:read orders:export</code>), and nothing else.</p>
<div class="acts">${button('/robot/export', 'Export all orders')}${button('/robot/order', 'Place an order', 'quiet')}${button('/robot/wrong', 'Use a wrong secret', 'quiet')}</div></div>
${wire(state?.exchanges ?? [])}</div>`
  return programPage('robot', 'Night robot', 'a service in another data centre', body)
}

/** A service that uses client credentials. */
export function robotRoutes(app: FastifyInstance, { call, secrets, memory }: RobotOptions): void {
  async function ask(secret: string): Promise<Answer> {
    const basic = Buffer.from(`${ROBOT}:${secret}`).toString('base64')
    return call({
      what: 'It proves who it is, and asks for a token',
      method: 'POST',
      path: '/oauth/token',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
  }

  async function run(next: Pick<Call, 'what' | 'method' | 'body'>): Promise<RobotState> {
    const token = await ask(clientSecret(ROBOT, secrets))
    if (token.status !== 200) return { exchanges: [token.exchange], result: 'It got no token.' }
    const headers = { authorization: `Bearer ${String(token.json.access_token)}` }
    const answer = await call({ ...next, path: '/api/orders', headers })
    const exchanges = [token.exchange, answer.exchange]
    if (answer.status >= 400) {
      return { exchanges, result: 'Refused: the robot was not given the scope for that.' }
    }
    const orders = answer.json.orders as readonly unknown[]
    return { exchanges, result: `It has exported ${orders.length} orders.` }
  }

  app.get('/robot', route, async (request, reply) =>
    sendPage(reply, robotPage(await memory.load(request))),
  )
  app.post('/robot/export', route, async (request, reply) => {
    const what = 'It fetches all orders'
    await memory.save(request, reply, await run({ what, method: 'GET' }))
    return reply.redirect('/robot', 303)
  })
  app.post('/robot/order', route, async (request, reply) => {
    const what = 'It tries to place an order'
    const body = { item: 'A battery' }
    await memory.save(request, reply, await run({ what, method: 'POST', body }))
    return reply.redirect('/robot', 303)
  })
  app.post('/robot/wrong', route, async (request, reply) => {
    const { exchange } = await ask('not its secret')
    const result = 'Refused: that is not its secret.'
    await memory.save(request, reply, { exchanges: [exchange], result })
    return reply.redirect('/robot', 303)
  })
}
