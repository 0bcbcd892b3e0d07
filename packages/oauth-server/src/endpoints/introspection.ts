import type { FastifyInstance } from 'fastify'
import { authenticateClient, invalidClient } from '../client-auth/index.js'
import { requireParam } from '../params.js'
import type { Client } from '../records/client.js'
import { loadGrant } from '../records/grant.js'
import type { Server } from '../server.js'
import { readAccessToken } from '../tokens/access-token.js'
import { isAccessTokenAlive, isGrantAlive } from '../tokens/liveness.js'
import { parseRefreshToken } from '../tokens/refresh-token.js'
import { addEndpoint } from './endpoint.js'
import { formOf } from './protocol-context.js'

type Introspection = Readonly<Record<string, unknown>> & { readonly active: boolean }

const inactive: Introspection = { active: false }

async function introspectRefreshToken(
  server: Server,
  client: Client,
  token: string,
  now: number,
): Promise<Introspection | null> {
  const handle = parseRefreshToken(server, token, now)
  if (handle === null) return null
  const loaded = await loadGrant(server.store, handle.id)
  const refresh = loaded?.grant.refresh ?? null
  if (loaded === null || refresh === null || loaded.grant.clientId !== client.id) return inactive
  const isCurrent = refresh.generation === handle.generation && now < refresh.endsAt
  if (!isCurrent || !(await isGrantAlive(server, loaded.grant))) return inactive
  const { grant } = loaded
  return {
    active: true,
    client_id: client.id,
    sub: grant.subject,
    scope: grant.scopes.join(' '),
    iss: server.issuer,
    iat: Math.floor(refresh.rotatedAt),
    exp: Math.floor(refresh.endsAt),
  }
}

async function introspect(server: Server, client: Client, token: string): Promise<Introspection> {
  const now = server.now()
  const refresh = await introspectRefreshToken(server, client, token, now)
  if (refresh !== null) return refresh
  const access = readAccessToken(server, token, now)
  if (access === null) return inactive
  const isFor = access.clientId === client.id || client.introspects.has(access.audience)
  if (!isFor || !(await isAccessTokenAlive(server, access))) return inactive
  const type = access.dpopKey === null ? 'Bearer' : 'DPoP'
  return { active: true, token_type: type, ...access.claims }
}

/**
 * The introspection endpoint (RFC 7662), for clients with a credential: for the tokens that were
 * issued to them, and those for the resources that they serve. It never says why a token is dead.
 */
export function addIntrospectionEndpoint(app: FastifyInstance, server: Server): void {
  addEndpoint(app, server, {
    url: `${server.basePath}/introspect`,
    cors: 'none',
    handlers: {
      async POST(request) {
        const params = formOf(request)
        const client = await authenticateClient(server, request, params)
        if (client.authMethod === 'none') throw invalidClient(false, 'no credential')
        return introspect(server, client, requireParam(params, 'token'))
      },
    },
  })
}
