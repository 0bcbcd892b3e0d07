// What a sweep of expired records does to those who read meanwhile.
import type { Report } from '../group.js'
import { type Engine, inFlight, openEngines, quantile } from '../store-engines.js'

const now = Date.now() / 1000

async function latencies(
  { store }: Engine,
  size: number,
  isOver: () => boolean,
): Promise<readonly number[]> {
  const figures: number[] = []
  await inFlight(Number.MAX_SAFE_INTEGER, 8, async (place) => {
    if (isOver()) throw figures
    const start = performance.now()
    await store.get(`live:${(place * 7919) % size}`)
    figures.push(performance.now() - start)
  }).catch((reason: unknown) => {
    if (reason !== figures) throw reason
  })
  return figures
}

function rowOf(what: string, figures: readonly number[]): (string | number)[] {
  const parts = [0.5, 0.99, 0.999].map((part) => quantile(figures, part).toFixed(2))
  return [what, figures.length, ...parts]
}

const report: Report = async ({ smoke }) => {
  const size = smoke ? 100 : 500_000
  const rows: (string | number)[][] = []
  const notes: string[] = []
  const engines = await openEngines(smoke)
  try {
    for (const engine of engines) {
      if (!smoke && engine.name !== 'PostgreSQL') continue
      await engine.fill('live:', 0, size, now + 36_000)
      await engine.fill('ended:', 0, size, 1)
      const end = performance.now() + (smoke ? 20 : 5000)
      const before = await latencies(engine, size, () => performance.now() > end)
      rows.push(rowOf(`${engine.name}, before`, before))
      let isOver = false
      const start = performance.now()
      const sweep = engine.sweep().finally(() => {
        isOver = true
      })
      rows.push(
        rowOf(`${engine.name}, during the sweep`, await latencies(engine, size, () => isOver)),
      )
      const swept = await sweep
      const seconds = (performance.now() - start) / 1000
      notes.push(
        `${engine.name}: ${swept} rows swept in ${seconds.toFixed(1)} s, readers beside it`,
      )
    }
  } finally {
    for (const engine of engines) await engine.close()
  }
  return {
    title: `Reading beside a sweep, ${size} live and ${size} expired records (milliseconds)`,
    columns: ['when', 'reads', 'p50', 'p99', 'p99.9'],
    rows,
    notes: [...notes, '8 readers; Redis expires by itself, the memory store as it is written to'],
  }
}

export default report
