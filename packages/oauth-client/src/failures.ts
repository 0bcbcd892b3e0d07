import { isStoreOutage } from '@latchkey/store'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { announceFailure, type KnownError } from './announce.js'
import { Malformed, Unavailable } from './errors.js'
import type { House } from './house.js'
import { failurePage, pagePolicy } from './pages.js'
import { safeReturnTo } from './return-to.js'

const RETRY_AFTER = 5

/** One of our catalogue: an outage of the store and a fault of anybody's become one of it. */
function toKnown(error: FastifyError): KnownError {
  const { code, statusCode = 500, message, cause } = error
  if (isStoreOutage(error)) return { ...toPlain(new Unavailable({ cause: 'store' })) }
  if (code?.startsWith('LATCHKEY_') && code !== 'LATCHKEY_OAUTH_CLIENT_INVALID_USE') {
    return { code, statusCode, message, cause }
  }
  // What Fastify says of bodies that it could not read.
  if (statusCode < 500) return toPlain(new Malformed({ cause: code }))
  return toPlain(new Unavailable({ cause: error }))
}

function toPlain({ code, statusCode = 500, message, cause }: FastifyError): KnownError {
  return { code, statusCode, message, cause }
}

function tell(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  provider: string,
  { code, message, statusCode }: KnownError,
): FastifyReply {
  const { path, errorPath, afterSignIn } = house.settings
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  if (statusCode === 503) reply.header('retry-after', RETRY_AFTER)
  reply.code(statusCode)
  if (!(request.headers.accept ?? '').includes('text/html')) {
    return reply.send({ error: code, message })
  }
  if (errorPath !== null) {
    return reply.redirect(`${errorPath}?${new URLSearchParams({ error: code, provider })}`, 303)
  }
  reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy)
  const { returnTo } = request.query as { returnTo?: unknown }
  const again = `${path}/${provider}?${new URLSearchParams({ returnTo: safeReturnTo(returnTo, afterSignIn) })}`
  return reply.send(failurePage({ message, code, again }))
}

/**
 * Takes back every cookie that a failed request would set: a session that began, and then could
 * not be ended again, must not reach the browser either.
 */
function withholdCookies(reply: FastifyReply): void {
  const cookies = [reply.getHeader('set-cookie') ?? []].flat().map(String)
  reply.removeHeader('set-cookie')
  for (const cookie of cookies) {
    if (cookie.includes('; Max-Age=0')) reply.header('set-cookie', cookie)
  }
}

/** Every failure of our routes ends in a page, a redirect or a few words of JSON, and an event. */
export function handleFailures(app: FastifyInstance, house: House): void {
  const failed = new WeakSet<FastifyRequest>()
  // After the hook of the session, which stands further out.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (failed.has(request)) withholdCookies(reply)
    done(null, payload)
  })
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    failed.add(request)
    const { provider } = request.routeOptions.config as unknown as { readonly provider: string }
    const known = toKnown(error)
    if (known.statusCode >= 500) request.log.error(error)
    announceFailure(request, house.settings.name, provider, known)
    return tell(house, request, reply, provider, known)
  })
}
