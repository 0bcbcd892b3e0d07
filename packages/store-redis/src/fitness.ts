import { StoreUnfit } from '@latchkey/store'
import { withinDeadline } from '@latchkey/store/engine'
import type { Cluster, Redis } from 'ioredis'
import { isCluster } from './client.js'

/** What a server says of itself, by the names that it uses. */
export type ServerInfo = ReadonlyMap<string, string>

function parseInfo(text: string): ServerInfo {
  const lines = text.split('\r\n').map((line) => line.split(':'))
  return new Map(lines.map(([name = '', ...value]) => [name, value.join(':')]))
}

/** Asks every server that takes writes. */
export async function askServers(
  client: Redis | Cluster,
  timeout: number,
): Promise<readonly ServerInfo[]> {
  const nodes = isCluster(client) ? client.nodes('master') : [client]
  const texts = nodes.map((node) => node.call('info') as Promise<string>)
  return (await withinDeadline(timeout, Promise.all(texts))).map(parseInfo)
}

function isMissing(timeout: unknown): boolean {
  return !(typeof timeout === 'number' && timeout > 0)
}

function checkClient(client: Redis | Cluster): void {
  const options = isCluster(client) ? (client.options.redisOptions ?? {}) : client.options
  const where = isCluster(client) ? '"redisOptions" of the Cluster' : 'the options of the client'
  if (isMissing(options.commandTimeout)) {
    throw new StoreUnfit(
      `the Redis client has no command timeout; write "commandTimeout: 2000" into ${where}, or spread redisClientOptions() there`,
    )
  }
  if (
    !isCluster(client) &&
    client.options.sentinels &&
    isMissing(client.options.sentinelCommandTimeout)
  ) {
    throw new StoreUnfit(
      'the Redis client waits for a Sentinel for ever; write "sentinelCommandTimeout: 2000" into the options of the client, or spread redisClientOptions() there',
    )
  }
  if (isCluster(client) && client.options.scaleReads !== 'master') {
    throw new StoreUnfit(
      'the Cluster client reads from replicas, where what was revoked may still live; write "scaleReads: \'master\'"',
    )
  }
}

function checkServer(info: ServerInfo, isClusterClient: boolean): void {
  const version = info.get('redis_version') ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= 7)) {
    throw new StoreUnfit(`the Redis server is version "${version}", and 7.0 is needed`)
  }
  const policy = info.get('maxmemory_policy') ?? 'unknown'
  if (policy !== 'noeviction') {
    throw new StoreUnfit(
      `the Redis server drops keys when its memory is full ("maxmemory-policy ${policy}"), sessions and revocations among them; set "maxmemory-policy noeviction"`,
    )
  }
  if (info.get('cluster_enabled') === '1' && !isClusterClient) {
    throw new StoreUnfit('the Redis server is a node of a cluster; give a Cluster client')
  }
}

/** @throws {Error} `LATCHKEY_STORE_UNFIT`, with what to write. */
export async function checkFitness(client: Redis | Cluster, timeout: number): Promise<void> {
  checkClient(client)
  for (const info of await askServers(client, timeout)) checkServer(info, isCluster(client))
}
