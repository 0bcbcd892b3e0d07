import { channel } from 'node:diagnostics_channel'
import { withinDeadline } from '@latchkey/store/engine'
import type { Database } from './database.js'
import { sweepStatement, sweptTables } from './statements.js'

/** Deletes what has expired. */
export interface Sweeper {
  /** @returns How many rows it deleted. */
  sweep(): Promise<number>
  /** Sweeps from now on, again and again. */
  start(): void
  /** Ends that, after the sweep that goes on. */
  stop(): Promise<void>
  /** Rows deleted so far. */
  swept(): number
}

const batchSize = 1000
const swept = channel('latchkey:store:sweep')

/**
 * Makes a sweeper. Batches are small and pass over locked rows, so several processes may sweep at
 * once, beside everything else.
 *
 * @param timeout Seconds for one batch.
 * @param interval Seconds from one sweep to the next; 0 for none.
 */
export function createSweeper(
  database: Database,
  schema: string,
  timeout: number,
  interval: number,
): Sweeper {
  let total = 0
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let going: Promise<unknown> = Promise.resolve()

  async function sweepTable(table: (typeof sweptTables)[number]): Promise<number> {
    const statement = sweepStatement(schema, table)
    let count = 0
    let last = batchSize
    while (last === batchSize && !isStopped) {
      last = (await withinDeadline(timeout, database.query(statement, [batchSize]))).length
      count += last
    }
    return count
  }

  async function sweep(): Promise<number> {
    const start = performance.now()
    const figures: Record<string, number> = {}
    let count = 0
    for (const table of sweptTables) {
      const rows = await sweepTable(table)
      figures[table] = rows
      count += rows
    }
    total += count
    swept.publish({
      engine: database.engine,
      ...figures,
      seconds: (performance.now() - start) / 1000,
    })
    return count
  }

  /** Not all processes at the same moment, though they may have started together. */
  function schedule(): void {
    if (interval === 0 || isStopped) return
    timer = setTimeout(
      () => {
        going = sweep()
          .catch(() => {})
          .then(schedule)
      },
      interval * 1000 * (0.75 + Math.random() / 2),
    ).unref()
  }

  return {
    sweep,
    start() {
      if (timer === undefined) schedule()
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await going
    },
    swept: () => total,
  }
}
