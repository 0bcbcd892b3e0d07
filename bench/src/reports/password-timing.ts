// Whether the duration of a failed login tells if there is such an account.
import { createPasswords } from '@latchkey/session/password'
import { memoryStore } from '@latchkey/store'
import type { Report } from '../group.js'

const MOST = 1_000_000_000

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] as number
}

/** How probable such a difference is, or a larger one, if there is none (Mann-Whitney, normal). */
function probability(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => [value, 0]), ...other.map((value) => [value, 1])]
  all.sort(([a = 0], [b = 0]) => a - b)
  const ranks = all.reduce((sum, [, group], index) => (group === 0 ? sum + index + 1 : sum), 0)
  const [n, m] = [one.length, other.length]
  const deviation = Math.sqrt((n * m * (n + m + 1)) / 12)
  const z = Math.abs(ranks - (n * (n + m + 1)) / 2) / deviation
  // Abramowitz and Stegun 26.2.17.
  const k = 1 / (1 + 0.2316419 * z)
  const polynomial =
    k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
  return (2 * Math.exp((-z * z) / 2) * polynomial) / Math.sqrt(2 * Math.PI)
}

const report: Report = async ({ smoke }) => {
  const tries = smoke ? 4 : 200
  const limits = { pair: MOST, address: MOST, account: MOST }
  const passwords = createPasswords({ store: memoryStore(), limits })
  const hash = await passwords.hash('correct horse battery staple')
  const timed = async (account: string, stored: string | null): Promise<number> => {
    const start = performance.now()
    await passwords.verify({ account, hash: stored, password: 'wrong', address: '192.0.2.1' })
    return performance.now() - start
  }
  const known: number[] = []
  const unknown: number[] = []
  await timed('warm-up', hash)
  for (let index = 0; index < tries; index++) {
    // In turn, and first one first, then the other: what drifts meanwhile meets both.
    const order = index % 2 === 0
    if (order) known.push(await timed('ada', hash))
    unknown.push(await timed('eve', null))
    if (!order) known.push(await timed('ada', hash))
  }
  const row = (name: string, values: number[]): readonly (string | number)[] => {
    const sorted = values.toSorted((a, b) => a - b)
    return [name, ...[0.1, 0.5, 0.9].map((share) => quantile(sorted, share).toFixed(2))]
  }
  const median = (values: number[]): number =>
    quantile(
      values.toSorted((a, b) => a - b),
      0.5,
    )
  const difference = (median(unknown) / median(known) - 1) * 100
  return {
    title: `A wrong password: known and unknown account, ${tries} tries each`,
    columns: ['account', 'p10 ms', 'median ms', 'p90 ms'],
    rows: [row('known', known), row('unknown', unknown)],
    notes: [
      `the medians differ by ${difference.toFixed(2)} %`,
      `without any difference one sees such a one with probability ${probability(known, unknown).toFixed(2)} (Mann-Whitney)`,
    ],
  }
}

export default report
