import type { FastifyRequest } from 'fastify'
import { announce } from './announce.js'
import type { House } from './house.js'
import type { LiveFinding } from './inspect.js'
import type { SessionRecord } from './record.js'
import { endOf } from './timeouts.js'
import { issueToken } from './token.js'

/**
 * Changes a session and gives it a new token, in one compare-and-set. For a few seconds the token
 * before is still good for reading, so that parallel tabs are not logged out. Where a parallel
 * request has just rotated, its token stays: another would leave one of both without.
 *
 * @returns The record as it is now, or `null` when the session has ended meanwhile.
 */
export async function rotateSession(
  house: House,
  request: FastifyRequest,
  presented: LiveFinding,
  change: (record: SessionRecord) => SessionRecord,
): Promise<SessionRecord | null> {
  const { settings, repository, pending } = house
  const { id } = presented
  const proved = presented.record.digest
  const now = settings.now()
  const token = issueToken(id)
  const record = await repository.update(id, (held) => {
    if (held.digest !== proved) return change(held)
    const until = now + settings.rotationGrace
    const previous = held.login === null ? undefined : { digest: held.digest, until }
    return { ...change(held), digest: token.digest, previous }
  })
  if (record === null) return null
  if (record.digest === token.digest) {
    pending.set(request, token.text, endOf(record, settings) - now)
  }
  await announce(house, id)
  return record
}
