import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from './drills.js'
import { type RedisService, startRedis } from './redis.js'
import { askRedis } from './redis-wire.js'
import { findService } from './require-service.js'
import { type Service, startService } from './service.js'

/** A Redis server, its replica, and three Sentinels that watch over them. */
export interface RedisSentinelService {
  /** By which name the Sentinels know the server: `name` of a client. */
  readonly name: 'main'
  /** Who takes writes at the start. */
  readonly primary: RedisService
  readonly replica: RedisService
  /** What a client is given to find the server. */
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  /** The port of the server that takes writes, as the Sentinels say. */
  primaryPort(): Promise<number>
  /**
   * Lets a Sentinel take a server for down that has been silent for a second; the others elect it
   * to replace the server. Until then all wait for hours, so that a test may look at the outage at
   * leisure; and one alone does not lose an election.
   */
  allowFailover(): Promise<void>
  /** Makes the first server, which runs again, the replica of the other, as the Sentinels would. */
  rejoin(): Promise<void>
  /** Ends all servers and removes their folders. May be called twice. */
  stop(): Promise<void>
}

const name = 'main'
const forHours = 36_000_000

function configurationOf(primaryPort: number): string {
  return [
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 1`,
    `sentinel down-after-milliseconds ${name} ${forHours}`,
    `sentinel failover-timeout ${name} 3000`,
    '',
  ].join('\n')
}

function startSentinel(primaryPort: number): Promise<Service> {
  const program = findService('redis-server') ?? 'redis-server'
  const fileIn = (folder: string): string => join(folder, 'sentinel.conf')
  return startService({
    name: 'redis-sentinel',
    prepare: (folder) => writeFileSync(fileIn(folder), configurationOf(primaryPort)),
    command: (folder, port) => [
      program,
      ...[fileIn(folder), '--sentinel', '--port', String(port), '--bind', '127.0.0.1'],
      ...['--dir', folder],
    ],
    async probe(port, pid) {
      const info = await askRedis(port, ['INFO', 'SERVER'])
      if (!info.includes(`process_id:${pid}\r\n`)) throw new Error('another server answers')
    },
  })
}

/** Starts a Redis server with a replica, and three Sentinels. */
export async function startRedisSentinel(): Promise<RedisSentinelService> {
  const all: Service[] = []
  const started = async <Each extends Service>(starting: Promise<Each>): Promise<Each> => {
    const service = await starting
    all.push(service)
    return service
  }
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((service) => service.stop()))
  }
  const quick = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1']
  try {
    const primary = await started(startRedis({ args: quick }))
    const copying = [...quick, '--replicaof', '127.0.0.1', String(primary.port)]
    const replica = await started(startRedis({ args: copying }))
    const sentinels = [
      await started(startSentinel(primary.port)),
      await started(startSentinel(primary.port)),
      await started(startSentinel(primary.port)),
    ]
    await eventually('the Sentinels know each other', async () => {
      const views = sentinels.map(({ port }) => askRedis(port, ['INFO', 'SENTINEL']))
      return (await Promise.all(views)).every((view) => view.includes('slaves=1,sentinels=3'))
    })
    return {
      name,
      primary,
      replica,
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      async primaryPort() {
        const [{ port }] = sentinels as [Service]
        const answer = await askRedis(port, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name])
        return Number(answer.split('\r\n').at(-1))
      },
      async allowFailover() {
        const [{ port }] = sentinels as [Service]
        await askRedis(port, ['SENTINEL', 'SET', name, 'down-after-milliseconds', 1000])
      },
      async rejoin() {
        await askRedis(primary.port, ['REPLICAOF', '127.0.0.1', replica.port])
        await eventually('the replica has caught up', async () =>
          (await askRedis(primary.port, ['INFO', 'REPLICATION'])).includes('link_status:up'),
        )
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
