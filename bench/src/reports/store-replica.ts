// A replica of a million revocations: how long it loads, what a look-up costs, what it takes.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createReplica } from '@latchkey/store'
import type { Report } from '../group.js'
import { openEngines } from '../store-engines.js'

const topic = 'bench'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** A string of its own: what randomUUID() gives is made of pieces until it is first read. */
function copy(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function newKey(): string {
  return copy(randomUUID())
}

/** Megabytes of heap and array buffers, once the collector has nothing more to do. */
async function settledMemory(): Promise<number> {
  for (let round = 0; round < 6; round++) {
    await pause(20)
    collect()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1e6
}

function nanoseconds(keys: readonly string[], has: (key: string) => boolean): string {
  let known = 0
  const start = performance.now()
  for (const key of keys) if (has(key)) known++
  const each = ((performance.now() - start) * 1e6) / keys.length
  return known === 0 || known === keys.length ? each.toFixed(0) : 'wrong'
}

async function timeSet(
  keys: readonly string[],
  absent: readonly string[],
): Promise<(string | number)[]> {
  const before = await settledMemory()
  const start = performance.now()
  const set = new Set(keys.map(copy))
  const load = (performance.now() - start) / 1000
  const memory = (await await settledMemory()) - before
  const times = [absent, keys].map((each) => nanoseconds(each, (key) => set.has(key)))
  return ['a Set of strings', load.toFixed(2), ...times, memory.toFixed(0)]
}

const report: Report = async ({ smoke }) => {
  const count = smoke ? 1000 : 1_000_000
  const expiresAt = Date.now() / 1000 + 36_000
  const keys = Array.from({ length: count }, newKey)
  const absent = Array.from({ length: count }, newKey)
  const rows = [await timeSet(keys, absent)]
  const engines = await openEngines(smoke)
  try {
    for (const { name, store, fillFeed } of engines) {
      await fillFeed(topic, keys, expiresAt)
      const before = await settledMemory()
      const start = performance.now()
      const replica = createReplica(store, { maxStale: 60 })
      await replica.ready()
      const load = (performance.now() - start) / 1000
      const memory = (await await settledMemory()) - before
      const times = [absent, keys].map((each) =>
        nanoseconds(each, (key) => replica.has(topic, key)),
      )
      rows.push([`replica, from ${name}`, load.toFixed(2), ...times, memory.toFixed(0)])
      await replica.close()
    }
  } finally {
    for (const engine of engines) await engine.close()
  }
  return {
    title: `A replica of ${count} revocations`,
    columns: ['what', 'load s', 'absent ns', 'present ns', 'memory MB'],
    rows,
    notes: ['keys are random UUIDs, asked in random order; memory is heap and array buffers'],
  }
}

export default report
