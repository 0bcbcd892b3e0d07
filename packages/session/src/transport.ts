import type { FastifyInstance } from 'fastify'
import { InvalidOptions } from './errors.js'
import type { Settings } from './options.js'

/**
 * Checks at boot that production can send `Secure` cookies and tell its own origin.
 *
 * @throws {Error} `LATCHKEY_SESSION_INVALID_OPTIONS`, saying what to write.
 */
export function checkTransport(app: FastifyInstance, settings: Settings): void {
  const { domain, sameSite } = settings.cookie
  if (domain !== null) {
    app.log.warn(
      `The session cookie is shared with every host under "${domain}": any of them can plant one. Leave out "cookie.domain" for the prefix "__Host-"`,
    )
  }
  if (sameSite === 'none') {
    app.log.warn('The session cookie is sent by pages of other sites: "cookie.sameSite" is "none"')
  }
  if (process.env.NODE_ENV !== 'production' || settings.allowPlainHttp) return
  if (servesHttps(app) || trustsProxy(app)) return
  throw new InvalidOptions(
    'in production the cookie needs HTTPS; give Fastify "https", or "trustProxy" behind a proxy that ends TLS, or write "allowPlainHttp: true"',
  )
}

function servesHttps(app: FastifyInstance): boolean {
  return Boolean((app.initialConfig as { https?: unknown }).https)
}

/** Fastify has no public way to ask for it: the options are kept under a symbol of the root. */
function trustsProxy(app: FastifyInstance): boolean {
  const scopes: object[] = []
  for (let scope: object | null = app; scope !== null; scope = Object.getPrototypeOf(scope)) {
    scopes.push(scope)
  }
  return scopes.some((scope) =>
    Object.getOwnPropertySymbols(scope)
      .filter((symbol) => symbol.description === 'fastify.options')
      .some((symbol) => {
        const options = (scope as Record<symbol, { trustProxy?: unknown }>)[symbol]
        return Boolean(options?.trustProxy)
      }),
  )
}
