import type { ApiKeys } from './api-keys.js'
import { EndedKey, UnknownKey } from './errors.js'
import { isKeyId } from './key-format.js'
import { checkOwner, checkTraits } from './key-input.js'
import type { KeyRing } from './key-ring.js'
import { hasEnded } from './key-state.js'
import { expiryOf } from './new-record.js'
import type { ApiKeyInfo, KeyRecord } from './record.js'
import { loadInfo } from './showing.js'

/**
 * Changes a key that has not ended, and tells every process.
 *
 * @throws {FastifyError} `LATCHKEY_API_KEY_UNKNOWN`, `LATCHKEY_API_KEY_ENDED`.
 */
export async function changeLiving(
  ring: KeyRing,
  id: string,
  next: (record: KeyRecord, now: number) => KeyRecord,
): Promise<KeyRecord> {
  const { repository, revocations, settings } = ring
  const known = isKeyId(id) ? await repository.load(id) : null
  if (known === null) throw new UnknownKey()
  const generation = await repository.loadGeneration(known.owner)
  const record = await repository.change(id, (current) => {
    const now = settings.clock()
    if (hasEnded(current, generation, now)) throw new EndedKey()
    return next(current, Math.floor(now))
  })
  await revocations.tellKey(id)
  return record
}

/** The part of {@link ApiKeys} that changes and ends keys. */
export function createLife(
  ring: KeyRing,
): Pick<ApiKeys, 'update' | 'disable' | 'enable' | 'revoke' | 'revokeAll'> {
  const { repository, revocations, events, settings } = ring

  async function setStatus(id: string, status: 'active' | 'disabled'): Promise<ApiKeyInfo> {
    const record = await changeLiving(ring, id, (current) =>
      current.status === status ? current : { ...current, status },
    )
    events.publish(status === 'active' ? 'enabled' : 'disabled', record)
    return loadInfo(ring, record)
  }

  return {
    async update(id, changes) {
      checkTraits(changes)
      const record = await changeLiving(ring, id, (current, now) => ({
        ...current,
        name: changes.name ?? current.name,
        scopes: changes.scopes ?? current.scopes,
        permissions: changes.permissions ?? current.permissions,
        metadata: changes.metadata ?? current.metadata,
        cidrs: changes.cidrs ?? current.cidrs,
        rateLimit: changes.rateLimit === undefined ? current.rateLimit : changes.rateLimit,
        quota: changes.quota === undefined ? current.quota : changes.quota,
        expiresAt: expiryOf(changes.expiresAt, current.expiresAt, now),
      }))
      events.publish('updated', record)
      return loadInfo(ring, record)
    },
    disable: (id) => setStatus(id, 'disabled'),
    enable: (id) => setStatus(id, 'active'),
    async revoke(id, options = {}) {
      const { reason = 'revoked' } = options
      if (!isKeyId(id)) throw new UnknownKey()
      let isNew = false
      const record = await repository.change(id, (current) => {
        isNew = current.status !== 'revoked'
        if (!isNew) return current
        const revokedAt = Math.floor(settings.clock())
        return { ...current, status: 'revoked', revokedAt, revokedFor: reason }
      })
      // Told even when it was revoked before: the one who did it may have been cut off then.
      await revocations.tellKey(id)
      if (isNew) events.publishRevoked(record, { ...options, reason })
    },
    async revokeAll(owner, options = {}) {
      checkOwner(owner)
      await repository.raiseGeneration(owner)
      await revocations.tellOwner(owner)
      events.publishRevoked({ owner }, { reason: 'revoked', ...options })
    },
  }
}
