import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Group } from './group.js'
import { type Load, openLoad } from './load.js'
import type { Listening } from './server.js'

/** CPU microseconds per request of each variant, one figure per repeat. */
export type Samples = readonly (readonly number[])[]

/** How long to measure. */
export interface Effort {
  /** Fresh processes. */
  readonly repeats: number
  /** Windows per variant and repeat. */
  readonly windows: number
  /** Milliseconds per window. */
  readonly window: number
}

/**
 * Measures a group: one pinned process serves every variant, windows go round-robin, and the CPU
 * time of the whole process (garbage collection included) is charged to the window's variant.
 */
export async function measure(file: URL, group: Group, effort: Effort): Promise<Samples> {
  const samples: number[][] = group.variants.map(() => [])
  for (let repeat = 0; repeat < effort.repeats; repeat++) {
    const figures = await measureOnce(file, effort)
    for (const [index, figure] of figures.entries()) samples[index]?.push(figure)
  }
  return samples
}

async function measureOnce(file: URL, effort: Effort): Promise<number[]> {
  const server = startPinned(file)
  try {
    const [{ ports, requests }] = (await once(server, 'message')) as [Listening]
    const loads = await Promise.all(
      ports.map((port, index) => openLoad(port, requests[index] ?? [])),
    )
    for (const load of loads) await load.run(effort.window * 3)
    const totals = loads.map(() => ({ cpu: 0, answered: 0 }))
    for (let window = 0; window < effort.windows; window++) {
      for (const [index, load] of loads.entries()) {
        await addWindow(server, load, effort.window, totals[index] as Total)
      }
    }
    for (const load of loads) load.close()
    return totals.map(({ cpu, answered }) => cpu / answered)
  } finally {
    server.kill()
  }
}

interface Total {
  cpu: number
  answered: number
}

async function addWindow(
  server: ChildProcess,
  load: Load,
  milliseconds: number,
  total: Total,
): Promise<void> {
  const before = await askCpu(server)
  const answered = await load.run(milliseconds)
  total.cpu += (await askCpu(server)) - before
  total.answered += answered
}

async function askCpu(server: ChildProcess): Promise<number> {
  server.send('cpu')
  const [microseconds] = (await once(server, 'message')) as [number]
  return microseconds
}

function startPinned(file: URL): ChildProcess {
  const program = [
    process.execPath,
    fileURLToPath(new URL('server.js', import.meta.url)),
    file.href,
  ]
  const canPin = existsSync('/usr/bin/taskset') && cpus().length > 1
  const [command, ...args] = canPin ? ['taskset', '-c', '0', ...program] : program
  return spawn(command as string, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
}
