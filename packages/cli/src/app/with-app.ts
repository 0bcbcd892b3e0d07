import type { FastifyInstance } from 'fastify'
import { type Call, type OptionSpec, textOf } from '../command.js'
import { CommandError, messageOf, usage } from '../errors.js'
import type { Io } from '../io.js'
import { loadApp } from './load-app.js'
import { watchApplications } from './watched-app.js'

/** How commands are told of an application. */
export const appOptions: Readonly<Record<'app' | 'export', OptionSpec>> = {
  app: {
    value: 'file',
    says: 'The module of the application, compiled. Default: LATCHKEY_APP.',
  },
  export: {
    value: 'name',
    says: 'What the module exports it as. Default: the first there is of default, app, build, buildApp, createApp, buildServer, server.',
  },
}

const mostSecondsToClose = 5

/** What an application is opened with. */
export interface AppPlace {
  readonly path: string
  readonly exportName: string | undefined
}

/**
 * Where the application is.
 *
 * @param given What names it in place of `--app`.
 * @throws {CommandError} `LATCHKEY_CLI_USAGE` when nothing does.
 */
export function appPlace(call: Call, given?: string): AppPlace {
  const path = given ?? textOf(call, 'app') ?? call.io.env.LATCHKEY_APP
  if (path === undefined || path === '') {
    throw usage('--app is missing: write the module of the application, such as ./dist/app.js')
  }
  return { path, exportName: textOf(call, 'export') }
}

/** Whether the application is there, and starts. */
async function getReady(app: FastifyInstance, path: string): Promise<void> {
  try {
    await app.ready()
  } catch (error) {
    const state = `it does not start: ${messageOf(error)}`
    throw new CommandError('LATCHKEY_CLI_APP', `Cannot use the application "${path}": ${state}`, {
      cause: error,
    })
  }
}

async function close(app: FastifyInstance): Promise<void> {
  const timer = new Promise<void>((resolve) =>
    setTimeout(resolve, mostSecondsToClose * 1000).unref(),
  )
  // What it could not put in order is not what was asked for.
  await Promise.race([
    app.close().then(
      () => {},
      () => {},
    ),
    timer,
  ])
}

/**
 * Makes an application, has something done with it, and closes it. It never listens.
 *
 * @throws {CommandError} `LATCHKEY_CLI_APP`, and what `use` throws.
 */
export async function withApp<Result>(
  io: Io,
  { path, exportName }: AppPlace,
  use: (app: FastifyInstance) => Promise<Result>,
): Promise<Result> {
  const stop = watchApplications()
  try {
    const app = await loadApp(io, path, exportName)
    try {
      await getReady(app, path)
      return await use(app)
    } finally {
      await close(app)
    }
  } finally {
    stop()
  }
}
