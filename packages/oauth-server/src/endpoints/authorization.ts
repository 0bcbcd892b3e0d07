import { findOriginFault } from '@latchkey/identity'
import { isEqualDigest } from '@latchkey/tokens'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { checkRequest, findTarget } from '../authorization/index.js'
import { checkPushed, type ResolvedParams, resolveParams } from '../authorization/request-uri.js'
import { networkOf } from '../network.js'
import { OAuthError } from '../oauth-error.js'
import { createParams, type Params, parseParams, queryOf } from '../params.js'
import {
  bindInteraction,
  createInteraction,
  type LoadedInteraction,
  loadInteraction,
  seenLogin,
} from '../records/interaction.js'
import type { Server } from '../server.js'
import { answerError, type Run, runRequest, tokenOf } from './authorization-run.js'
import { browserOf, markBrowser } from './browser-cookie.js'
import { addEndpoint } from './endpoint.js'

/** The authorization endpoint (RFC 6749 §3.1), and the interactions that it starts. */
export function addAuthorizationEndpoint(app: FastifyInstance, server: Server): void {
  const url = `${server.basePath}/authorize`
  const identify = app.authenticate(server.authenticate)

  addEndpoint(app, server, {
    url,
    cors: 'none',
    identify: { GET: identify },
    handlers: {
      GET: (request, reply) => begin(server, request, reply),
      POST: (request, reply) => park(server, request, reply),
    },
  })
  addEndpoint(app, server, {
    url: `${url}/:id`,
    cors: 'none',
    identify: { GET: identify, POST: identify },
    handlers: {
      GET: (request, reply) => resume(server, request, reply),
      POST: (request, reply) => settle(server, request, reply),
    },
  })
}

async function begin(server: Server, request: FastifyRequest, reply: FastifyReply) {
  server.requests.authorization.count(networkOf(request.ip))
  const resolved = await resolveParams(server, parseParams(queryOf(request.url)))
  return run(server, request, reply, resolved, null)
}

/**
 * A request by POST comes from another site, so the browser keeps the session's cookie back. It is
 * validated, put down, and taken up again by a GET, which brings the cookie.
 */
async function park(server: Server, request: FastifyRequest, reply: FastifyReply) {
  server.requests.authorization.count(networkOf(request.ip))
  const form = request.body as Params | null | undefined
  if (form === null || form === undefined || request.url.includes('?')) {
    throw new OAuthError('invalid_request', 'parameters are split between query and body')
  }
  const { params, pushed } = await resolveParams(server, form)
  const target = await findTarget(server, params)
  try {
    checkPushed(server, target.client, pushed)
    checkRequest(server, target, params)
  } catch (error) {
    return answerError({ server, request, reply, target, identity: null }, error)
  }
  const interaction = { params: params.entries(), pushed, browser: null, seen: null }
  const expiresAt = server.now() + server.rules.interactionTtl
  const id = await createInteraction(server.store, interaction, expiresAt)
  return reply.redirect(`${server.basePath}/authorize/${id}`, 303)
}

async function openInteraction(
  server: Server,
  request: FastifyRequest,
): Promise<LoadedInteraction> {
  const { id } = request.params as { readonly id: string }
  const loaded = await loadInteraction(server.store, id)
  if (loaded !== null) return loaded
  throw new OAuthError('invalid_request', 'the request has been answered, or has expired', {
    status: 404,
  })
}

function requireBrowser(server: Server, request: FastifyRequest, loaded: LoadedInteraction): void {
  const { browser } = loaded.interaction
  const own = browserOf(server, request)
  if (browser !== null && own !== null && isEqualDigest(browser, own)) return
  throw new OAuthError('invalid_request', 'the request belongs to another browser', { status: 403 })
}

async function resume(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const loaded = await openInteraction(server, request)
  const resolved = resolvedOf(loaded)
  if (loaded.interaction.browser === null) {
    const browser = markBrowser(server, request, reply)
    const seen = seenLogin(request.identity)
    const interaction = { ...loaded.interaction, browser, seen }
    const isOurs = await bindInteraction(server.store, loaded, interaction)
    if (!isOurs) throw new OAuthError('invalid_request', 'the request belongs to another browser')
    return run(server, request, reply, resolved, { id: loaded.id, seen, isNew: true })
  }
  requireBrowser(server, request, loaded)
  const { seen } = loaded.interaction
  return run(server, request, reply, resolved, { id: loaded.id, seen, isNew: false })
}

function resolvedOf({ interaction }: LoadedInteraction): ResolvedParams {
  return { params: createParams(interaction.params), pushed: interaction.pushed }
}

async function settle(server: Server, request: FastifyRequest, reply: FastifyReply) {
  if (findOriginFault(request) !== null) {
    throw new OAuthError('invalid_request', 'the form comes from another site', { status: 403 })
  }
  const loaded = await openInteraction(server, request)
  requireBrowser(server, request, loaded)
  const form = request.body as Params | null | undefined
  const { identity } = request
  const token = form?.get('token') ?? ''
  const isOurs = identity !== null && isEqualDigest(token, tokenOf(server, loaded.id, identity))
  const decision = form?.get('decision')
  if (!isOurs || (decision !== 'approve' && decision !== 'deny')) {
    throw new OAuthError('invalid_request', 'the form belongs to another session', { status: 403 })
  }
  const { seen } = loaded.interaction
  const interaction = { id: loaded.id, seen, isNew: false }
  return run(server, request, reply, resolvedOf(loaded), interaction, decision)
}

async function run(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  { params, pushed }: ResolvedParams,
  interaction: Run['interaction'],
  decision: Run['decision'] = null,
) {
  const { identity } = request
  const target = await findTarget(server, params)
  const scene = { server, request, reply, target, identity }
  try {
    checkPushed(server, target.client, pushed)
    const authorization = checkRequest(server, target, params)
    return await runRequest({ ...scene, authorization, params, pushed, interaction, decision })
  } catch (error) {
    return answerError(scene, error)
  }
}
