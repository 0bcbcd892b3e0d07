import { channels, findOriginFault, publishEvent } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import { CrossSite } from './errors.js'

/**
 * Refuses to log a browser in or out for a page of another site. A request without `Origin` and
 * `Sec-Fetch-Site` comes from no browser that could be tricked, and passes.
 *
 * @throws {Error} `LATCHKEY_SESSION_CROSS_SITE`.
 */
export function requireSameSite(request: FastifyRequest, trustedOrigins: readonly string[]): void {
  const fault = findOriginFault(request, trustedOrigins)
  if (fault === null || fault === 'origin-missing') return
  publishEvent(channels.csrf, request, { reason: fault })
  throw new CrossSite()
}
