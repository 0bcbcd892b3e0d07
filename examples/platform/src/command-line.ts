import { parseArgs } from 'node:util'

/** How the platform is started. */
export interface CommandLine {
  readonly port: number
  /** How many processes answer behind the port. */
  readonly processes: number
  /** A folder for an embedded PostgreSQL (PGlite), so that data stays; `null`: memory. */
  readonly data: string | null
  readonly redis: string | null
  readonly postgres: string | null
}

/** What `--help` prints. */
export const usage = `npm start -- [options]

  --data <dir>         keep everything in a folder (PGlite, nothing to install)
  --redis <url>        keep everything in Redis:      --redis redis://127.0.0.1:6379
  --postgres <url>     keep everything in PostgreSQL: --postgres postgres://me@127.0.0.1/orders
  --processes <n>      so many processes behind the one port (1 to 16; default 1)
  --port <port>        where to listen (default: PORT, else 3000)

Without --data, --redis or --postgres everything is in memory, and gone when it stops.
SECRET takes the place of the secret in the file data/secret; LOG_LEVEL=info shows every request.
`

/** A command line that cannot be understood; the message says what to write. */
export class CommandLineError extends Error {}

function readWhole(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new CommandLineError(`"--${name}" takes a whole number from ${least} to ${most}`)
}

function readUrl(name: string, text: string | undefined, protocols: readonly string[]) {
  if (text === undefined) return null
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text
  throw new CommandLineError(`"--${name}" takes a URL that begins with ${protocols[0]}//`)
}

/**
 * Reads the command line.
 *
 * @returns `'help'` when that was asked for.
 * @throws {CommandLineError} When it cannot be understood.
 */
export function readCommandLine(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): CommandLine | 'help' {
  const text = { type: 'string' } as const
  const options = { data: text, redis: text, postgres: text, processes: text, port: text }
  let values: Partial<Record<keyof typeof options, string>> & { help?: boolean }
  try {
    values = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean' } },
    }).values
  } catch (error) {
    throw new CommandLineError((error as Error).message)
  }
  if (values.help === true) return 'help'
  const { data, redis, postgres, processes = '1', port = env.PORT ?? '3000' } = values
  if ([data, redis, postgres].filter((each) => each !== undefined).length > 1) {
    throw new CommandLineError('write one of "--data", "--redis" and "--postgres"')
  }
  return {
    port: readWhole('port', port, 0, 65_535),
    processes: readWhole('processes', processes, 1, 16),
    data: data ?? null,
    redis: readUrl('redis', redis, ['redis:', 'rediss:']),
    postgres: readUrl('postgres', postgres, ['postgres:', 'postgresql:']),
  }
}
