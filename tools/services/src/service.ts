import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Guarded, guard, isRunning, killTree, signalTree } from './guard.js'
import { findFreePort } from './ports.js'

/** A server that runs for a test. Everything is undone when the test's process ends, however. */
export interface Service {
  readonly host: '127.0.0.1'
  /** The same for the whole life of the service, restarts included. */
  readonly port: number
  /** The folder of its data and its log; removed by {@link Service.stop}. */
  readonly folder: string
  /** The process that runs now, or ran last. */
  pid(): number
  /** Kills it with SIGKILL, its children as well. What it has written to its folder stays. */
  kill(): Promise<void>
  /** Starts it again on the same port and folder, after killing it if it still runs. */
  restart(): Promise<void>
  /** Freezes it with SIGSTOP: connections stay open, and nothing is answered. */
  pause(): void
  /** Lets it go on with SIGCONT. */
  resume(): void
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>
}

/** What it takes to run a kind of server. */
export interface Recipe {
  readonly name: string
  /** Owner of folder and processes: servers that refuse to run as root need another one. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** Called once, before the first start. */
  prepare?(folder: string): void
  command(folder: string, port: number): readonly string[]
  /** Resolves when the server answers, and rejects while it does not. */
  probe(port: number, pid: number): Promise<void>
}

const patience = 60_000

function makeFolder(recipe: Recipe): string {
  const folder = mkdtempSync(join(tmpdir(), `latchkey-${recipe.name}-`))
  if (recipe.user !== undefined) {
    execFileSync('chown', [`${recipe.user.uid}:${recipe.user.gid}`, folder])
  }
  return folder
}

/** Runs a server until it answers, on a port that is free. */
export async function startService(recipe: Recipe): Promise<Service> {
  const folder = makeFolder(recipe)
  let port = 0
  let guarded: Guarded | undefined
  let isStopped = false

  async function launch(): Promise<void> {
    const current = await guard(recipe.command(folder, port), folder, recipe.user)
    guarded = current
    const end = Date.now() + patience
    for (;;) {
      try {
        await recipe.probe(port, current.pid)
        return
      } catch (cause) {
        if (!isRunning(current.pid) || Date.now() > end) {
          const log = current.log()
          await killTree(current)
          throw new Error(`Cannot start ${recipe.name} on port ${port}: ${log}`, { cause })
        }
        await pause(20)
      }
    }
  }

  async function kill(): Promise<void> {
    if (guarded !== undefined) await killTree(guarded)
  }

  async function launchAnywhere(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      port = await findFreePort()
      try {
        return await launch()
      } catch (error) {
        if (attempt === 5) throw error
      }
    }
  }

  async function relaunch(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await launch()
      } catch (error) {
        if (attempt === 10) throw error
        await pause(200)
      }
    }
  }

  try {
    recipe.prepare?.(folder)
    await launchAnywhere()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }

  const running = (): Guarded => guarded as Guarded
  return {
    host: '127.0.0.1',
    port,
    folder,
    pid: () => running().pid,
    kill,
    async restart() {
      if (isStopped) throw new Error(`Cannot restart ${recipe.name}: it was stopped for good`)
      await kill()
      await relaunch()
    },
    pause: () => signalTree(running().pid, 'SIGSTOP'),
    resume: () => signalTree(running().pid, 'SIGCONT'),
    async stop() {
      isStopped = true
      await kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
