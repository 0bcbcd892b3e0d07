import type { FeedEntry, FeedSource } from '@latchkey/store/engine'
import type { Cluster, Redis } from 'ioredis'
import { connectBeside } from './client.js'
import { purgeFeedScript } from './scripts.js'
import { createSender, type Sender } from './sender.js'

const pageSize = 1000
const heartbeatMilliseconds = 1000

/**
 * Milliseconds that a follower goes back after it lost its connection. The server may be another
 * one since, promoted from a replica, whose clock may have been behind when it named new entries.
 */
const overlap = 60_000

type Reply = [[string, [string, string[]][]]] | null

function before(cursor: string): string {
  return `${Math.max(0, Number(cursor.slice(0, cursor.indexOf('-'))) - overlap)}-0`
}

/** Makes the source of one follower of one feed. */
export function createSource(
  client: Redis | Cluster,
  keys: readonly [string, string],
  timeout: number,
): FeedSource {
  let connection: Redis | Cluster
  let sender: Sender

  function open(): void {
    connection = connectBeside(client, heartbeatMilliseconds + timeout * 1000)
    sender = createSender(connection, {
      timeout: timeout + heartbeatMilliseconds / 1000,
      replicas: 0,
    })
  }

  async function purge(): Promise<void> {
    while (Number(await sender.run(purgeFeedScript, keys)) > 0);
  }

  open()
  let isPurged = false
  return {
    async read(cursor, mayWait) {
      if (!isPurged) await purge()
      isPurged = true
      const patience = mayWait ? ['BLOCK', heartbeatMilliseconds] : []
      const from = ['STREAMS', keys[0], cursor ?? '0-0']
      const reply = (await sender.read('xread', 'COUNT', pageSize, ...patience, ...from)) as Reply
      const entries = reply === null ? [] : reply[0][1]
      return entries.map(([id, [, text]]): FeedEntry => ({ text: text as string, cursor: id }))
    },

    async rewind(cursor) {
      connection.disconnect()
      open()
      await purge()
      return cursor === null ? null : before(cursor)
    },

    async close() {
      connection.disconnect()
    },
  }
}
