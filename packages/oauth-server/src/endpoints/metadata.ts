import type { FastifyInstance } from 'fastify'
import { prompts } from '../authorization/prompt.js'
import { responseModes } from '../authorization/response-mode.js'
import { grants } from '../grants/index.js'
import { authMethods } from '../records/client-metadata.js'
import type { Server } from '../server.js'
import { addEndpoint } from './endpoint.js'

/** What the server can do (RFC 8414 §2). */
export function createMetadata(server: Server): Readonly<Record<string, unknown>> {
  const { issuer } = server
  const base = issuer.replace(/\/$/, '')
  const credentials = authMethods.filter((method) => method !== 'none')
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    revocation_endpoint: `${base}/revoke`,
    introspection_endpoint: `${base}/introspect`,
    jwks_uri: `${base}/jwks`,
    scopes_supported: [...server.scopes.keys()],
    response_types_supported: ['code'],
    response_modes_supported: responseModes,
    grant_types_supported: [...grants.keys()],
    code_challenge_methods_supported: ['S256'],
    prompt_values_supported: prompts,
    token_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_methods_supported: authMethods,
    introspection_endpoint_auth_methods_supported: credentials,
    authorization_response_iss_parameter_supported: true,
  }
}

/**
 * The metadata at every address that clients try: RFC 8414 puts the well-known part before the
 * path of the issuer, OpenID Connect Discovery behind it, and clients mix the two.
 */
export function addMetadataEndpoint(app: FastifyInstance, server: Server): void {
  const text = JSON.stringify(createMetadata(server))
  const names = ['oauth-authorization-server', 'openid-configuration']
  const urls = names.flatMap((name) => [
    `/.well-known/${name}${server.basePath}`,
    `${server.basePath}/.well-known/${name}`,
  ])
  for (const url of new Set(urls)) {
    addEndpoint(app, server, {
      url,
      cors: 'public',
      handlers: {
        GET: (_, reply) =>
          reply.header('cache-control', 'public, max-age=300').type('application/json').send(text),
      },
    })
  }
}
