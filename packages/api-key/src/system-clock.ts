/** The system's clock, in seconds. */
export function systemClock(): number {
  return Date.now() / 1000
}
