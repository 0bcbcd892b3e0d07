import { auth } from '@latchkey/auth'
import { authz } from '@latchkey/authz'
import { session } from '@latchkey/session'
import { memoryStore } from '@latchkey/store'
import Fastify, { type FastifyInstance } from 'fastify'
import { documentRoutes } from './document-routes.js'
import { openDocuments } from './documents.js'
import { loginRoutes } from './login-routes.js'
import { policy } from './policy.js'

/** Sets up sessions, the policy and the routes. */
export async function createApp(): Promise<FastifyInstance> {
  const app = Fastify()
  const documents = await openDocuments()
  app.addHook('onClose', () => documents.close())
  await app.register(session, { store: memoryStore(), allowPlainHttp: true })
  await app.register(authz, { policy })
  await app.register(auth)
  await app.register(loginRoutes)
  await app.register(documentRoutes, { documents })
  return app
}
