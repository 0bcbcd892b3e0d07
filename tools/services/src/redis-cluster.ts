import { setTimeout as pause } from 'node:timers/promises'
import { findFreePort } from './ports.js'
import { redisRecipe } from './redis.js'
import { askRedis } from './redis-wire.js'
import { type Service, startService } from './service.js'

/** How a cluster is started. */
export interface RedisClusterOptions {
  /** Gives each of the three masters a replica, so that one may fail. Default `false`. */
  readonly hasReplicas?: boolean
  /** Milliseconds after which a silent node counts as failed. Default 2000. */
  readonly nodeTimeout?: number
}

/** A Redis Cluster of three masters. */
export interface RedisClusterService {
  /** The masters at the start, in the order of their slots. */
  readonly masters: readonly Service[]
  /** Their replicas in the same order, or nobody. */
  readonly replicas: readonly Service[]
  /** What a client is given to find the cluster. */
  readonly startupNodes: readonly { readonly host: string; readonly port: number }[]
  /** Ends all nodes and removes their folders. May be called twice. */
  stop(): Promise<void>
}

const slots = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const

const patience = 60_000

async function startNode(nodeTimeout: number): Promise<Service> {
  const bus = await findFreePort()
  return startService(
    redisRecipe({
      args: [
        ...['--cluster-enabled', 'yes', '--cluster-port', String(bus)],
        ...[
          '--cluster-node-timeout',
          String(nodeTimeout),
          '--cluster-replica-validity-factor',
          '0',
        ],
        ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'],
      ],
    }),
  )
}

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patience
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Cannot start a Redis Cluster: ${what}`)
    await pause(50)
  }
}

async function busPortOf(node: Service): Promise<string> {
  const nodes = await askRedis(node.port, ['CLUSTER', 'NODES'])
  return /@(\d+)/.exec(nodes)?.[1] as string
}

async function join(nodes: readonly Service[], masters: readonly Service[]): Promise<void> {
  for (const [place, node] of masters.entries()) {
    await askRedis(node.port, ['CLUSTER', 'ADDSLOTSRANGE', ...(slots[place] as readonly number[])])
    await askRedis(node.port, ['CLUSTER', 'SET-CONFIG-EPOCH', place + 1])
  }
  for (const node of nodes.slice(1)) {
    const bus = await busPortOf(node)
    const [first] = nodes as [Service]
    await askRedis(first.port, ['CLUSTER', 'MEET', '127.0.0.1', node.port, bus])
  }
  await eventually('the nodes did not meet', async () => {
    const views = nodes.map(({ port }) => askRedis(port, ['CLUSTER', 'NODES']))
    const known = (await Promise.all(views)).map((view) => view.match(/127\.0\.0\.1:/g)?.length)
    return known.every((count) => count === nodes.length)
  })
}

async function follow(replica: Service, master: Service): Promise<void> {
  const id = (await askRedis(master.port, ['CLUSTER', 'MYID'])).split('\r\n').at(-1) as string
  await eventually('a replica did not find its master', async () => {
    await askRedis(replica.port, ['CLUSTER', 'REPLICATE', id])
    return true
  })
  await eventually('a replica did not catch up', async () =>
    (await askRedis(replica.port, ['INFO', 'REPLICATION'])).includes('master_link_status:up'),
  )
}

/** Starts three Redis servers that share the slots, and a replica for each if asked for. */
export async function startRedisCluster(
  options: RedisClusterOptions = {},
): Promise<RedisClusterService> {
  const count = options.hasReplicas === true ? 6 : 3
  const nodes: Service[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  try {
    while (nodes.length < count) nodes.push(await startNode(options.nodeTimeout ?? 2000))
    const masters = nodes.slice(0, 3)
    const replicas = nodes.slice(3)
    await join(nodes, masters)
    await Promise.all(replicas.map((node, place) => follow(node, masters[place] as Service)))
    await eventually('the slots are not served', async () => {
      const states = nodes.map(({ port }) => askRedis(port, ['CLUSTER', 'INFO']))
      return (await Promise.all(states)).every((state) => state.includes('cluster_state:ok'))
    })
    const startupNodes = masters.map(({ host, port }) => ({ host, port }))
    return { masters, replicas, startupNodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
