import type { FastifyRequest } from 'fastify'

/** Why a request is taken for one that another site's page sent. */
export type OriginFault =
  | 'cross-site'
  | 'same-site'
  | 'origin-null'
  | 'origin-mismatch'
  | 'origin-missing'

/**
 * Decides whether a request that carries an ambient credential was sent by a page of this origin:
 * by `Sec-Fetch-Site`, which only browsers can set, else by `Origin`, which must then be there.
 * Safe methods pass; an upgrade (WebSocket) is not safe, whatever its method.
 *
 * This origin is what `request.protocol` and `request.host` say: behind a proxy that ends TLS,
 * Fastify's `trustProxy` must name the proxy.
 *
 * @param trustedOrigins Other origins that may send such requests, such as
 *   `https://app.example.com`. Default: none.
 * @returns `null` when the request may pass, else what speaks against it.
 */
export function findOriginFault(
  request: FastifyRequest,
  trustedOrigins: readonly string[] = [],
): OriginFault | null {
  if (isSafe(request)) return null
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && trustedOrigins.includes(origin)) return null
  if (site === 'same-origin' || site === 'none') return null
  if (site !== undefined) return site === 'same-site' ? 'same-site' : 'cross-site'
  if (origin === undefined) return 'origin-missing'
  if (origin === 'null') return 'origin-null'
  return isOwn(request, origin) ? null : 'origin-mismatch'
}

function isSafe(request: FastifyRequest): boolean {
  const { method } = request
  if (request.headers.upgrade !== undefined) return false
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

function isOwn(request: FastifyRequest, origin: string): boolean {
  const own = `${request.protocol}://${request.host}`
  return origin === own || normalize(origin) === normalize(own)
}

function normalize(origin: string): string | symbol {
  if (!ORIGIN.test(origin) || !URL.canParse(origin)) return Symbol(origin)
  return new URL(origin).origin
}

/** A scheme and a host, without user, path or query: all else has a meaning that is not ours. */
const ORIGIN = /^https?:\/\/[A-Za-z0-9.:_[\]-]+$/i
