import { isStoreOutage } from '@latchkey/store'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import type { EventOrigin } from '../events.js'
import { OAuthError } from '../oauth-error.js'
import { checkRepeated, type Params, parseParams } from '../params.js'
import type { Server } from '../server.js'

const longestForm = 65_536

/** What a client can tell apart by status; the rest of the framework's become 400. */
const keptStatus = new Set([401, 403, 413, 429])

/** Turns whatever went wrong into what the client is told. */
export function toOAuthError(error: FastifyError | OAuthError): OAuthError {
  if (error instanceof OAuthError) return error
  if (isStoreOutage(error)) {
    return new OAuthError('temporarily_unavailable', 'try again in a moment', {
      status: 503,
      headers: { 'retry-after': '1' },
      cause: error,
    })
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) {
    const known = keptStatus.has(status) ? status : 400
    const description = 'the request cannot be read'
    return new OAuthError('invalid_request', description, { status: known, cause: error })
  }
  const description = 'the request could not be answered'
  return new OAuthError('server_error', description, { status: 500, cause: error })
}

/** Where an event comes from. */
export function originOf(request: FastifyRequest): EventOrigin {
  const { id, ip, method, routeOptions } = request
  return { requestId: String(id), ip, method, route: routeOptions.url ?? '' }
}

/** Tells the log and subscribers what the client is not told. */
export function reportRefusal(
  server: Server,
  request: FastifyRequest,
  error: OAuthError,
  who: { readonly clientId?: string; readonly subject?: string } = {},
): void {
  const level = error.statusCode >= 500 ? 'error' : 'info'
  request.log[level]({ err: error }, 'OAuth request refused')
  const { cause, description, error: reason, statusCode } = error
  // Reasons are fixed texts; what was thrown elsewhere is for the log.
  const why = typeof cause === 'string' ? { cause } : {}
  const details = { description, statusCode, ...why }
  server.events.publish('refused', { ...originOf(request), ...who, reason, details })
}

/**
 * Makes a context in which forms are read, answers are JSON that nobody keeps, and every error is
 * shaped as OAuth's, those of the framework included.
 */
export function prepareProtocolContext(app: FastifyInstance, server: Server): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: longestForm },
    (_, body, done) => done(null, parseParams(body as string)),
  )
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = toOAuthError(error)
    reportRefusal(server, request, answer)
    return reply
      .headers(answer.headers)
      .header('cache-control', 'no-store')
      .code(answer.statusCode)
      .send({ error: answer.error, error_description: answer.description })
  })
  app.addHook('onRequest', async (_, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
  })
}

/**
 * The form of a request.
 *
 * @throws {OAuthError} `invalid_request` when there is none, a parameter repeats, or a secret was
 *   put into the URL (RFC 6749 §2.3.1).
 */
export function formOf(request: FastifyRequest): Params {
  if (request.url.includes('?')) {
    throw new OAuthError('invalid_request', 'parameters belong into the body')
  }
  const params = request.body as Params | null | undefined
  if (params === null || params === undefined) {
    throw new OAuthError('invalid_request', 'the body is not a form')
  }
  checkRepeated(params)
  return params
}
