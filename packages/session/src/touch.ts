import type { House } from './house.js'
import type { Remembered } from './remembered.js'

/** A session as far as touching goes: when its use was last noted, and its token's digest. */
export type Touched = Pick<Remembered, 'touched' | 'digest'>

/** Notes in the background that a session is used. */
export interface Toucher {
  /** At most one write per `touchInterval`, in all processes together. */
  touch(id: string, session: Touched, now: number): void
  /** Resolves when nothing is under way. */
  settle(): Promise<void>
}

/** Makes the toucher; it moves only the idle end, and never brings back what is gone. */
export function createToucher(house: House): Toucher {
  const { repository, memory, settings } = house
  const underWay = new Set<Promise<void>>()

  async function note(id: string, session: Touched, now: number): Promise<void> {
    const record = await repository.update(id, (held) =>
      held.seen > now - settings.touchInterval ? null : { ...held, seen: now },
    )
    if (record === null || record.digest !== session.digest) memory.forget(id)
    else memory.note(id)
  }

  return {
    touch(id, session, now) {
      if (now - session.touched < settings.touchInterval) return
      session.touched = now
      // An outage is not the request's business: the next touch is due in a minute.
      const work = note(id, session, now)
        .catch(() => {})
        .finally(() => underWay.delete(work))
      underWay.add(work)
    },
    async settle() {
      await Promise.all(underWay)
    },
  }
}
