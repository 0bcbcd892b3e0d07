import formbody from '@fastify/formbody'
import { apiKey } from '@latchkey/api-key'
import { auth } from '@latchkey/auth'
import { authz } from '@latchkey/authz'
import { jwt } from '@latchkey/jwt'
import { oauthClient } from '@latchkey/oauth-client'
import { oauthServer } from '@latchkey/oauth-server'
import { session } from '@latchkey/session'
import type { Store } from '@latchkey/store'
import { type RotatingKeyring, rotatingKeyring } from '@latchkey/tokens'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { type Accounts, createAccounts } from './accounts.js'
import { accountRoutes } from './api/account-routes.js'
import { orderRoutes } from './api/order-routes.js'
import { addClients } from './clients/index.js'
import { createDenials } from './denials.js'
import { addNorthwind } from './northwind/index.js'
import { createOrderBook, type OrderBook } from './orders.js'
import { policy, scopes } from './policy.js'
import { staticClients } from './registered-clients.js'
import type { Secrets } from './secrets.js'
import { createSignIn, NORTHWIND, northwindProvider } from './sign-in.js'
import { addSite } from './site/index.js'
import { createTrialCredentials } from './trial-credentials.js'

/** What the platform is built with. */
export interface PlatformOptions {
  /** Where sessions, API keys, refresh tokens, revocations, people and orders are kept. */
  readonly store: Store
  /** Where the platform is reached: what the names of its issuers begin with. */
  readonly origin: string
  /** Every process of the platform has the same. */
  readonly secrets: Secrets
  readonly logger?: FastifyServerOptions['logger']
  /** By which logins grow old, in seconds. Default: the system's. */
  readonly clock?: () => number
}

/** The application, and what its operator may do directly. */
export interface Platform {
  readonly app: FastifyInstance
  readonly accounts: Accounts
  readonly book: OrderBook
}

const systemClock = () => Date.now() / 1000

/** Registers every way in, and the policy. */
async function addMechanisms(
  app: FastifyInstance,
  { store, origin, secrets, clock = systemClock }: PlatformOptions,
  accounts: Accounts,
  keyring: RotatingKeyring,
): Promise<void> {
  const issuer = `${origin}/oauth`
  const audience = `${origin}/api`
  const trusted = { audience, algorithms: ['ES256'], keys: { keyring } } as const

  await app.register(session, { store, issuer: 'platform', loginPath: '/login', clock })
  await app.register(apiKey, { store, issuer: 'platform', prefix: 'orders', lastUsedInterval: 5 })
  await app.register(jwt, {
    store,
    // Our own tokens for our own app, and those that people have allowed other applications.
    issuers: [
      { issuer: origin, ...trusted },
      { issuer, ...trusted },
    ],
    issue: {
      issuer: origin,
      refresh: {
        secret: secrets('refresh tokens'),
        async renew({ subject }) {
          const account = await accounts.find(subject)
          return account === null ? null : { roles: account.roles }
        },
      },
      jwksPath: '/.well-known/jwks.json',
    },
  })
  await app.register(oauthServer, {
    issuer,
    store,
    secrets: secrets('authorization server'),
    keys: [keyring],
    clients: staticClients(origin, secrets),
    scopes,
    resources: { [audience]: { name: 'Latchkey Orders', accessTokenTtl: 300 } },
    defaultResource: audience,
    login: '/login',
    async claims(subject) {
      const account = await accounts.find(subject)
      return account === null ? null : { name: account.name }
    },
  })
  await app.register(oauthClient, {
    store,
    origin,
    secrets: secrets('signing in elsewhere'),
    providers: { [NORTHWIND]: northwindProvider(origin, secrets) },
    onSignIn: createSignIn(accounts),
    errorPath: '/login',
    // The provider of the demonstration runs on this machine.
    outbound: { allowPrivate: [new URL(origin).host] },
  })
  await app.register(authz, { policy, now: clock })
}

/** Sets up every mechanism, then the API, the pages, and the applications that use them. */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const { store, origin, secrets, logger = false } = options
  const app = Fastify({ logger })
  const accounts = createAccounts(store)
  const book = createOrderBook(store)
  const denials = await createDenials(store)
  const keyring = await rotatingKeyring({ store, seal: secrets('signing keys') })
  app.addHook('onClose', async () => {
    await denials.close()
    keyring.close()
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-process', String(process.pid))
  })

  await app.register(formbody)
  await addMechanisms(app, options, accounts, keyring)
  await app.register(auth)

  app.get('/health', { config: { auth: 'public' } }, async () => ({ status: 'ok' }))
  await app.register(accountRoutes, { prefix: '/api', accounts })
  await app.register(orderRoutes, { prefix: '/api', book })
  const credentials = createTrialCredentials(app, secrets)
  await addSite(app, { accounts, book, denials, origin, credentials })
  await addClients(app, { store, origin, secrets })
  await addNorthwind(app, { store, origin, secrets })
  return { app, accounts, book }
}
