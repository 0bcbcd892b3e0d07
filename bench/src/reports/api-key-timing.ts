// Whether the duration of a refusal tells what is wrong with a key.
import { randomInt } from 'node:crypto'
import { apiKey } from '@latchkey/api-key'
import { memoryStore } from '@latchkey/store'
import Fastify from 'fastify'
import type { Report } from '../group.js'

const KEYS = 100
const owner = { type: 'user', id: 'ada' } as const

interface Case {
  readonly name: string
  readonly keys: readonly string[]
  readonly samples: number[]
}

interface Spread {
  readonly mean: number
  readonly variance: number
  readonly count: number
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] as number
}

/** Mean and variance of the faster nine tenths: what is above them is the machine, not the key. */
function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b)
  const kept = sorted.slice(0, Math.ceil(sorted.length * 0.9))
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1)
  return { mean, variance, count: kept.length }
}

/** Welch's t: beyond 4.5 either way, two durations are told apart (as dudect has it). */
function welch(one: Spread, other: Spread): number {
  return (
    (one.mean - other.mean) / Math.sqrt(one.variance / one.count + other.variance / other.count)
  )
}

const report: Report = async ({ smoke }) => {
  const tries = smoke ? 200 : 200_000
  const rows: (string | number)[][] = []

  for (const isCold of [false, true]) {
    let now = 1_800_000_000
    const app = Fastify()
    const store = memoryStore({ clock: () => now })
    await app.register(apiKey, {
      prefix: 'bench',
      store,
      failures: false,
      clock: () => now,
      maxStale: 3600,
      cacheTtl: isCold ? 0.5 : 60,
      negativeTtl: isCold ? 0.5 : 60,
    })
    await app.ready()
    const { apiKeys } = app
    const issue = () => apiKeys.create({ name: 'bench', owner, expiresAt: null })
    const issued = await Promise.all(Array.from({ length: 4 * KEYS }, issue))
    const revoked = issued.splice(0, KEYS)
    for (const { info } of revoked) await apiKeys.revoke(info.id)
    // A genuine text whose record is gone is an unknown id with a good checksum.
    const [gone, goneToo] = [issued.splice(0, KEYS), issued.splice(0, KEYS)]
    for (const { info } of [...gone, ...goneToo]) await store.delete(`api-key/bench/key/${info.id}`)
    const wrong = issued.splice(0, KEYS)
    const stale = wrong.map(({ key }) => key)
    for (const { info } of wrong) await apiKeys.rotate(info.id, { expiresAt: null })

    const cases: Case[] = [
      { name: 'unknown id', keys: gone.map(({ key }) => key), samples: [] },
      { name: 'unknown id, again', keys: goneToo.map(({ key }) => key), samples: [] },
      { name: 'known id, wrong secret', keys: stale, samples: [] },
      { name: 'revoked key', keys: revoked.map(({ key }) => key), samples: [] },
    ]
    const authenticate = app.mechanisms.find('api-key')?.authenticate as (
      ...request: unknown[]
    ) => unknown
    for (let index = -tries / 10; index < tries * cases.length; index++) {
      // In no order, so that what the machine does meanwhile meets all alike.
      const { keys, samples } = cases[randomInt(cases.length)] as Case
      const request = { headers: { 'x-api-key': keys[randomInt(KEYS)] }, ip: '192.0.2.1' }
      if (isCold) now += 1
      const start = process.hrtime.bigint()
      const outcome = authenticate(request)
      if (outcome instanceof Promise) await outcome
      const duration = Number(process.hrtime.bigint() - start)
      if (index >= 0) samples.push(duration / 1000)
    }
    await app.close()

    const [base] = cases.map(({ samples }) => spreadOf(samples)) as [Spread]
    for (const { name, samples } of cases) {
      const sorted = samples.toSorted((a, b) => a - b)
      const spread = spreadOf(samples)
      rows.push([
        `${name}, ${isCold ? 'read from the store' : 'cached'}`,
        ...[0.1, 0.5, 0.9].map((share) => quantile(sorted, share).toFixed(2)),
        ((spread.mean - base.mean) * 1000).toFixed(0),
        welch(spread, base).toFixed(1),
      ])
    }
  }
  return {
    title: `A refused key: what its duration tells, ${tries} tries each`,
    columns: ['case', 'p10 us', 'median us', 'p90 us', 'ns more', 't'],
    rows,
    notes: [
      '"ns more": mean of the faster nine tenths, less that of the first unknown id',
      't: Welch; beyond 4.5 either way durations are told apart by so many tries',
      '"again" is the same case once more: what it shows is the noise',
    ],
  }
}

export default report
