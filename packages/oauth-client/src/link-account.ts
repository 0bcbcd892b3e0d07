import { channels, findOriginFault, publishEvent } from '@latchkey/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LinkRefused } from './errors.js'
import type { House } from './house.js'
import { findSession } from './session-room.js'
import type { Transaction } from './transaction.js'

/**
 * Makes sure that it is the user themselves who wants an account linked: from a page of this
 * origin, and right after a login. Another site that began it could put its own account in.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_LINK_REFUSED`.
 */
export async function requireFreshSession(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Transaction['link']> {
  const { now, linkFreshness } = house.settings
  const originFault = findOriginFault(request)
  if (originFault !== null) {
    publishEvent(channels.csrf, request, { reason: originFault })
    throw new LinkRefused({ cause: originFault })
  }
  const session = await findSession(house, request, reply)
  if (session === null) throw new LinkRefused({ cause: 'no-session' })
  const { authTime, subject, credentialId } = session
  if (authTime === undefined || now() - authTime > linkFreshness) {
    throw new LinkRefused({ cause: 'not-fresh' })
  }
  return { subject, session: credentialId }
}
