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
 * Safe methods pass, WebSocket upgrades do not count as safe.
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
  if (typeof origin === 'string' && trustedOrigins.includes(origin)) return null
  if (site === 'same-origin' || site === 'none') return null
  if (site !== undefined) return site === 'same-site' ? 'same-site' : 'cross-site'
  if (origin === undefined) return 'origin-missing'
  if (origin === 'null') return 'origin-null'
  return origin === `${request.protocol}://${request.host}` ? null : 'origin-mismatch'
}

function isSafe(request: FastifyRequest): boolean {
  const { method } = request
  if (method === 'GET') return request.headers.upgrade === undefined
  return method === 'HEAD' || method === 'OPTIONS'
}
