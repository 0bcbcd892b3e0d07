import type { FastifyRequest } from 'fastify'
import { endSession } from './end-session.js'
import type { House } from './house.js'
import { presentSession } from './present.js'
import { requireSameSite } from './same-site.js'

/**
 * Ends the session that a request presents, and clears the cookie. Without a session it only
 * clears. When the store does not answer the cookie stays: the session has not ended.
 */
export async function logOut(house: House, request: FastifyRequest): Promise<void> {
  requireSameSite(request, house.settings.trustedOrigins)
  const finding = await presentSession(house, request)
  const id = finding.isLive ? finding.id : finding.unfinished
  if (id !== undefined) await endSession(house, id, 'logout')
  house.pending.drop(request)
  if (finding.isLive || finding.isStale) house.pending.clear(request)
  request.identity = null
}
