import type { FastifyRequest } from 'fastify'
import type { Bags } from './bag/bags.js'
import { endSession } from './end-session.js'
import type { House } from './house.js'
import { presentSession } from './present.js'
import { requireSameSite } from './same-site.js'

/**
 * Ends the session that a request presents, and clears the cookie. Without a session it only
 * clears. When the store does not answer the cookie stays: the session has not ended.
 */
export async function logOut(
  house: House,
  bags: Bags | null,
  request: FastifyRequest,
): Promise<void> {
  requireSameSite(request, house.settings.trustedOrigins)
  const finding = await presentSession(house, request)
  const id = finding.isLive ? finding.id : finding.unfinished
  if (id !== undefined) await endSession(house, id, 'logout')
  house.pending.drop(request)
  if (finding.isLive || finding.isStale) house.pending.clearSite(request)
  request.identity = null
  bags?.switchTo(request, null, {})
}
