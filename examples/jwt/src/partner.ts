import { jwt } from '@latchkey/jwt'
import { generatePrivateJwk } from '@latchkey/tokens'
import Fastify, { type FastifyInstance } from 'fastify'

/**
 * Somebody else's issuer: it signs with a key of its own and publishes the public part. Our API
 * knows nothing of it but its name and where its keys are.
 *
 * @param audience The API that its tokens are for.
 */
export async function createPartner(issuer: string, audience: string): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(jwt, {
    issuer,
    audience,
    algorithms: ['EdDSA'],
    keys: { privateKey: await generatePrivateJwk('EdDSA') },
    issue: { jwksPath: '/jwks.json' },
  })
  app.post('/token', () => app.tokens.issue('robot-7', { scopes: ['orders:read'] }))
  return app
}
