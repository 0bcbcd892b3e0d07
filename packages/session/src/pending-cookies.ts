import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SessionCookie } from './cookie.js'

/** What will become of the cookie when the response is sent: only the last word counts. */
export interface PendingCookies {
  /** @param maxAge Seconds that the session can still last. */
  set(request: FastifyRequest, value: string, maxAge: number): void
  clear(request: FastifyRequest): void
  /** Clears it, and what pages stored, too, if the option says so. */
  clearSite(request: FastifyRequest): void
  /** @returns The value to be set, `null` if it will be cleared, `undefined` if nothing changes. */
  value(request: FastifyRequest): string | null | undefined
  /** Forgets what was pending. */
  drop(request: FastifyRequest): void
  /** Writes the header. */
  send(request: FastifyRequest, reply: FastifyReply): void
}

interface Pending {
  readonly value: string | null
  readonly maxAge: number
  readonly isSiteCleared: boolean
}

/**
 * Decorates requests of `app` with a place for the pending cookie.
 *
 * @param clearSiteData Whether a logout sends `Clear-Site-Data`.
 */
export function createPendingCookies(
  app: FastifyInstance,
  cookie: SessionCookie,
  clearSiteData: boolean,
): PendingCookies {
  const cleared: Pending = { value: null, maxAge: 0, isSiteCleared: false }
  const siteCleared: Pending = { ...cleared, isSiteCleared: clearSiteData }
  const place = Symbol('latchkey session cookie')
  app.decorateRequest(place, null)
  type Place = { [place]: Pending | null }
  const put = (request: FastifyRequest, pending: Pending | null): void => {
    ;(request as unknown as Place)[place] = pending
  }

  return {
    set: (request, value, maxAge) => put(request, { value, maxAge, isSiteCleared: false }),
    clear: (request) => put(request, cleared),
    clearSite: (request) => put(request, siteCleared),
    value: (request) => (request as unknown as Place)[place]?.value,
    drop: (request) => put(request, null),
    send(request, reply) {
      // A scope that is older than this plugin has no place on its requests.
      const pending = (request as unknown as Partial<Place>)[place] ?? null
      if (pending === null) return
      put(request, null)
      reply.header('set-cookie', cookie.serialize(request, pending.value, pending.maxAge))
      if (pending.isSiteCleared) reply.header('clear-site-data', '"cookies", "storage"')
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    },
  }
}
