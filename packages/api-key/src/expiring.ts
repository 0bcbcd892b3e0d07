import type { KeyRing } from './key-ring.js'
import { hasEnded } from './key-state.js'
import type { KeyRecord } from './record.js'
import { dayOf } from './repository.js'

/**
 * Announces keys that expire soon, each once, whichever process gets to it first.
 *
 * @returns How many this call announced.
 */
export async function announceExpiring(ring: KeyRing): Promise<number> {
  const { settings, repository } = ring
  const now = settings.clock()
  let announced = 0
  for (let day = dayOf(now); day <= dayOf(now + settings.expiryNotice); day++) {
    let cursor: string | null = null
    do {
      const page = await repository.listExpiring(day, { cursor, limit: 200 })
      for (const id of page.members) if (await announce(ring, day, id, now)) announced++
      cursor = page.cursor
    } while (cursor !== null)
  }
  return announced
}

async function announce(ring: KeyRing, day: number, id: string, now: number): Promise<boolean> {
  const { repository, events, settings } = ring
  const record = await repository.load(id)
  if (record === null || record.expiresAt === null || dayOf(record.expiresAt) !== day) {
    await repository.dropExpiring(day, id)
    return false
  }
  if (record.expiresAt - now > settings.expiryNotice) return false
  const isMine = (await isWorthAnnouncing(ring, record, now)) && (await claim(ring, record))
  if (isMine) {
    const { expiresAt, name } = record
    events.publish('expiring', record, { details: { expiresAt, name } })
  }
  await repository.dropExpiring(day, id)
  return isMine
}

async function isWorthAnnouncing(
  { repository }: KeyRing,
  record: KeyRecord,
  now: number,
): Promise<boolean> {
  return !hasEnded(record, await repository.loadGeneration(record.owner), now)
}

/** Of all processes, the one whose write wins announces the key. */
async function claim({ repository }: KeyRing, record: KeyRecord): Promise<boolean> {
  let isMine = false
  await repository.change(record.id, (current) => {
    isMine = current.announced !== current.expiresAt && current.expiresAt === record.expiresAt
    return isMine ? { ...current, announced: current.expiresAt } : current
  })
  return isMine
}
