import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { apiKey } from '@latchkey/api-key'
import { auth } from '@latchkey/auth'
import { authz } from '@latchkey/authz'
import { jwt } from '@latchkey/jwt'
import { session } from '@latchkey/session'
import type { Store } from '@latchkey/store'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { accountRoutes } from './account-routes.js'
import { type Accounts, createAccounts } from './accounts.js'
import { orderRoutes } from './order-routes.js'

/** What the platform is built with. */
export interface PlatformOptions {
  /** Where sessions, API keys, refresh tokens and revocations are kept. */
  readonly store: Store
  /** Where the platform is reached: the `iss` of its tokens. */
  readonly origin: string
  readonly logger?: FastifyServerOptions['logger']
}

/** The application, and what its operator may do directly. */
export interface Platform {
  readonly app: FastifyInstance
  readonly accounts: Accounts
}

/** Sets up every mechanism, then the routes. */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const { store, origin, logger = false } = options
  const app = Fastify({ logger })
  const accounts = createAccounts(store)

  await app.register(session, { store, issuer: 'platform' })
  await app.register(apiKey, { store, issuer: 'platform', prefix: 'orders' })
  await app.register(jwt, {
    store,
    issuer: origin,
    audience: 'orders',
    algorithms: ['ES256'],
    keys: { privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
    issue: { refresh: { secret: randomBytes(32).toString('base64url') } },
  })
  await app.register(authz, {
    scopes: ['orders:read', 'orders:write'],
    roles: {
      buyer: { scopes: ['orders:read', 'orders:write'] },
      admin: { inherits: ['buyer'] },
    },
    // A person's session can do what their roles can; keys and tokens only what they were given.
    scopesFromRoles: ['session'],
  })
  await app.register(auth)

  app.get('/health', { config: { auth: 'public' } }, async () => ({ status: 'ok' }))
  await app.register(accountRoutes, { accounts })
  await app.register(orderRoutes)
  return { app, accounts }
}
