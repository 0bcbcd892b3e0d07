import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { CommandLine } from '../command-line.js'
import { isShared, openStore } from '../open-store.js'
import { serveStore } from './serve-store.js'
import type { Channel } from './wire.js'

/** How a process learns what it is, in its environment. */
export const WORKER_ENV = {
  secret: 'SECRET',
  /** What the store is that the first process holds; missing where each opens its own. */
  storeKind: 'PLATFORM_STORE',
  /** The one that prints what to do. */
  isFirst: 'PLATFORM_FIRST',
} as const

function channelOf(worker: Worker): Channel {
  return {
    send: (message) => {
      worker.send(message as object)
    },
    onMessage: (listener) => {
      worker.on('message', listener)
    },
    onClose: (listener) => {
      worker.once('disconnect', listener)
    },
  }
}

/**
 * Runs several processes behind one port. Where the store is no server of its own, this process
 * holds it and answers no visitor: the others ask it over their channels.
 *
 * @returns What ends them all.
 */
export async function runPrimary(line: CommandLine, secret: string): Promise<() => Promise<void>> {
  const opened = isShared(line) ? null : await openStore(line)
  await opened?.store.ready()
  cluster.setupPrimary({ serialization: 'advanced' })
  let isClosing = false

  async function fork(isFirst: boolean): Promise<Worker> {
    const worker = cluster.fork({
      [WORKER_ENV.secret]: secret,
      [WORKER_ENV.isFirst]: isFirst ? '1' : '',
      [WORKER_ENV.storeKind]: opened === null ? '' : `${opened.kind} (of process ${process.pid})`,
    })
    if (opened !== null) serveStore(opened.store, channelOf(worker))
    worker.once('exit', (code) => {
      // Whoever falls over is replaced; who never stood is not.
      if (!isClosing && code !== 2 && cluster.isPrimary) void fork(false)
    })
    await Promise.race([once(worker, 'listening'), once(worker, 'exit')])
    return worker
  }

  const first = await fork(true)
  if (first.isDead()) {
    isClosing = true
    await opened?.close()
    process.exitCode = 1
    return async () => {}
  }
  await Promise.all(Array.from({ length: line.processes - 1 }, () => fork(false)))
  return async () => {
    isClosing = true
    const workers = Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? [])
    await Promise.all(
      workers.map((worker) => {
        const gone = once(worker, 'exit')
        worker.kill('SIGTERM')
        return gone
      }),
    )
    await opened?.close()
  }
}
