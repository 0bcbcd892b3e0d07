import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Another process, in which functions of a module can be called. */
export interface Worker {
  /** Calls an exported function by name; arguments and result pass through JSON. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
  /** Ends the process. May be called twice. */
  stop(): Promise<void>
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string; readonly code?: string }
}

const program = fileURLToPath(new URL('worker-program.js', import.meta.url))

function connect(child: ChildProcess): Worker {
  const waiting = new Map<number, (answer: Answer) => void>()
  let calls = 0

  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  child.once('exit', () => {
    for (const [id, answer] of waiting) answer({ id, error: { message: 'the worker has ended' } })
    waiting.clear()
  })

  return {
    call(name, ...args) {
      const id = ++calls
      return new Promise((resolve, reject) => {
        waiting.set(id, ({ error, result }) => {
          if (error === undefined) resolve(result)
          else reject(Object.assign(new Error(error.message), { code: error.code }))
        })
        child.send({ id, name, args })
      })
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const end = once(child, 'exit')
      child.kill('SIGKILL')
      await end
    },
  }
}

/**
 * Starts processes that have loaded a module, for races between processes.
 *
 * @param module A JavaScript module whose exports can be called.
 */
export async function startWorkers(module: URL, count: number): Promise<readonly Worker[]> {
  const workers = Array.from({ length: count }, () =>
    connect(
      fork(program, [module.href], {
        execArgv: [],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    ),
  )
  await Promise.all(workers.map((worker) => worker.call('')))
  return workers
}
