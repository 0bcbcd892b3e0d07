import { usage } from './errors.js'

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * Reads a duration such as `90d`, `12h`, `10m` or `30s`.
 *
 * @returns Seconds.
 * @throws {CommandError} `LATCHKEY_CLI_USAGE`
 */
export function parseDuration(name: string, text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (amount !== undefined && unit !== undefined) return Number(amount) * (units[unit] as number)
  throw usage(`Cannot read --${name}: write a duration such as 90d, 12h, 10m or 30s`)
}

/** Writes an instant in seconds as people read it. */
export function showInstant(seconds: number | null): string {
  if (seconds === null) return 'never'
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}
