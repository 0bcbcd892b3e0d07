import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SessionCookie } from './cookie.js'

/** What will become of the cookie when the response is sent: only the last word counts. */
export interface PendingCookies {
  /** @param maxAge Seconds that the session can still last. */
  set(request: FastifyRequest, value: string, maxAge: number): void
  clear(request: FastifyRequest): void
  /** Forgets what was pending. */
  drop(request: FastifyRequest): void
  /** Writes the header. */
  send(request: FastifyRequest, reply: FastifyReply): void
}

interface Pending {
  readonly value: string | null
  readonly maxAge: number
}

const CLEARED: Pending = { value: null, maxAge: 0 }

/** Decorates requests of `app` with a place for the pending cookie. */
export function createPendingCookies(app: FastifyInstance, cookie: SessionCookie): PendingCookies {
  const place = Symbol('latchkey session cookie')
  app.decorateRequest(place, null)
  type Place = { [place]: Pending | null }
  const put = (request: FastifyRequest, pending: Pending | null): void => {
    ;(request as unknown as Place)[place] = pending
  }

  return {
    set: (request, value, maxAge) => put(request, { value, maxAge }),
    clear: (request) => put(request, CLEARED),
    drop: (request) => put(request, null),
    send(request, reply) {
      const pending = (request as unknown as Place)[place]
      if (pending === null) return
      put(request, null)
      reply.header('set-cookie', cookie.serialize(request, pending.value, pending.maxAge))
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    },
  }
}
