import { randomBase64url, sha256Base64url } from '@latchkey/tokens'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientSecret, PARCELS } from '../registered-clients.js'
import type { Secrets } from '../secrets.js'
import { sendPage } from '../site/context.js'
import type { Answer, Call, Exchange } from './call.js'
import type { Memory } from './memory.js'
import { parcelsPage } from './parcels-page.js'

/** What Parcel Pigeon remembers of a visitor. */
export interface ParcelsState {
  /** What a request to the authorization server is recognized by. */
  readonly pending: { readonly state: string; readonly verifier: string } | null
  readonly accessToken: string | null
  readonly refreshToken: string | null
  readonly orders: readonly { readonly id: number; readonly item: string }[]
  readonly message: string
  readonly exchanges: readonly Exchange[]
}

/** What Parcel Pigeon works with. */
export interface ParcelsOptions {
  readonly origin: string
  readonly call: (call: Call) => Promise<Answer>
  readonly secrets: Secrets
  readonly memory: Memory<ParcelsState>
}

const route = { config: { auth: 'public' } } as const
const nothing: ParcelsState = {
  pending: null,
  accessToken: null,
  refreshToken: null,
  orders: [],
  message: '',
  exchanges: [],
}
const CUT_OFF = 'Latchkey Orders does not let us in any more. Connect again if you like.'
/** Requests that the page shows. */
const SHOWN = 6

/** A program of another company, which asks for delegated access (RFC 6749 §4.1, RFC 7636). */
export function parcelRoutes(app: FastifyInstance, options: ParcelsOptions): void {
  const { origin, call, secrets, memory } = options
  const redirectUri = `${origin}/parcels/callback`
  const basic = Buffer.from(`${PARCELS}:${clientSecret(PARCELS, secrets)}`).toString('base64')

  const load = async (request: FastifyRequest): Promise<ParcelsState> =>
    (await memory.load(request)) ?? nothing

  async function keep(request: FastifyRequest, reply: FastifyReply, state: ParcelsState) {
    await memory.save(request, reply, { ...state, exchanges: state.exchanges.slice(-SHOWN) })
    return reply.redirect('/parcels', 303)
  }

  const askToken = (what: string, parameters: Readonly<Record<string, string>>) =>
    call({
      what,
      method: 'POST',
      path: '/oauth/token',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams(parameters),
    })

  const askApi = (accessToken: string | null, next: Omit<Call, 'path' | 'headers'>) =>
    call({ ...next, path: '/api/orders', headers: { authorization: `Bearer ${accessToken}` } })

  /** Reads the orders; with a token that has ended it refreshes once and asks again. */
  async function read(state: ParcelsState): Promise<ParcelsState> {
    const first = await askApi(state.accessToken, { what: 'It reads your orders', method: 'GET' })
    const exchanges = [...state.exchanges, first.exchange]
    const took = (answer: Answer): ParcelsState['orders'] =>
      (answer.json.orders as ParcelsState['orders']).map(({ id, item }) => ({ id, item }))
    if (first.status === 200) return { ...state, orders: took(first), exchanges }
    const token = await askToken('Its token is not good any more: it refreshes', {
      grant_type: 'refresh_token',
      refresh_token: state.refreshToken ?? '',
    })
    exchanges.push(token.exchange)
    if (token.status !== 200) return { ...nothing, message: CUT_OFF, exchanges }
    const accessToken = String(token.json.access_token)
    const refreshToken = String(token.json.refresh_token)
    const again = await askApi(accessToken, { what: 'It asks again', method: 'GET' })
    exchanges.push(again.exchange)
    return again.status === 200
      ? { ...state, accessToken, refreshToken, orders: took(again), exchanges }
      : { ...nothing, message: CUT_OFF, exchanges }
  }

  app.get('/parcels', route, async (request, reply) =>
    sendPage(reply, parcelsPage(await load(request))),
  )

  app.post('/parcels/connect', route, async (request, reply) => {
    const pending = { state: randomBase64url(16), verifier: randomBase64url(32) }
    await memory.save(request, reply, { ...(await load(request)), pending })
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: PARCELS,
      redirect_uri: redirectUri,
      scope: 'orders:read',
      state: pending.state,
      code_challenge: sha256Base64url(pending.verifier),
      code_challenge_method: 'S256',
    })
    return reply.redirect(`/oauth/authorize?${query}`, 303)
  })

  app.get<{ Querystring: Record<string, string | undefined> }>(
    '/parcels/callback',
    route,
    async (request, reply) => {
      const { code, state: answered, iss, error } = request.query
      const state = await load(request)
      const { pending } = state
      const isOurs = pending !== null && answered === pending.state && iss === `${origin}/oauth`
      if (!isOurs) {
        const message = 'That answer belongs to no question of ours. Please start again.'
        return keep(request, reply, { ...state, pending: null, message })
      }
      if (code === undefined) {
        const message =
          error === 'access_denied'
            ? 'You said no, so we see nothing. That is fine.'
            : 'That did not work. Please start again.'
        return keep(request, reply, { ...state, pending: null, message })
      }
      const { status, json, exchange } = await askToken('It turns the code into tokens', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: pending.verifier,
      })
      if (status !== 200) {
        const message = 'That did not work. Please start again.'
        return keep(request, reply, { ...nothing, message, exchanges: [exchange] })
      }
      const accessToken = String(json.access_token)
      const refreshToken = String(json.refresh_token)
      const connected = { ...nothing, accessToken, refreshToken, exchanges: [exchange] }
      return keep(request, reply, await read({ ...connected, message: 'Connected.' }))
    },
  )

  app.post('/parcels/read', route, async (request, reply) =>
    keep(request, reply, await read({ ...(await load(request)), message: 'Looked again.' })),
  )

  app.post('/parcels/overstep', route, async (request, reply) => {
    const state = await load(request)
    const { status, exchange } = await askApi(state.accessToken, {
      what: 'It tries to order something for you',
      method: 'POST',
      body: { item: 'A hundred pigeons' },
    })
    const message =
      status === 403 ? 'Refused: you allowed us to read, no more.' : 'Refused: we are not let in.'
    return keep(request, reply, { ...state, message, exchanges: [...state.exchanges, exchange] })
  })

  app.post('/parcels/disconnect', route, async (request, reply) => {
    const state = await load(request)
    const { exchange } = await call({
      what: 'It gives its access back',
      method: 'POST',
      path: '/oauth/revoke',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ token: state.refreshToken ?? '' }),
    })
    const message = 'Disconnected: we have given our access back.'
    return keep(request, reply, { ...nothing, message, exchanges: [exchange] })
  })
}
