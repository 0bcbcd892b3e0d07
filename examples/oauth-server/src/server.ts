import { readFileSync } from 'node:fs'
import { jwt } from '@latchkey/jwt'
import { oauthServer } from '@latchkey/oauth-server'
import { session } from '@latchkey/session'
import { createPasswords } from '@latchkey/session/password'
import { rotatingKeyring } from '@latchkey/tokens'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { Config } from './config.js'
import { addLoginRoutes } from './login-routes.js'
import { openStore } from './open-store.js'
import { openUsers } from './users.js'

function createApp({ tls }: Config): FastifyInstance {
  const logger = { level: process.env.LOG_LEVEL ?? 'warn' }
  if (tls === undefined) return Fastify({ logger })
  const https = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }
  return Fastify({ logger, https }) as unknown as FastifyInstance
}

/** Builds the authorization server, its login page, and the API that it protects. */
export async function buildServer(config: Config): Promise<FastifyInstance> {
  const { issuer, secrets, server } = config
  const app = createApp(config)
  const { store, close } = await openStore(config)
  // The first hook runs last: whoever still uses the store lets go of it before.
  app.addHook('onClose', close)
  await store.ready()
  const { origin, pathname } = new URL(issuer)
  const base = pathname.replace(/\/$/, '')
  const api = `${origin}${base}/api`

  const passwords = createPasswords({ store })
  const users = await openUsers(config.users, passwords)
  const ring = (algorithm: 'ES256' | 'RS256') =>
    rotatingKeyring({ store, seal: secrets, name: `example:${algorithm}`, algorithm })
  const signing = await ring('ES256')
  const keys = server.preset === 'oidc' ? [signing, await ring('RS256')] : [signing]

  await app.register(session, {
    store,
    issuer,
    ...(config.sessionIdleTimeout === undefined ? {} : { idleTimeout: config.sessionIdleTimeout }),
  })
  await app.register(jwt, {
    store,
    issuer,
    audience: api,
    algorithms: ['ES256'],
    keys: { keyring: signing },
    dpop: { origin },
    resourceMetadata: `${origin}/.well-known/oauth-protected-resource${base}/api`,
  })
  await app.register(oauthServer, {
    ...server,
    issuer,
    store,
    secrets,
    keys,
    login: '/login',
    resources: { [api]: { name: 'The example API' }, ...server.resources },
    claims: (sub) => users.bySubject(sub)?.claims ?? null,
  })
  const login: FastifyPluginAsync = (scope) => addLoginRoutes(scope, users, passwords)
  await app.register(login)

  app.get(`${base}/api/me`, { onRequest: app.authenticate('jwt') }, async ({ identity }) => ({
    subject: identity?.subject,
    client: identity?.clientId,
    scopes: [...(identity?.scopes ?? [])],
  }))
  return app
}
