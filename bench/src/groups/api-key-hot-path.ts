import { randomBytes } from 'node:crypto'
import bearerAuth from '@fastify/bearer-auth'
import { apiKey } from '@latchkey/api-key'
import { auth } from '@latchkey/auth'
import { memoryStore } from '@latchkey/store'
import Fastify, { type FastifyInstance } from 'fastify'
import type { BenchServer, Group } from '../group.js'

const owner = { type: 'service', id: 's1' } as const

async function bare(): Promise<BenchServer> {
  const app = Fastify()
  app.get('/me', async () => ({ subject: 's1' }))
  return { app, requests: [{ url: '/me' }] }
}

async function ours(options: {
  readonly peppers?: Uint8Array
  readonly keys?: number
  readonly isMeta?: boolean
  readonly isLimited?: boolean
}): Promise<BenchServer> {
  const { peppers, keys = 1, isMeta = false, isLimited = false } = options
  const app: FastifyInstance = Fastify()
  const store = memoryStore({ allowInProduction: true })
  await app.register(apiKey, { prefix: 'bench', store, ...(peppers ? { peppers } : {}) })
  if (isMeta) {
    await app.register(auth)
    app.get('/me', { config: { auth: ['api-key'] } }, async () => ({ subject: 's1' }))
  } else {
    const onRequest = app.authenticate('api-key')
    app.get('/me', { onRequest }, async () => ({ subject: 's1' }))
  }
  await app.ready()
  const rateLimit = isLimited ? { limit: 1_000_000_000, window: 3600 } : null
  const issued = await Promise.all(
    Array.from({ length: keys }, () => app.apiKeys.create({ name: 'bench', owner, rateLimit })),
  )
  const requests = issued.map(({ key }) => ({
    url: '/me',
    headers: { authorization: `Bearer ${key}` },
  }))
  return { app, requests }
}

/** Keys from the configuration: no store, no owner, no expiry, no revocation. */
async function staticKeys(count: number): Promise<BenchServer> {
  const app: FastifyInstance = Fastify()
  const keys = Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
  await app.register(bearerAuth, { keys: new Set(keys) })
  app.get('/me', async () => ({ subject: 's1' }))
  const requests = keys.map((key) => ({ url: '/me', headers: { authorization: `Bearer ${key}` } }))
  return { app, requests }
}

const group: Group = {
  title: 'A request with an API key that is known to the process',
  settings:
    '@fastify/bearer-auth compares with a list from its configuration, and has nothing else.',
  variants: [
    { name: 'bare', role: 'bare', build: bare },
    { name: 'api-key', role: 'ours', build: () => ours({}) },
    { name: 'api-key through auth', role: 'peer', build: () => ours({ isMeta: true }) },
    { name: 'api-key, one of 1000', role: 'peer', build: () => ours({ keys: 1000 }) },
    {
      name: 'api-key with a pepper',
      role: 'peer',
      build: () => ours({ peppers: randomBytes(32) }),
    },
    { name: 'api-key with a rate limit', role: 'peer', build: () => ours({ isLimited: true }) },
    { name: '@fastify/bearer-auth, 1 key', role: 'peer', build: () => staticKeys(1) },
    { name: '@fastify/bearer-auth, 100 keys', role: 'peer', build: () => staticKeys(100) },
  ],
}
export default group
