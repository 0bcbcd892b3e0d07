import cluster from 'node:cluster'
import { announce } from './announce.js'
import { type CommandLine, CommandLineError, readCommandLine, usage } from './command-line.js'
import { runPrimary, WORKER_ENV } from './processes/primary.js'
import { openParentStore } from './processes/worker.js'
import { findSecret } from './secrets.js'
import { start } from './start.js'

/** Ends with a word that a person understands, and 2: it is not worth trying again. */
function giveUp(error: Error & { readonly code?: string; readonly port?: number }): never {
  if (error.code === 'EADDRINUSE') {
    process.stderr.write(`Port ${error.port} is taken: choose another by "--port"\n`)
    process.exit(2)
  }
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  process.stderr.write(`${error.message}${cause}\n`)
  process.exit(2)
}

async function runServer(line: CommandLine): Promise<() => Promise<void>> {
  const { env } = process
  const kind = env[WORKER_ENV.storeKind] ?? ''
  const started = await start({
    line,
    secret: findSecret(line, env),
    ...(cluster.isWorker && kind !== '' ? { opened: openParentStore(kind) } : {}),
    ...(env.LOG_LEVEL === undefined ? {} : { logLevel: env.LOG_LEVEL }),
  })
  const isFirst = cluster.isPrimary || env[WORKER_ENV.isFirst] === '1'
  if (isFirst) process.stdout.write(await announce(started))
  return started.close
}

async function run(): Promise<void> {
  const line = readCommandLine(process.argv.slice(2), process.env)
  if (line === 'help') {
    process.stdout.write(usage)
    return
  }
  const isPrimary = line.processes > 1 && cluster.isPrimary
  const close = isPrimary
    ? await runPrimary(line, findSecret(line, process.env))
    : await runServer(line)
  let isClosing = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isClosing) return
      isClosing = true
      close().then(() => process.exit(0), giveUp)
    })
  }
}

run().catch((error: Error) => {
  if (error instanceof CommandLineError) process.stderr.write(`${usage}\n`)
  giveUp(error)
})
