import { requireIdentity } from '@latchkey/identity'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Account, Accounts } from '../accounts.js'

interface Credentials {
  readonly username: string
  readonly password: string
}

const credentials = {
  type: 'object',
  required: ['username', 'password'],
  additionalProperties: false,
  properties: {
    username: { type: 'string', maxLength: 64 },
    password: { type: 'string', maxLength: 1024 },
  },
}
const refreshToken = {
  type: 'object',
  required: ['refreshToken'],
  additionalProperties: false,
  properties: { refreshToken: { type: 'string', maxLength: 512 } },
}

/** Logging in, as a browser (session) and as an app (tokens), and seeing who one is. */
export const accountRoutes: FastifyPluginAsync<{ readonly accounts: Accounts }> = async (
  app,
  { accounts },
) => {
  app.get('/me', { config: { auth: ['session', 'jwt', 'api-key'] } }, async (request) => {
    const identity = requireIdentity(request)
    return { ...identity, scopes: [...identity.scopes], roles: [...identity.roles] }
  })

  app.post<{ Body: Credentials }>(
    '/login',
    { config: { auth: 'public' }, schema: { body: credentials } },
    async (request, reply) => {
      const account = await checkPassword(request, reply)
      if (account === null) return reply
      const { id, name, roles } = account
      await request.login(id, { roles, amr: ['pwd'], claims: { name } })
      return reply.code(204).send()
    },
  )

  app.post('/logout', { config: { auth: 'session' } }, async (request, reply) => {
    await request.logout()
    return reply.code(204).send()
  })

  app.post<{ Body: Credentials }>(
    '/token',
    { config: { auth: 'public' }, schema: { body: credentials } },
    async (request, reply) => {
      const account = await checkPassword(request, reply)
      if (account === null) return reply
      reply.header('cache-control', 'no-store')
      return app.tokens.issuePair(account.id, {
        roles: account.roles,
        scopes: ['orders:read', 'orders:write'],
        authTime: Math.floor(Date.now() / 1000),
        amr: ['pwd'],
      })
    },
  )

  app.post<{ Body: { refreshToken: string } }>(
    '/token/refresh',
    { config: { auth: 'public' }, schema: { body: refreshToken } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return app.tokens.refresh(request.body.refreshToken)
    },
  )

  app.post<{ Body: { refreshToken: string } }>(
    '/token/end',
    { config: { auth: 'public' }, schema: { body: refreshToken } },
    async (request, reply) => {
      await app.tokens.endGrant(request.body.refreshToken)
      return reply.code(204).send()
    },
  )

  async function checkPassword(
    request: FastifyRequest<{ Body: Credentials }>,
    reply: FastifyReply,
  ): Promise<Account | null> {
    const { username, password } = request.body
    const found = await accounts.verify({ account: username, password, address: request.ip })
    if (found.account !== null) return found.account
    const { verdict } = found
    if (verdict.reason === 'wrong') {
      await reply.code(401).send({ error: 'The username or the password is wrong' })
    } else {
      reply.header('retry-after', verdict.retryAfter)
      await reply.code(429).send({ error: 'Too many attempts; try again later' })
    }
    return null
  }
}
