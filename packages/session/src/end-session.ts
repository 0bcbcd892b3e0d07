import { publishRevocation } from '@latchkey/identity'
import { announce } from './announce.js'
import type { House } from './house.js'
import type { SessionRecord } from './record.js'

/**
 * Ends a session for good, in every process. It is marked first, so that nothing can be written to
 * it, then announced, then removed: whoever is interrupted can begin again, and finds it.
 *
 * @returns The record as it was, or `null` when there was none.
 * @throws {Error} `LATCHKEY_SESSION_UNAVAILABLE`; then it should be tried again.
 */
export async function endSession(
  house: House,
  id: string,
  why: NonNullable<SessionRecord['ended']>,
): Promise<SessionRecord | null> {
  const { repository, settings } = house
  const keepUntil = why === 'replaced' ? settings.now() + settings.rotationGrace : undefined
  const before = await repository.end(id, why, keepUntil)
  if (before === null) return null
  await announce(house, id)
  if (why !== 'replaced') await repository.remove(id)
  if (before.login !== null) await repository.unlink(before.login.subject, id)
  publishRevocation({
    mechanism: settings.name,
    issuer: settings.issuer,
    subject: before.login?.subject,
    tenant: before.login?.tenant,
    credentialId: id,
    reason: why,
  })
  return before
}
