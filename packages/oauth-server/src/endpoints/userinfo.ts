import { readAuthorization, serializeChallenge } from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { proveKey } from '../dpop.js'
import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { Client } from '../records/client.js'
import { type Grant, loadGrant } from '../records/grant.js'
import type { Server } from '../server.js'
import { readAccessToken } from '../tokens/access-token.js'
import { selectClaims } from '../tokens/claims.js'
import { isAccessTokenAlive } from '../tokens/liveness.js'
import { subjectFor } from '../tokens/subject.js'
import { addEndpoint } from './endpoint.js'

interface Presented {
  readonly token: string
  readonly scheme: 'Bearer' | 'DPoP'
}

function readToken(request: FastifyRequest): Presented {
  const bearer = readAuthorization(request, 'Bearer')
  const dpop = readAuthorization(request, 'DPoP')
  const body = (request.body as Params | null | undefined)?.get('access_token')
  const found = [bearer, dpop, body].filter((one) => typeof one === 'string')
  if (found.length > 1) throw new OAuthError('invalid_request', 'two tokens were sent')
  const [token] = found
  if (token === undefined) {
    // Who sends nothing learns only how to ask (RFC 6750 §3.1).
    throw new OAuthError('invalid_token', 'a token is missing', {
      status: 401,
      headers: { 'www-authenticate': 'Bearer, DPoP' },
    })
  }
  return { token, scheme: dpop === null ? 'Bearer' : 'DPoP' }
}

function challenge(
  error: 'invalid_token' | 'insufficient_scope',
  description: string,
  scheme: Presented['scheme'],
): OAuthError {
  const params = {
    error,
    error_description: description,
    ...(error === 'insufficient_scope' ? { scope: 'openid' } : {}),
  }
  const status = error === 'invalid_token' ? 401 : 403
  const headers = { 'www-authenticate': serializeChallenge({ scheme, params }) }
  return new OAuthError(error, description, { status, headers })
}

async function findGrant(server: Server, request: FastifyRequest): Promise<Grant> {
  const { token, scheme } = readToken(request)
  const dead = () => challenge('invalid_token', 'the token is invalid or has expired', scheme)
  const access = readAccessToken(server, token, server.now())
  if (access === null || access.audience !== server.defaultResource.id) throw dead()
  const key = await proveKey(server, request, token)
  const bound = scheme === 'DPoP' ? key : null
  if (access.dpopKey !== bound || (scheme === 'DPoP' && key === null)) throw dead()
  const isForUser = access.grantId !== null && access.scopes.includes('openid')
  if (!isForUser) throw challenge('insufficient_scope', 'the scope openid is missing', scheme)
  const loaded = await loadGrant(server.store, access.grantId as string)
  if (loaded === null || !(await isAccessTokenAlive(server, access))) throw dead()
  return loaded.grant
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const grant = await findGrant(server, request)
  const client = await server.clients.find(grant.clientId)
  const context = { clientId: grant.clientId, scopes: grant.scopes }
  const claims = await server.claims(grant.subject, context)
  if (client === null || claims === null) {
    throw challenge('invalid_token', 'the token is invalid or has expired', 'Bearer')
  }
  const sub = subjectFor(server, client, grant.subject)
  const told = { ...selectClaims(claims, grant.scopes), sub }
  return client.userinfoAlg === undefined ? told : sign(server, client, told, reply)
}

async function sign(server: Server, client: Client, told: object, reply: FastifyReply) {
  const claims = { ...told, iss: server.issuer, aud: client.id }
  const algorithm = server.keys.pick(client.userinfoAlg)
  const token = await server.keys.sign(claims, 'userinfo+jwt', algorithm)
  return reply.type('application/jwt').send(token)
}

/** The userinfo endpoint (OpenID Connect Core §5.3). A token in the query is not looked at. */
export function addUserinfoEndpoint(app: FastifyInstance, server: Server): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => answer(server, request, reply)
  addEndpoint(app, server, {
    url: `${server.basePath}/userinfo`,
    cors: 'policy',
    handlers: { GET: handler, POST: handler },
  })
}
