import type { FastifyInstance } from 'fastify'
import { authenticateClient } from '../client-auth/index.js'
import { checkBound, proveKey } from '../dpop.js'
import { handleGrant } from '../grants/index.js'
import { networkOf } from '../network.js'
import type { Server } from '../server.js'
import { addEndpoint } from './endpoint.js'
import { formOf, originOf } from './protocol-context.js'

/** The token endpoint (RFC 6749 §3.2). */
export function addTokenEndpoint(app: FastifyInstance, server: Server): void {
  addEndpoint(app, server, {
    url: `${server.basePath}/token`,
    cors: 'policy',
    handlers: {
      async POST(request) {
        const params = formOf(request)
        const client = await authenticateClient(server, request, params)
        server.requests.token.count(`${networkOf(request.ip)} ${client.id}`)
        const dpopKey = await proveKey(server, request)
        checkBound(server, client.requireDpop, dpopKey)
        return handleGrant(server, client, params, dpopKey, originOf(request))
      },
    },
  })
}
