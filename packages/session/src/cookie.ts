import type { FastifyRequest } from 'fastify'
import { type DUPLICATE, findCookie } from './find-cookie.js'
import type { Settings } from './options.js'

/** The session cookie of one registration. */
export interface SessionCookie {
  /** Its name over HTTPS, with the prefix. */
  readonly name: string
  /** The value that a request carries; `null` for none, `DUPLICATE` for two. */
  read(request: FastifyRequest): string | null | typeof DUPLICATE
  /**
   * Writes `Set-Cookie`.
   *
   * @param value `null` clears the cookie.
   * @param maxAge Seconds that the session can still last.
   */
  serialize(request: FastifyRequest, value: string | null, maxAge: number): string
}

/**
 * Prepares the cookie. Over HTTPS it is `__Host-<name>` with `Secure`. Over plain HTTP it is the
 * same, which browsers drop (so the log says it), except between one machine and itself outside
 * production: there it has neither prefix nor `Secure`, so that development needs no certificate.
 */
export function createSessionCookie(settings: Settings): SessionCookie {
  const { name: plainName, domain, sameSite, persistent } = settings.cookie
  const name = `${domain === null ? '__Host-' : '__Secure-'}${plainName}`
  const plainAttributes = `; Path=/; HttpOnly; SameSite=${sameSite === 'strict' ? 'Strict' : 'Lax'}`
  const attributes =
    `; Path=/; HttpOnly; Secure; SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}` +
    (domain === null ? '' : `; Domain=${domain}`)
  const isProduction = process.env.NODE_ENV === 'production'
  let hasWarned = false

  function isPlain(request: FastifyRequest): boolean {
    return !isProduction && request.protocol !== 'https' && isLoopback(request)
  }

  function warnOnce(request: FastifyRequest): void {
    if (hasWarned || request.protocol === 'https') return
    hasWarned = true
    request.log.warn(
      `The session cookie "${name}" is Secure and was sent over plain HTTP: browsers drop it. Serve HTTPS, or set Fastify's "trustProxy" behind a proxy that does`,
    )
  }

  return {
    name,
    read(request) {
      const header = request.headers.cookie
      if (header === undefined) return null
      return findCookie(header, isPlain(request) ? plainName : name)
    },
    serialize(request, value, maxAge) {
      const isHere = isPlain(request)
      if (!isHere) warnOnce(request)
      const pair = `${isHere ? plainName : name}=${value ?? ''}`
      const age = value === null ? '; Max-Age=0' : persistent ? `; Max-Age=${maxAge}` : ''
      return pair + age + (isHere ? plainAttributes : attributes)
    },
  }
}

function isLoopback(request: FastifyRequest): boolean {
  const { hostname } = request
  const isHere =
    hostname === 'localhost' ||
    hostname === '127.0.0.1' ||
    hostname === '[::1]' ||
    hostname.endsWith('.localhost')
  if (!isHere) return false
  const address = String(request.raw.socket.remoteAddress)
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
