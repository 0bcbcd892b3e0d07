import type { SessionRecord } from './record.js'

/** How long sessions live, in seconds. */
export interface Timeouts {
  readonly idleTimeout: number
  readonly absoluteTimeout: number
  readonly touchInterval: number
}

/**
 * When a session ends whatever it does. A shorter absolute timeout applies to sessions that were
 * begun under a longer one, too.
 */
export function endOf(record: Pick<SessionRecord, 'created' | 'end'>, timeouts: Timeouts): number {
  return Math.min(record.end, record.created + timeouts.absoluteTimeout)
}

/** Whether a session is still good at `now`; `seen` is when it was last used. */
export function isAlive(
  record: SessionRecord,
  seen: number,
  now: number,
  timeouts: Timeouts,
): boolean {
  return (
    record.ended === undefined && now < endOf(record, timeouts) && now < seen + timeouts.idleTimeout
  )
}

/**
 * When the store may forget a record: the idle end, and the time by which a touch may lag behind.
 */
export function expiryOf(record: SessionRecord, timeouts: Timeouts): number {
  const idleEnd = record.seen + timeouts.idleTimeout + timeouts.touchInterval
  return Math.min(endOf(record, timeouts), idleEnd)
}
