import type {
  FastifyError,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
} from 'fastify'
import { errorPage } from '../pages/error-page.js'
import { style } from '../pages/style.js'
import { adminRoutes } from './admin-routes.js'
import { appRoutes } from './app-routes.js'
import { frameOf, type Site, sendPage } from './context.js'
import { deviceRoutes } from './device-routes.js'
import { keyRoutes } from './key-routes.js'
import { loginRoutes } from './login-routes.js'
import { orderPageRoutes } from './order-page-routes.js'
import { tryRoutes } from './try-routes.js'

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#b8860b" stroke-width="2.4" stroke-linecap="round"><circle cx="7.5" cy="15.5" r="4.5"/><path d="M10.7 12.3 20 3m-3.5 3.5 3 3M14 9l2 2"/></svg>'

/** Answers an error with a page; who must prove themselves anew is asked to. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const status = error.statusCode ?? 500
  if (status >= 500) request.log.error(error)
  if (error.code === 'LATCHKEY_IDENTITY_STEP_UP') {
    // What was to be done is done again by the person, on the page that they came from.
    const returnTo = new URL(request.headers.referer ?? '/', 'http://here').pathname
    return reply.redirect(`/confirm?returnTo=${encodeURIComponent(returnTo)}`, 303)
  }
  return sendPage(reply.code(status), errorPage(frameOf(request), status))
}

/** Makes a scope whose answers are pages: with headers that forbid scripts, and errors to read. */
export async function addPages(
  app: FastifyInstance,
  addRoutes: (scope: FastifyInstance) => void,
): Promise<void> {
  const pages: FastifyPluginAsync = async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers(SECURITY_HEADERS)
    })
    scope.setErrorHandler(answerError)
    addRoutes(scope)
  }
  await app.register(pages)
}

/** Adds the pages of the platform. */
export async function addSite(app: FastifyInstance, site: Site): Promise<void> {
  const asset = { config: { auth: 'public' } } as const
  app.get('/style.css', asset, async (_request, reply) =>
    reply.type('text/css').header('cache-control', 'max-age=600').send(style),
  )
  app.get('/icon.svg', asset, async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon),
  )
  app.setNotFoundHandler((request, reply) => {
    if (request.url.startsWith('/api/') || !request.headers.accept?.includes('text/html')) {
      return reply.code(404).send({ error: 'There is no such route' })
    }
    return sendPage(reply.code(404).headers(SECURITY_HEADERS), errorPage(frameOf(request), 404))
  })
  await addPages(app, (scope) => {
    loginRoutes(scope, site)
    orderPageRoutes(scope, site)
    deviceRoutes(scope)
    keyRoutes(scope, site.origin)
    appRoutes(scope)
    tryRoutes(scope, site.credentials)
    adminRoutes(scope, site)
  })
}
