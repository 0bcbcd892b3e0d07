import type { FastifyInstance } from 'fastify'
import { checkRequest, findTarget } from '../authorization/index.js'
import { requestUriOf } from '../authorization/request-uri.js'
import { authenticateClient } from '../client-auth/index.js'
import { proveKey } from '../dpop.js'
import { networkOf } from '../network.js'
import { OAuthError } from '../oauth-error.js'
import { createPushedRequest } from '../records/pushed-request.js'
import type { Server } from '../server.js'
import { addEndpoint } from './endpoint.js'
import { formOf } from './protocol-context.js'

const ofTheClient = new Set(['client_secret', 'client_assertion', 'client_assertion_type'])

/**
 * The pushed authorization request endpoint (RFC 9126): the same checks as at the authorization
 * endpoint, but by an authenticated client, and before any browser is involved.
 */
export function addPushedAuthorizationEndpoint(app: FastifyInstance, server: Server): void {
  addEndpoint(app, server, {
    url: `${server.basePath}/par`,
    cors: 'policy',
    handlers: {
      async POST(request, reply) {
        const params = formOf(request)
        const client = await authenticateClient(server, request, params)
        server.requests.pushed.count(`${networkOf(request.ip)} ${client.id}`)
        if (params.get('request_uri') !== undefined) {
          throw new OAuthError('invalid_request', 'request_uri cannot be pushed')
        }
        const named = [...params.entries().filter(([name]) => !ofTheClient.has(name))]
        const target = await findTarget(server, params)
        const { dpopKey } = checkRequest(server, target, params)
        const key = await proveKey(server, request)
        if (key !== null && dpopKey !== null && key !== dpopKey) {
          throw new OAuthError('invalid_dpop_proof', 'dpop_jkt names another key than the proof')
        }
        if (key !== null && dpopKey === null) named.push(['dpop_jkt', key])
        const { pushedRequestTtl } = server.rules
        const id = await createPushedRequest(
          server.store,
          { clientId: client.id, params: named },
          server.now() + pushedRequestTtl,
        )
        return reply.code(201).send({ request_uri: requestUriOf(id), expires_in: pushedRequestTtl })
      },
    },
  })
}
