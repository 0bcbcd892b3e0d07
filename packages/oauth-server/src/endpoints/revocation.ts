import type { FastifyInstance } from 'fastify'
import { authenticateClient } from '../client-auth/index.js'
import { requireParam } from '../params.js'
import type { Client } from '../records/client.js'
import { loadGrant } from '../records/grant.js'
import { endAccessToken, endGrant } from '../revocations.js'
import type { Server } from '../server.js'
import { readAccessToken } from '../tokens/access-token.js'
import { parseRefreshToken } from '../tokens/refresh-token.js'
import { addEndpoint } from './endpoint.js'
import { formOf } from './protocol-context.js'

async function revoke(server: Server, client: Client, token: string): Promise<void> {
  const now = server.now()
  const handle = parseRefreshToken(server, token, now)
  if (handle !== null) {
    const loaded = await loadGrant(server.store, handle.id)
    if (loaded?.grant.clientId === client.id) await endGrant(server, handle.id)
    return
  }
  const access = readAccessToken(server, token, now)
  if (access?.clientId !== client.id) return
  await endAccessToken(server, access)
}

/**
 * The revocation endpoint (RFC 7009). A refresh token takes its whole grant with it; an access
 * token goes alone. Whatever is not the client's own is left as it is, and the answer is the same.
 */
export function addRevocationEndpoint(app: FastifyInstance, server: Server): void {
  addEndpoint(app, server, {
    url: `${server.basePath}/revoke`,
    cors: 'policy',
    handlers: {
      async POST(request, reply) {
        const params = formOf(request)
        const client = await authenticateClient(server, request, params)
        await revoke(server, client, requireParam(params, 'token'))
        // Clients must not look at the body, but some want it to be JSON.
        return reply.code(200).send({})
      },
    },
  })
}
