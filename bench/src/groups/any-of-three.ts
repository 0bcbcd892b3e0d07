import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fastifyAuth from '@fastify/auth'
import bearerAuth from '@fastify/bearer-auth'
import cookie from '@fastify/cookie'
import fastifyJwt from '@fastify/jwt'
import fastifySession from '@fastify/session'
import { apiKey } from '@latchkey/api-key'
import { auth } from '@latchkey/auth'
import { jwt } from '@latchkey/jwt'
import { session } from '@latchkey/session'
import { memoryStore } from '@latchkey/store'
import Fastify, { type FastifyRequest } from 'fastify'
import type { BenchServer, Group } from '../group.js'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = {
  private: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
}
const issuer = 'https://auth.example.com'
const audience = 'api'

async function bare(): Promise<BenchServer> {
  const app = Fastify()
  app.get('/me', async () => ({ subject: 'u1' }))
  return { app, requests: [{ url: '/me' }] }
}

async function ours(pick: (credentials: Credentials) => Headers): Promise<BenchServer> {
  const app = Fastify()
  const store = memoryStore({ allowInProduction: true })
  await app.register(session, { store, allowPlainHttp: true })
  await app.register(apiKey, { store, prefix: 'bench' })
  await app.register(jwt, {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { privateKey },
    issue: { lifetime: 3600 },
  })
  await app.register(auth)
  app.post('/login', { config: { auth: 'public' } }, async (request) => {
    await request.login('u1')
    return {}
  })
  app.get('/me', { config: { auth: ['session', 'api-key', 'jwt'] } }, async () => ({
    subject: 'u1',
  }))
  await app.ready()
  const owner = { type: 'user', id: 'u1' } as const
  const login = await app.inject({ method: 'POST', url: '/login' })
  const headers = pick({
    key: (await app.apiKeys.create({ name: 'bench', owner })).key,
    token: (await app.tokens.issue('u1')).accessToken,
    cookie: `${login.cookies[0]?.name}=${login.cookies[0]?.value}`,
  })
  return { app, requests: [{ url: '/me', headers }] }
}

interface Credentials {
  readonly key: string
  readonly token: string
  readonly cookie: string
}
type Headers = Readonly<Record<string, string>>

/** What one writes today: three plugins, and @fastify/auth that tries one after the other. */
async function composed(last: 'session' | 'key' | 'jwt'): Promise<BenchServer> {
  const app = Fastify()
  const key = randomBytes(32).toString('base64url')
  await app.register(cookie)
  await app.register(fastifySession, {
    secret: randomBytes(32).toString('hex'),
    cookie: { secure: false },
    saveUninitialized: false,
  })
  await app.register(fastifyJwt, {
    secret: pem,
    sign: { algorithm: 'ES256', iss: issuer, aud: audience, expiresIn: '1h' },
    verify: { algorithms: ['ES256'], allowedIss: issuer, allowedAud: audience, cache: 10_000 },
  })
  await app.register(bearerAuth, {
    keys: new Set([key]),
    addHook: false,
    verifyErrorLogLevel: 'silent',
  })
  await app.register(fastifyAuth)
  const bySession = async (request: FastifyRequest): Promise<void> => {
    if (request.session.get('subject') === undefined) throw new Error('no session')
  }
  const byJwt = async (request: FastifyRequest): Promise<void> => {
    await request.jwtVerify()
  }
  const byKey = app.verifyBearerAuth as NonNullable<typeof app.verifyBearerAuth>
  app.post('/login', async (request) => {
    request.session.set('subject', 'u1')
    return {}
  })
  app.after(() => {
    app.get('/me', { onRequest: app.auth([bySession, byKey, byJwt]) }, async () => ({
      subject: 'u1',
    }))
  })
  await app.ready()
  const login = await app.inject({ method: 'POST', url: '/login' })
  const headers = {
    session: {
      cookie: `${login.cookies[0]?.name}=${encodeURIComponent(login.cookies[0]?.value ?? '')}`,
    },
    key: { authorization: `Bearer ${key}` },
    jwt: { authorization: `Bearer ${app.jwt.sign({ sub: 'u1' })}` },
  }[last]
  return { app, requests: [{ url: '/me', headers }] }
}

declare module 'fastify' {
  interface Session {
    subject?: string
  }
}

const group: Group = {
  title: 'Any of session, API key and JWT (ES256) on one route, by which one is presented',
  settings:
    'Credentials seen before; caches on where there are any; memory stores. Peers: @fastify/auth over @fastify/session, @fastify/bearer-auth and @fastify/jwt (cache 10000), in the same order.',
  variants: [
    { name: 'bare', role: 'bare', build: bare },
    {
      name: 'latchkey, session',
      role: 'ours',
      build: () => ours((each) => ({ cookie: each.cookie })),
    },
    {
      name: 'latchkey, API key',
      role: 'ours',
      build: () => ours((each) => ({ 'x-api-key': each.key })),
    },
    {
      name: 'latchkey, JWT',
      role: 'ours',
      build: () => ours((each) => ({ authorization: `Bearer ${each.token}` })),
    },
    { name: '@fastify/auth, session', role: 'peer', build: () => composed('session') },
    { name: '@fastify/auth, key', role: 'peer', build: () => composed('key') },
    { name: '@fastify/auth, JWT', role: 'peer', build: () => composed('jwt') },
  ],
}
export default group
