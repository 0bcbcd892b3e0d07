import type { FastifyInstance } from 'fastify'
import type { Server } from '../server.js'
import { addEndpoint } from './endpoint.js'

/** The public keys (RFC 7517 §5): the next, the current, and those before. */
export function addJwksEndpoint(app: FastifyInstance, server: Server): void {
  addEndpoint(app, server, {
    url: `${server.basePath}/jwks`,
    cors: 'public',
    handlers: {
      GET: (_, reply) =>
        reply
          .header('cache-control', 'public, max-age=300')
          .type('application/jwk-set+json')
          .send(JSON.stringify(server.keys.jwks())),
    },
  })
}
