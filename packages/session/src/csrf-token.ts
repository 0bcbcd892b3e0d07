import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify'
import { CrossSite, InvalidOptions } from './errors.js'
import type { Settings } from './options.js'

/** Checks anti-forgery tokens of browsers that send neither `Sec-Fetch-Site` nor `Origin`. */
export interface TokenCheck {
  /** Notes that a token must be checked, if this mode is on. @returns Whether it is. */
  await(request: FastifyRequest): boolean
}

type Protection = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void

/**
 * Sets up the token mode: @fastify/csrf-protection, registered by the application on the data bag,
 * is asked for every request that {@link TokenCheck.await} let pass.
 */
export function createTokenCheck(app: FastifyInstance, settings: Settings): TokenCheck {
  if (settings.csrf === 'origin') return { await: () => false }
  const awaited = new WeakSet<FastifyRequest>()
  const check: preHandlerHookHandler = (request, reply, done) => {
    if (!awaited.has(request)) return done()
    // Also `undefined`, in a scope that is older than this plugin: then nothing can be checked.
    if (!request.session) return done(new CrossSite())
    protectionOf(request.server)?.(request, reply, done)
  }
  app.addHook('preHandler', check)
  app.addHook('onReady', async () => {
    if (settings.bag === 'everywhere' && protectionOf(app) !== undefined) return
    throw new InvalidOptions(
      '"csrf: token" needs "bag: everywhere", and @fastify/csrf-protection registered with sessionPlugin: "@fastify/session"',
    )
  })
  return {
    await(request) {
      if (request.headers.upgrade !== undefined) return false
      awaited.add(request)
      return true
    },
  }
}

function protectionOf(app: FastifyInstance): Protection | undefined {
  return (app as { csrfProtection?: Protection }).csrfProtection
}
