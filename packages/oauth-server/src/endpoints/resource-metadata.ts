import type { FastifyInstance } from 'fastify'
import { dpopAlgorithms } from '../dpop.js'
import type { Resource } from '../resources.js'
import type { Server } from '../server.js'
import { addEndpoint } from './endpoint.js'

function describe(server: Server, resource: Resource): Readonly<Record<string, unknown>> {
  return {
    resource: resource.id,
    resource_name: resource.name,
    authorization_servers: [server.issuer],
    scopes_supported: [...resource.scopes],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: dpopAlgorithms,
  }
}

/**
 * Protected resource metadata (RFC 9728) for the resources that live on the origin of the server;
 * others publish their own.
 */
export function addResourceMetadataEndpoints(app: FastifyInstance, server: Server): void {
  const { origin } = new URL(server.issuer)
  for (const resource of server.resources.values()) {
    const url = new URL(resource.id)
    if (url.origin !== origin || url.search !== '') continue
    const text = JSON.stringify(describe(server, resource))
    addEndpoint(app, server, {
      url: `/.well-known/oauth-protected-resource${url.pathname.replace(/\/$/, '')}`,
      cors: 'public',
      handlers: {
        GET: (_, reply) =>
          reply.header('cache-control', 'public, max-age=300').type('application/json').send(text),
      },
    })
  }
}
