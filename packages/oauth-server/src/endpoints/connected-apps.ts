import { findOriginFault, type Identity } from '@latchkey/identity'
import { isEqualDigest } from '@latchkey/tokens'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createManagement } from '../management.js'
import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { Server } from '../server.js'
import { accountOf, wordsOf } from './authorization-run.js'
import { addEndpoint } from './endpoint.js'
import { pageBase, sendPage } from './page-context.js'

function tokenOf(server: Server, { subject, credentialId }: Identity): string {
  return server.mac(JSON.stringify(['connected-apps', subject, credentialId]))
}

function goToLogin(server: Server, url: string, reply: FastifyReply): FastifyReply {
  const mark = server.login.includes('?') ? '&' : '?'
  const query = new URLSearchParams({ returnTo: url })
  return reply.redirect(`${server.login}${mark}${query}`, 303)
}

/** The page where users see what they allowed, and take it back. */
export function addConnectedAppsEndpoint(app: FastifyInstance, server: Server): void {
  const url = `${server.basePath}/connected-apps`
  const identify = app.authenticate(server.authenticate)
  const { consents } = createManagement(server)

  async function show(request: FastifyRequest, reply: FastifyReply) {
    const { identity } = request
    if (identity === null) return goToLogin(server, url, reply)
    const base = pageBase(server, request)
    const apps = (await consents.list(identity.subject)).map((consent) => ({
      clientId: consent.client.id,
      name: consent.client.name ?? consent.client.id,
      permissions: consent.scopes.map((scope) => wordsOf(server, scope)),
      resources: consent.resources,
      since: new Date(consent.givenAt * 1000).toISOString().slice(0, 10),
    }))
    const account = accountOf(identity)
    const token = tokenOf(server, identity)
    const page = server.pages.connectedApps({ ...base, account, apps, action: url, token })
    return sendPage(reply, base, page)
  }

  async function revoke(request: FastifyRequest, reply: FastifyReply) {
    const form = request.body as Params | null | undefined
    const { identity } = request
    const clientId = form?.get('client_id')
    const token = form?.get('token') ?? ''
    const isOurs = identity !== null && isEqualDigest(token, tokenOf(server, identity))
    if (!isOurs || clientId === undefined || findOriginFault(request) !== null) {
      throw new OAuthError('invalid_request', 'the form comes from elsewhere', { status: 403 })
    }
    await consents.revoke(identity.subject, clientId)
    return reply.redirect(url, 303)
  }

  addEndpoint(app, server, {
    url,
    cors: 'none',
    identify: { GET: identify, POST: identify },
    handlers: { GET: show, POST: revoke },
  })
}
