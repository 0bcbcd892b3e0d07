import { findOriginFault } from '@latchkey/identity'
import type { FastifyInstance } from 'fastify'
import { developmentCookie } from '../development-login.js'
import { OAuthError } from '../oauth-error.js'
import { developmentLoginPage } from '../pages/development-login.js'
import { type Params, parseParams, queryOf } from '../params.js'
import type { Server } from '../server.js'
import { addEndpoint } from './endpoint.js'
import { pageBase, sendPage } from './page-context.js'

/** The login that believes everybody, during development. */
export function addDevelopmentLoginEndpoint(app: FastifyInstance, server: Server): void {
  const own = new RegExp(`^${server.basePath}/(?:authorize/\\w+|connected-apps)$`)
  addEndpoint(app, server, {
    url: server.login,
    cors: 'none',
    handlers: {
      GET(request, reply) {
        const base = pageBase(server, request)
        return sendPage(reply, base, developmentLoginPage(base, request.url))
      },
      POST(request, reply) {
        const subject = (request.body as Params | null | undefined)?.get('subject')
        const back = parseParams(queryOf(request.url)).get('returnTo') ?? ''
        const isOurs = findOriginFault(request) === null && own.test(back)
        if (!isOurs || subject === undefined) {
          throw new OAuthError('invalid_request', 'no name, or a strange returnTo', { status: 403 })
        }
        return reply.header('set-cookie', developmentCookie(server, subject)).redirect(back, 303)
      },
    },
  })
}
