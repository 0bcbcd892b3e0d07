import { algorithms, isSymmetric } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'
import { prompts } from '../authorization/prompt.js'
import { responseModes } from '../authorization/response-mode.js'
import { dpopAlgorithms } from '../dpop.js'
import { grants } from '../grants/index.js'
import { authMethods } from '../records/client-metadata.js'
import type { Server } from '../server.js'
import { claimsByScope } from '../tokens/claims.js'
import { addEndpoint } from './endpoint.js'

const signingAlgorithms = Object.keys(algorithms).filter(
  (name) => !isSymmetric(name as keyof typeof algorithms),
)

function openidMetadata(server: Server, base: string): Readonly<Record<string, unknown>> {
  if (!server.rules.openid) return {}
  const own = server.keys.algorithms
  return {
    userinfo_endpoint: `${base}/userinfo`,
    end_session_endpoint: `${base}/logout`,
    subject_types_supported: server.pairwiseSalt === '' ? ['public'] : ['public', 'pairwise'],
    id_token_signing_alg_values_supported: own,
    userinfo_signing_alg_values_supported: own,
    claims_supported: ['sub', 'auth_time', 'acr', 'amr', ...Object.values(claimsByScope).flat()],
    claims_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  }
}

/** What the server can do (RFC 8414 §2, OpenID Connect Discovery §3). */
function createMetadata(server: Server): Readonly<Record<string, unknown>> {
  const { issuer, rules } = server
  const base = issuer.replace(/\/$/, '')
  const credentials = authMethods.filter((method) => method !== 'none')
  return {
    issuer,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    pushed_authorization_request_endpoint: `${base}/par`,
    require_pushed_authorization_requests: rules.requirePar,
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
    token_endpoint_auth_signing_alg_values_supported: signingAlgorithms,
    revocation_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_signing_alg_values_supported: signingAlgorithms,
    introspection_endpoint_auth_methods_supported: credentials,
    introspection_endpoint_auth_signing_alg_values_supported: signingAlgorithms,
    dpop_signing_alg_values_supported: dpopAlgorithms,
    authorization_response_iss_parameter_supported: true,
    ...(server.isRegistrationOpen ? { registration_endpoint: `${base}/register` } : {}),
    client_id_metadata_document_supported: rules.clientIdMetadataDocuments,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    ...openidMetadata(server, base),
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
