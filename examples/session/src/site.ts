import flash from '@fastify/flash'
import formbody from '@fastify/formbody'
import { auth } from '@latchkey/auth'
import { session } from '@latchkey/session'
import { createPasswords } from '@latchkey/session/password'
import type { Store } from '@latchkey/store'
import fastify, { type FastifyInstance } from 'fastify'
import { accountRoutes } from './account-routes.js'
import type { Site } from './context.js'
import { loginRoutes } from './login-routes.js'
import { errorPage } from './pages.js'
import { style } from './style.js'
import { createUsers } from './users.js'

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

/** Sets the site up. */
export async function createSite(options: {
  readonly store: Store
  readonly clock?: () => number
  readonly logger?: boolean
}): Promise<FastifyInstance> {
  const { store, logger = false, ...time } = options
  const app = fastify({ logger }) as FastifyInstance
  await app.register(formbody)
  await app.register(session, { store, loginPath: '/login', ...time })
  await app.register(auth)
  await app.register(flash)

  const users = createUsers()
  const site: Site = {
    users,
    passwords: createPasswords({ store, ...time }),
    frame(request, reply) {
      const name = request.identity === null ? null : users.get(request.identity.subject).name
      // Asking for notes writes to the bag: a visitor who has none gets no session for it. And the
      // bag is missing where a request failed before it was read.
      const hasNotes = request.session !== null && Object.hasOwn(request.session, 'flash')
      const notes = hasNotes ? (reply.flash('note') as string[]) : []
      return { name, notes }
    },
  }
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
  })
  app.get('/style.css', { config: { auth: 'public' } }, async (_request, reply) =>
    reply.type('text/css').header('cache-control', 'max-age=3600').send(style),
  )
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type('text/html; charset=utf-8')
      .send(errorPage({ name: null, notes: [] }, 404)),
  )
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error(error)
    return reply
      .code(status)
      .type('text/html; charset=utf-8')
      .send(errorPage({ name: null, notes: [] }, status))
  })
  loginRoutes(app, site)
  accountRoutes(app, site)
  return app
}
