import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import secureSession from '@fastify/secure-session'
import fastifySession from '@fastify/session'
import { session } from '@latchkey/session'
import { memoryStore } from '@latchkey/store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { BenchServer, Group } from '../group.js'

async function bare(): Promise<BenchServer> {
  const app = Fastify()
  app.get('/me', async () => ({ subject: 'u1' }))
  return { app, requests: [{ url: '/me' }] }
}

/** Logs in, and asks for `/me` with the cookie that came, among others that every browser has. */
async function loggedIn(app: FastifyInstance): Promise<BenchServer> {
  await app.ready()
  const { headers } = await app.inject({ method: 'POST', url: '/login' })
  const [pair = ''] = String(headers['set-cookie']).split(';')
  const value = `theme=dark; ${pair}; consent=yes`
  return { app, requests: [{ url: '/me', headers: { cookie: value } }] }
}

async function ours(config: { readonly session?: true }): Promise<BenchServer> {
  const app = Fastify()
  await app.register(session, {
    store: memoryStore({ allowInProduction: true }),
    allowPlainHttp: true,
  })
  app.post('/login', async (request) => {
    await request.login('u1')
    return {}
  })
  app.get('/me', { config, onRequest: app.authenticate('session') }, async () => ({
    subject: 'u1',
  }))
  return loggedIn(app)
}

function guarded(app: FastifyInstance): Promise<BenchServer> {
  type Keeper = { set(key: string, value: string): void; get(key: string): unknown }
  app.post('/login', async (request) => {
    ;(request.session as unknown as Keeper).set('subject', 'u1')
    return {}
  })
  app.get(
    '/me',
    {
      onRequest: async (request) => {
        const keeper = request.session as unknown as Keeper
        if (keeper.get('subject') === undefined) throw new Error('no session')
      },
    },
    async () => ({ subject: 'u1' }),
  )
  return loggedIn(app)
}

async function theirs(): Promise<BenchServer> {
  const app = Fastify()
  await app.register(cookie)
  await app.register(fastifySession, {
    secret: randomBytes(32).toString('hex'),
    cookie: { secure: false },
    saveUninitialized: false,
    rolling: false,
  })
  return guarded(app)
}

async function sealed(): Promise<BenchServer> {
  const app = Fastify()
  await app.register(secureSession as never, {
    key: randomBytes(32),
    cookie: { path: '/' },
  })
  return guarded(app)
}

const group: Group = {
  title: 'Who is it: a session cookie to an identity',
  settings:
    'One user, one cookie among three, memory stores; @fastify/session with rolling off, as ours does not roll',
  variants: [
    { name: 'bare', role: 'bare', build: bare },
    { name: '@latchkey/session', role: 'ours', build: () => ours({}) },
    {
      name: '@latchkey/session with the data bag',
      role: 'ours',
      build: () => ours({ session: true }),
    },
    { name: '@fastify/session', role: 'peer', build: theirs },
    { name: '@fastify/secure-session', role: 'peer', build: sealed },
  ],
}

export default group
