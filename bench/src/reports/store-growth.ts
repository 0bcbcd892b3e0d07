// What an operation costs as the store grows from a thousand records to a million.
import type { Report } from '../group.js'
import { type Engine, inFlight, openEngines } from '../store-engines.js'

const flying = 64
const expiresAt = Date.now() / 1000 + 36_000

async function cost(count: number, run: (place: number) => Promise<unknown>): Promise<string> {
  await inFlight(Math.ceil(count / 10), flying, (place) => run(count + place))
  const start = performance.now()
  await inFlight(count, flying, run)
  return (((performance.now() - start) * 1000) / count).toFixed(1)
}

async function measure({ store }: Engine, size: number, count: number): Promise<string[]> {
  const keyOf = (place: number): string => `r:${(place * 7919) % size}`
  const versions = new Map<string, string>()
  await inFlight(Math.min(size, count * 2), flying, async (place) => {
    versions.set(keyOf(place), (await store.get(keyOf(place)))?.version as string)
  })
  const keys = [...versions.keys()]
  return [
    await cost(count, (place) => store.get(keyOf(place))),
    await cost(count, (place) => store.create(`new:${size}:${place}`, { place }, { expiresAt })),
    await cost(Math.min(count, keys.length), async (place) => {
      const key = keys[place % keys.length] as string
      await store.replace(key, versions.get(key) as string, { place })
    }),
    await cost(count, (place) => store.delete(`new:${size}:${place}`)),
    await cost(count, (place) => store.increment(`c:${size}:${place % 100}`, 1, { expiresAt })),
    await cost(count, (place) => store.link(`i:${size}:${place % 100}`, `${place}`, expiresAt)),
    await cost(count, (place) => store.list(`i:${size}:${place % 100}`, { limit: 20 })),
  ]
}

const report: Report = async ({ smoke }) => {
  const sizes = smoke ? [100] : [1000, 100_000, 1_000_000]
  const count = smoke ? 20 : 10_000
  const rows: (string | number)[][] = []
  const engines = await openEngines(smoke)
  try {
    for (const engine of engines) {
      let filled = 0
      for (const size of sizes) {
        await engine.fill('r:', filled, size, expiresAt)
        filled = size
        rows.push([`${engine.name}, ${size} records`, ...(await measure(engine, size, count))])
      }
    }
  } finally {
    for (const engine of engines) await engine.close()
  }
  return {
    title: 'Operations of the store, by size (microseconds each, wall time)',
    columns: ['store', 'get', 'create', 'replace', 'delete', 'increment', 'link', 'list 20'],
    rows,
    notes: [`${flying} in flight, ${count} of each; servers on this machine, Redis without AOF`],
  }
}

export default report
