// The revocation window: how long a revocation takes from one process to two others.
import { startWorkers, type Worker } from '@latchkey/services'
import type { Report } from '../group.js'
import { openEngines, quantile } from '../store-engines.js'

const program = new URL('../store-process.js', import.meta.url)

async function timeArrivals(engine: string, port: number, count: number): Promise<number[]> {
  const workers = await startWorkers(program, 3)
  try {
    await Promise.all(workers.map((worker) => worker.call('connect', { engine, port })))
    const [publisher, ...others] = workers as [Worker, Worker, Worker]
    await publisher.call('publish', count)
    const figures: number[] = []
    for (const worker of others) {
      let arrived: number[] = []
      while (arrived.length < count) arrived = (await worker.call('arrived')) as number[]
      figures.push(...arrived)
    }
    return figures
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}

const report: Report = async ({ smoke }) => {
  const count = 2000
  const rows: (string | number)[][] = []
  const engines = await openEngines(smoke)
  try {
    for (const { name, port } of engines) {
      if (port === 0) continue
      const figures = await timeArrivals(name, port, count)
      const parts = [0.5, 0.9, 0.99, 0.999].map((part) => quantile(figures, part).toFixed(2))
      rows.push([name, figures.length, ...parts, Math.max(...figures).toFixed(2)])
    }
  } finally {
    for (const engine of engines) await engine.close()
  }
  return {
    title: 'Revocation window between three processes (milliseconds)',
    columns: ['engine', 'arrivals', 'p50', 'p90', 'p99', 'p99.9', 'max'],
    rows,
    notes: ['from before publish() to the listener in the other processes, on one machine'],
  }
}

export default report
