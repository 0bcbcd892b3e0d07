import { readAuthorization } from '@latchkey/identity'
import { isEqualSecret, parseJsonObject } from '@latchkey/tokens'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { networkOf } from '../network.js'
import { OAuthError } from '../oauth-error.js'
import {
  createDynamicClient,
  drawClientId,
  type LoadedDynamicClient,
  loadDynamicClient,
  replaceDynamicClient,
} from '../records/dynamic-client.js'
import { describeRegistration, prepareRegistration } from '../registration.js'
import { endClient } from '../revocations.js'
import type { Server } from '../server.js'
import { parseRegistrationToken } from '../tokens/registration-token.js'
import { addEndpoint } from './endpoint.js'
import { originOf } from './protocol-context.js'

const longestBody = 65_536

function unauthorized(): OAuthError {
  return new OAuthError('invalid_token', 'the token is missing, or not the right one', {
    status: 401,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  })
}

function bodyOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const said = typeof request.body === 'string' ? parseJsonObject(request.body) : null
  if (said !== null) return said
  throw new OAuthError('invalid_client_metadata', 'the body is not a JSON object')
}

async function register(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const { initialTokens } = server.registration
  const token = readAuthorization(request, 'Bearer') ?? ''
  // Every token is compared, so that the time tells nothing about which was close.
  const known = initialTokens.filter((one) => isEqualSecret(one, token))
  if (initialTokens.length > 0 && known.length === 0) throw unauthorized()
  await server.registrationLimiter.count(networkOf(request.ip))
  const registration = await prepareRegistration(server, drawClientId(), bodyOf(request), null)
  await createDynamicClient(server.store, registration.id, registration.record)
  server.events.publish('registered', { ...originOf(request), clientId: registration.id })
  return reply.code(201).send(describeRegistration(server, registration))
}

/** Whoever asks for a client that is not theirs learns nothing about it (RFC 7592 §2.1). */
async function findOwn(server: Server, request: FastifyRequest): Promise<LoadedDynamicClient> {
  const { id } = request.params as { readonly id: string }
  const handle = parseRegistrationToken(server, readAuthorization(request, 'Bearer') ?? '')
  const loaded = handle?.id === id ? await loadDynamicClient(server.store, id) : null
  if (loaded === null || loaded.client.generation !== handle?.generation) throw unauthorized()
  return loaded
}

async function read(server: Server, request: FastifyRequest) {
  const { id, client } = await findOwn(server, request)
  return describeRegistration(server, { id, record: client, secret: null })
}

async function update(server: Server, request: FastifyRequest) {
  const loaded = await findOwn(server, request)
  const said = bodyOf(request)
  if (said.client_id !== loaded.id) {
    throw new OAuthError('invalid_client_metadata', 'client_id is missing, or another')
  }
  const registration = await prepareRegistration(server, loaded.id, said, loaded.client)
  if (!(await replaceDynamicClient(server.store, loaded, registration.record))) {
    throw unauthorized()
  }
  server.events.publish('updated', { ...originOf(request), clientId: loaded.id })
  return describeRegistration(server, registration)
}

async function remove(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const { id } = await findOwn(server, request)
  await endClient(server, id)
  return reply.code(204).send()
}

/** The client registration endpoints (RFC 7591, RFC 7592). */
export function addRegistrationEndpoints(app: FastifyInstance, server: Server): void {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: longestBody },
    (_, body, done) => done(null, body),
  )
  const url = `${server.basePath}/register`
  addEndpoint(app, server, {
    url,
    cors: 'policy',
    handlers: { POST: (request, reply) => register(server, request, reply) },
  })
  addEndpoint(app, server, {
    url: `${url}/:id`,
    cors: 'policy',
    handlers: {
      GET: (request) => read(server, request),
      PUT: (request) => update(server, request),
      DELETE: (request, reply) => remove(server, request, reply),
    },
  })
}
