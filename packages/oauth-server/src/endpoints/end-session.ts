import { findOriginFault, type Identity } from '@latchkey/identity'
import { isEqualDigest } from '@latchkey/tokens'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { redirectLocation } from '../authorization/respond.js'
import { logoutEverywhere } from '../logout.js'
import { OAuthError } from '../oauth-error.js'
import { checkRepeated, type Params, parseParams, queryOf } from '../params.js'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'
import { type IdTokenHint, readIdTokenHint } from '../tokens/id-token.js'
import { subjectFor } from '../tokens/subject.js'
import { addEndpoint } from './endpoint.js'
import { pageBase, sendPage } from './page-context.js'

interface Wish {
  readonly client: Client | null
  readonly hint: IdTokenHint | null
  /** Where to go afterwards, with the state; `null`: nowhere. */
  readonly after: string | null
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request', description)
}

/** What is wrong here is shown, and never redirected (RP-Initiated Logout §4). */
async function readWish(server: Server, params: Params): Promise<Wish> {
  checkRepeated(params)
  const text = params.get('id_token_hint')
  const hint = text === undefined ? null : readIdTokenHint(server, text)
  if (text !== undefined && hint === null) throw invalid('id_token_hint is not one of ours')
  const id = params.get('client_id') ?? hint?.clientId
  if (hint !== null && hint.clientId !== id) throw invalid('client_id is not that of the hint')
  const client = id === undefined ? null : await server.clients.find(id)
  if (id !== undefined && client === null) throw invalid('the client is unknown')
  const uri = params.get('post_logout_redirect_uri')
  if (uri === undefined) return { client, hint, after: null }
  if (client?.postLogoutRedirectUris.includes(uri) !== true) {
    throw invalid('post_logout_redirect_uri is not registered for the client')
  }
  const state = params.get('state')
  const after = state === undefined ? uri : redirectLocation(uri, { state })
  return { client, hint, after }
}

function tokenOf(server: Server, identity: Identity): string {
  return server.mac(JSON.stringify(['logout', identity.subject, identity.credentialId]))
}

/** Whether the hint shows that the client speaks for this very session. */
function isOwn(server: Server, { client, hint }: Wish, identity: Identity): boolean {
  if (client === null || hint === null) return false
  const isSubject = hint.subject === subjectFor(server, client, identity.subject)
  return isSubject && hint.session === identity.credentialId
}

async function ask(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const query = queryOf(request.url)
  const wish = await readWish(server, parseParams(query))
  const { identity } = request
  if (identity === null) return leave(server, request, reply, wish)
  if (isOwn(server, wish, identity)) return end(server, request, reply, wish, identity)
  const base = pageBase(server, request)
  const page = server.pages.logout({
    ...base,
    clientName: wish.client === null ? null : (wish.client.name ?? wish.client.id),
    action: `${server.basePath}/logout?${query}`,
    token: tokenOf(server, identity),
  })
  return sendPage(reply, base, page, wish.after === null ? {} : { formTo: wish.after })
}

/** A form of another site is taken up by a GET, which brings the session; ours has its token. */
async function confirm(server: Server, request: FastifyRequest, reply: FastifyReply) {
  const form = request.body as Params | null | undefined
  const token = form?.get('token')
  if (token === undefined) {
    const query = new URLSearchParams(form?.entries() ?? [])
    return reply.redirect(`${server.basePath}/logout?${query}`, 303)
  }
  const { identity } = request
  const wish = await readWish(server, parseParams(queryOf(request.url)))
  if (identity === null) return leave(server, request, reply, wish)
  const isOurs = isEqualDigest(token, tokenOf(server, identity))
  if (!isOurs || findOriginFault(request) !== null) {
    throw new OAuthError('invalid_request', 'the form comes from elsewhere', { status: 403 })
  }
  return end(server, request, reply, wish, identity)
}

async function end(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  wish: Wish,
  identity: Identity,
) {
  await server.logout(request, reply)
  await logoutEverywhere(server, identity.subject, identity.credentialId)
  return leave(server, request, reply, wish)
}

function leave(server: Server, request: FastifyRequest, reply: FastifyReply, { after }: Wish) {
  if (after !== null) return reply.redirect(after, 303)
  const base = pageBase(server, request)
  return sendPage(reply, base, server.pages.loggedOut(base))
}

/** The end-session endpoint (OpenID Connect RP-Initiated Logout). */
export function addEndSessionEndpoint(app: FastifyInstance, server: Server): void {
  const identify = app.authenticate(server.authenticate)
  addEndpoint(app, server, {
    url: `${server.basePath}/logout`,
    cors: 'none',
    identify: { GET: identify, POST: identify },
    handlers: {
      GET: (request, reply) => ask(server, request, reply),
      POST: (request, reply) => confirm(server, request, reply),
    },
  })
}
