import { randomBase64url } from '@latchkey/tokens'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorView } from '../pages/error.js'
import { formPostPage, formPostScriptHash } from '../pages/form-post.js'
import type { PageBase } from '../pages/layout.js'
import { acceptedLanguages, pickMessages } from '../pages/messages.js'
import { parseParams } from '../params.js'
import type { Server } from '../server.js'
import { reportRefusal, toOAuthError } from './protocol-context.js'

const longestForm = 65_536

/** What every page of a request gets: its language and its nonce. */
export function pageBase(
  server: Server,
  request: FastifyRequest,
  uiLocales: readonly string[] = [],
): PageBase {
  const wanted = [...uiLocales, ...acceptedLanguages(request.headers['accept-language'])]
  return { ...pickMessages(server.messages, wanted), nonce: randomBase64url(12) }
}

/**
 * A source for `form-action` that covers a URI: its origin, or its scheme where it has no origin
 * or one that the header cannot spell (IPv6).
 */
function formSource(uri: string): string {
  const { origin, protocol, hostname } = new URL(uri)
  return origin === 'null' || hostname.startsWith('[') ? protocol : origin
}

/** Sends a page that nobody frames or keeps, and that runs nothing. */
export function sendPage(
  reply: FastifyReply,
  base: PageBase,
  page: string,
  more: { readonly formTo?: string; readonly script?: string } = {},
): FastifyReply {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${base.nonce}'`,
    ...(more.script === undefined ? [] : [`script-src '${more.script}'`]),
    `form-action 'self'${more.formTo === undefined ? '' : ` ${formSource(more.formTo)}`}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return reply
    .header('content-security-policy', policy.join('; '))
    .type('text/html; charset=utf-8')
    .send(page)
}

/** Sends the error page. */
export function sendErrorPage(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  error: Pick<ErrorView, 'error' | 'description'>,
  returnTo: string | null,
): FastifyReply {
  const base = pageBase(server, request)
  const link = returnTo === null ? null : { url: returnTo, host: new URL(returnTo).host }
  const { error: code, description } = error
  const page = server.pages.error({ ...base, error: code, description, returnTo: link })
  return sendPage(reply, base, page)
}

/** Sends a page that posts an answer to the client (OAuth 2.0 Form Post Response Mode). */
export function sendFormPost(
  server: Server,
  request: FastifyRequest,
  reply: FastifyReply,
  action: string,
  fields: Readonly<Record<string, string>>,
): FastifyReply {
  const base = pageBase(server, request)
  const page = formPostPage({ ...base, action, fields })
  return sendPage(reply, base, page, { formTo: action, script: formPostScriptHash })
}

/** Makes a context in which errors are pages. */
export function preparePageContext(app: FastifyInstance, server: Server): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: longestForm },
    (_, body, done) => done(null, parseParams(body as string)),
  )
  app.addHook('onRequest', async (_, reply) => {
    reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'DENY')
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = toOAuthError(error)
    reportRefusal(server, request, answer)
    reply.headers(answer.headers).code(answer.statusCode)
    return sendErrorPage(server, request, reply, answer, null)
  })
}
