import { setTimeout as pause } from 'node:timers/promises'
import type { Identity } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthorizationRequest, Target } from '../authorization/authorization-request.js'
import { rememberConsent } from '../authorization/consent.js'
import { decide } from '../authorization/interaction.js'
import { grantCode, redirectLocation } from '../authorization/respond.js'
import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import {
  createInteraction,
  endInteraction,
  type SeenLogin,
  seenLogin,
  untilNewLogin,
} from '../records/interaction.js'
import { usePushedRequest } from '../records/pushed-request.js'
import { isLocalRedirect } from '../redirect-uri.js'
import type { Server } from '../server.js'
import { markBrowser } from './browser-cookie.js'
import { pageBase, sendErrorPage, sendFormPost, sendPage } from './page-context.js'
import { originOf, reportRefusal, toOAuthError } from './protocol-context.js'

/** Who is to be answered, and where. */
export interface Scene {
  readonly server: Server
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly target: Target
  readonly identity: Identity | null
}

/** A validated request on its way to an answer. */
export interface Run extends Scene {
  readonly authorization: AuthorizationRequest
  readonly params: Params
  /** Id of the pushed request that the parameters come from, or `null`. */
  readonly pushed: string | null
  /** `null` until there is a reason to put the request down. */
  readonly interaction: {
    readonly id: string
    readonly seen: SeenLogin | null
    /** Whether the browser has just brought it: then the login page was not yet shown. */
    readonly isNew: boolean
  } | null
  readonly decision: 'approve' | 'deny' | null
}

/** Binds a form to the user, the session and the request that it was made for. */
export function tokenOf(server: Server, interactionId: string, identity: Identity): string {
  return server.mac(
    JSON.stringify(['consent', interactionId, identity.subject, identity.credentialId]),
  )
}

/** Takes the next step: login, consent, or the answer. */
export async function runRequest(run: Run): Promise<FastifyReply> {
  const { server, authorization, identity, interaction, decision } = run
  if (decision === 'deny') return decline(run)
  const isApproved = decision === 'approve'
  const now = server.now()
  const side = { identity, seen: interaction?.seen, isApproved }
  const next = await decide(server, authorization, side, now)
  if (next === 'login') return askForLogin(run)
  // With another step the identity is there: `decide` asks for a login first.
  const user = identity as Identity
  if (next === 'consent') return askForConsent(run, user)
  await consume(run)
  const { scopes, resources } = authorization
  const event = {
    ...originOf(run.request),
    ...whoOf(run),
    scopes,
    resources: resources.map(({ id }) => id),
  }
  if (isApproved) {
    await rememberConsent(server, authorization, user.subject, now)
    server.events.publish('consented', event)
  }
  const { id, code } = await grantCode(server, authorization, user, isApproved, now)
  server.events.publish('granted', { ...event, grantId: id })
  return answer(run, { code })
}

/** Of several answers to one request exactly one gets through here. */
async function consume({ server, interaction, pushed }: Run): Promise<void> {
  const { store, rules } = server
  const until = server.now() + rules.interactionTtl + rules.pushedRequestTtl
  const isFirst =
    (interaction === null || (await endInteraction(store, interaction.id))) &&
    (pushed === null || (await usePushedRequest(store, pushed, until)))
  if (!isFirst) throw new OAuthError('invalid_request', 'the request has been answered already')
}

async function decline(run: Run): Promise<FastifyReply> {
  await consume(run)
  const error = new OAuthError('access_denied', 'the user did not agree')
  reportRefusal(run.server, run.request, error, whoOf(run))
  return answer(run, { error: error.error, error_description: error.description })
}

/** @returns The id under which the request waits. */
async function put(run: Run): Promise<string> {
  const { server, request, reply, params, pushed, identity, interaction } = run
  if (interaction !== null) return interaction.id
  const browser = markBrowser(server, request, reply)
  const value = { params: params.entries(), pushed, browser, seen: seenLogin(identity) }
  return createInteraction(server.store, value, server.now() + server.rules.interactionTtl)
}

