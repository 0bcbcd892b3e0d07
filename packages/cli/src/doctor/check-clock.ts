import { type Finding, fault } from './finding.js'
import type { Reply } from './transport.js'

const mostSeconds = 60

/** Compares the clock of a server with that of this machine. */
export function checkClock(reply: Reply | null, now: number): Finding[] {
  const date = Date.parse(reply?.header('date') ?? '') / 1000
  const skew = Math.round(date - now)
  if (Number.isNaN(date) || Math.abs(skew) <= mostSeconds) return []
  return [
    fault(
      'clock-skew',
      `its clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} that of this machine`,
      'Synchronize both by NTP: tokens are refused as expired, or as not yet valid',
    ),
  ]
}
