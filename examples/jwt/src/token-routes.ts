import { requireIdentity } from '@latchkey/identity'
import { RefreshRefused } from '@latchkey/jwt'
import type { RotatingKeyring } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'

const text = { type: 'string', minLength: 1, maxLength: 1024 } as const

function body(name: string) {
  return { body: { type: 'object', required: [name], properties: { [name]: text } } }
}

/** Login, refresh, logout, and what an administrator does about tokens and keys. */
export function tokenRoutes(app: FastifyInstance, keyring: RotatingKeyring): void {
  const open = { auth: 'public' } as const
  const admin = { auth: { any: ['jwt'], roles: ['admin'] } } as const

  // In your application this route checks a password, or the login lives elsewhere.
  app.post<{ Body: { user: string } }>(
    '/login',
    { config: open, schema: body('user') },
    async ({ body: { user } }, reply) => {
      reply.header('cache-control', 'no-store')
      const roles = user === 'admin' ? ['admin'] : []
      return app.tokens.issuePair(user, { roles, scopes: ['orders:read'] })
    },
  )

  app.post<{ Body: { refreshToken: string } }>(
    '/refresh',
    { config: open, schema: body('refreshToken') },
    async ({ body: { refreshToken } }, reply) => {
      reply.header('cache-control', 'no-store')
      try {
        return await app.tokens.refresh(refreshToken)
      } catch (error) {
        if (!(error instanceof RefreshRefused)) throw error
        app.log.info({ cause: error.cause }, 'refresh refused')
        return reply.code(400).send({ error: 'invalid_grant' })
      }
    },
  )

  app.post<{ Body: { refreshToken: string } }>(
    '/logout',
    { config: open, schema: body('refreshToken') },
    async ({ body: { refreshToken } }, reply) => {
      await app.tokens.endGrant(refreshToken)
      return reply.code(204).send()
    },
  )

  app.post('/logout-everywhere', { config: { auth: ['jwt'] } }, async (request, reply) => {
    const { subject, issuer } = requireIdentity(request)
    await app.tokens.revoke({ subject, issuer }, 'logout')
    return reply.code(204).send()
  })

  app.post('/keys/rotate', { config: admin }, async () => ({ kid: await keyring.rotate() }))
}
