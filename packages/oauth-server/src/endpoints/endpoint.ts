import type { AuthenticateHook } from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { OAuthError } from '../oauth-error.js'
import type { Server } from '../server.js'

/** An address of this server and who may call it how. */
export interface Endpoint {
  readonly url: string
  readonly handlers: Partial<Readonly<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handler>>>
  /** Finds out who the user is, by method. */
  readonly identify?: Partial<Readonly<Record<string, AuthenticateHook>>>
  /** Whether pages of other origins may call it: `public` from everywhere, `policy` by option. */
  readonly cors: 'none' | 'policy' | 'public'
}

/** Answers a request; what it returns is sent. */
export type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The routes decide by themselves who calls: the meta-plugin `auth` has nothing to add. */
const config: object = { auth: 'public' }

/** Adds an endpoint: its methods, the preflight where CORS is let through, and 405 for the rest. */
export function addEndpoint(app: FastifyInstance, server: Server, endpoint: Endpoint): void {
  const { handlers, url } = endpoint
  const allowed = Object.keys(handlers)
  const allow = allowed.join(', ')
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    sendCors(server, endpoint, request, reply)
  }
  for (const [method, handler] of Object.entries(handlers)) {
    const identify = endpoint.identify?.[method]
    const hooks = identify === undefined ? onRequest : [onRequest, identify]
    app.route({ method, url, config, exposeHeadRoute: false, onRequest: hooks, handler })
  }
  app.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url,
    config,
    exposeHeadRoute: false,
    onRequest: async (_, reply) => {
      reply.header('allow', allow)
      refuseMethod()
    },
    handler: refuseMethod,
  })
  if (endpoint.cors === 'none') return
  app.route({
    method: 'OPTIONS',
    url,
    config,
    onRequest,
    handler: (_, reply) =>
      reply
        .header('access-control-allow-methods', allow)
        .header('access-control-allow-headers', 'Authorization, Content-Type, DPoP')
        .header('access-control-max-age', '7200')
        .code(204)
        .send(),
  })
}

function refuseMethod(): never {
  throw new OAuthError('invalid_request', 'this method is not supported here', { status: 405 })
}

/** Never with credentials: what such a page sends must be in the request itself (RFC 9700 §2.6). */
function sendCors(
  server: Server,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (endpoint.cors === 'none') return
  const { origin } = request.headers
  if (endpoint.cors === 'public' || server.corsOrigins === '*') {
    reply.header('access-control-allow-origin', '*')
  } else {
    reply.header('vary', 'Origin')
    if (origin === undefined || !server.corsOrigins.has(origin)) return
    reply.header('access-control-allow-origin', origin)
  }
  reply.header('access-control-expose-headers', 'WWW-Authenticate, DPoP-Nonce')
}