function loginUrl({ server, authorization }: Run, id: string, prompt: string | null): string {
  const { acrValues, claims, loginHint, uiLocales } = authorization
  const query = new URLSearchParams({ returnTo: `${server.basePath}/authorize/${id}` })
  if (prompt !== null) query.set('prompt', prompt)
  if (loginHint !== undefined) query.set('login_hint', loginHint)
  const acr = [...claims.essentialAcr, ...acrValues]
  if (acr.length > 0) query.set('acr_values', acr.join(' '))
  if (uiLocales.length > 0) query.set('ui_locales', uiLocales.join(' '))
  return `${server.login}${server.login.includes('?') ? '&' : '?'}${query}`
}

async function askForLogin(run: Run): Promise<FastifyReply> {
  const { server, request, reply, authorization, identity, interaction } = run
  const id = await put(run)
  const url = loginUrl(run, id, identity === null ? null : 'login')
  if (interaction === null || interaction.isNew) {
    const wait = identity === null ? 0 : untilNewLogin(identity, server.now())
    // Timers may fire a little early.
    if (wait > 0) await pause(wait * 1000 + 5)
    return reply.redirect(url, 303)
  }
  const base = pageBase(server, request, authorization.uiLocales)
  const clientName = nameOf(run)
  return sendPage(reply, base, server.pages.loginRequired({ ...base, clientName, loginUrl: url }))
}

function whoOf({ target, identity }: Scene): { clientId: string; subject?: string } {
  const clientId = target.client.id
  return identity === null ? { clientId } : { clientId, subject: identity.subject }
}

function nameOf({ authorization }: Run): string {
  return authorization.client.name ?? authorization.client.id
}

async function askForConsent(run: Run, user: Identity): Promise<FastifyReply> {
  const { server, request, reply, authorization } = run
  const { client, redirectUri, resources, scopes } = authorization
  const id = await put(run)
  const base = pageBase(server, request, authorization.uiLocales)
  const { host, protocol } = new URL(redirectUri)
  const page = server.pages.consent({
    ...base,
    clientName: nameOf(run),
    isVerified: client.origin === 'static',
    clientHost: client.origin === 'document' ? new URL(client.id).host : null,
    redirectHost: host || protocol,
    isLocal: isLocalRedirect(redirectUri),
    permissions: scopes.map((scope) => wordsOf(server, scope)),
    resources: resources.map(({ name }) => name),
    isLasting: scopes.includes('offline_access') || client.grantTypes.has('refresh_token'),
    account: accountOf(user),
    switchUrl: loginUrl(run, id, 'select_account'),
    action: `${server.basePath}/authorize/${id}`,
    token: tokenOf(server, id, user),
  })
  return sendPage(reply, base, page, { formTo: redirectUri })
}

/** What a scope means to a user; its name where the server no longer knows it. */
export function wordsOf(server: Server, scope: string): string {
  return server.scopes.get(scope) ?? scope
}

/** What a person recognises their account by, as far as the session knows. */
export function accountOf({ subject, claims }: Identity): string {
  const known = [claims.email, claims.preferred_username, claims.name]
  return known.find((one): one is string => typeof one === 'string') ?? subject
}

/** Sends an answer to the client, with `iss` (RFC 9207) and the state as it came. */
function answer(scene: Scene, fields: Readonly<Record<string, string>>): FastifyReply {
  const { server, request, reply, target } = scene
  const { redirectUri, responseMode, state } = target
  const complete = { ...fields, ...(state === undefined ? {} : { state }), iss: server.issuer }
  if (responseMode === 'form_post') {
    return sendFormPost(server, request, reply, redirectUri, complete)
  }
  return reply.redirect(redirectLocation(redirectUri, complete), 303)
}

/**
 * Answers an error to the client: by redirect, or, where anybody could have registered the client
 * and nobody is logged in, on a page with a link (RFC 9700 §4.11.2).
 */
export function answerError(scene: Scene, thrown: unknown): FastifyReply {
  const { server, request, reply, target, identity } = scene
  const error = toOAuthError(thrown as Error & OAuthError)
  reportRefusal(server, request, error, whoOf(scene))
  const fields = { error: error.error, error_description: error.description }
  const isTrusted =
    target.client.origin === 'static' || identity !== null || server.rules.trustRegisteredRedirects
  if (isTrusted) return answer(scene, fields)
  const { redirectUri, state } = target
  const complete = { ...fields, ...(state === undefined ? {} : { state }), iss: server.issuer }
  reply.code(400)
  return sendErrorPage(server, request, reply, error, redirectLocation(redirectUri, complete))
}
