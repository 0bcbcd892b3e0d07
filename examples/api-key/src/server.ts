import { apiKey, apiKeyRoutes, githubLeakReceiver } from '@latchkey/api-key'
import { auth } from '@latchkey/auth'
import { authz } from '@latchkey/authz'
import { session } from '@latchkey/session'
import type { Store } from '@latchkey/store'
import { isEqualSecret } from '@latchkey/tokens'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { reportRoutes } from './report-routes.js'

/** What the server is built with. */
export interface ServerOptions {
  readonly store: Store
  /** With which Ada, the only person here, logs in. */
  readonly password: string
  readonly logger?: FastifyServerOptions['logger']
}

/** Sets up people (sessions), programs (API keys), and what each of them may do. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { store, password, logger = false } = options
  const app: FastifyInstance = Fastify({ logger })

  await app.register(session, { store, issuer: 'reports' })
  await app.register(apiKey, { store, issuer: 'reports', prefix: 'reports' })
  await app.register(authz, { scopes: ['reports:read', 'reports:write'] })
  await app.register(auth)

  app.post<{ Body: { password: string } }>(
    '/login',
    {
      config: { auth: 'public' },
      schema: {
        body: {
          type: 'object',
          required: ['password'],
          properties: { password: { type: 'string', maxLength: 256 } },
        },
      },
    },
    async (request, reply) => {
      if (!isEqualSecret(request.body.password, password)) return reply.code(401).send()
      await request.login('ada', { scopes: ['reports:read', 'reports:write'], amr: ['pwd'] })
      return reply.code(204).send()
    },
  )

  await app.register(apiKeyRoutes, {
    prefix: '/keys',
    auth: ['session'],
    // What every key may use is the server's to say, not the caller's.
    limits: () => ({
      rateLimit: { limit: 60, window: 60 },
      quota: { limit: 10, refill: { amount: 10, interval: 86_400 } },
    }),
  })
  await app.register(githubLeakReceiver, { prefix: '/leaks/github' })
  await app.register(reportRoutes)
  return app
}
