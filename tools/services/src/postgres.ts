import { execFileSync } from 'node:child_process'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { findService } from './require-service.js'
import { type Recipe, type Service, startService } from './service.js'

/** How a PostgreSQL server is started. */
export interface PostgresOptions {
  /** Settings of the server: `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A PostgreSQL server, with one database that anybody on this machine may use. */
export interface PostgresService extends Service {
  readonly url: string
  readonly user: 'postgres'
  readonly database: 'postgres'
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
}

/** PostgreSQL refuses to run as root: then it runs as the user `postgres`. */
function ownerOf(): Recipe['user'] {
  if (process.getuid?.() !== 0) return undefined
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** Resolves when the server lets a session begin: it refuses while it starts and recovers. */
function probe(port: number): Promise<void> {
  const parameters = 'user\0postgres\0database\0postgres\0\0'
  const startup = Buffer.alloc(8 + parameters.length)
  startup.writeInt32BE(startup.length, 0)
  startup.writeInt32BE(196_608, 4)
  startup.write(parameters, 8, 'latin1')
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('it closed the connection')))
    socket.once('data', (answer: Buffer) => {
      if (answer.toString('latin1', 0, 1) === 'R') resolve()
      else reject(new Error('it is not ready'))
      socket.destroy()
    })
    socket.write(startup)
  })
}

/** Starts a PostgreSQL server on a free port, with a database of its own. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresService> {
  const program = findService('postgres') ?? 'postgres'
  const user = ownerOf()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    ...options.settings,
  }
  const service = await startService({
    name: 'postgres',
    user,
    prepare(folder) {
      execFileSync(
        join(dirname(program), 'initdb'),
        [
          ...['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'],
          ...['--locale=C', '--no-sync'],
        ],
        { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder, ...user },
      )
    },
    command: (folder, port) => [
      program,
      ...['-D', join(folder, 'data'), '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    probe,
  })
  return {
    ...service,
    url: `postgres://postgres@127.0.0.1:${service.port}/postgres`,
    user: 'postgres',
    database: 'postgres',
  }
}
