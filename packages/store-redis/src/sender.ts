import { StoreFull, StoreUnavailable } from '@latchkey/store'
import { withinDeadline } from '@latchkey/store/engine'
import type { Cluster, Redis } from 'ioredis'
import type { Settings } from './options.js'
import type { Script } from './scripts.js'

type Word = string | number

/** How the facets of the store speak to the server. */
export interface Sender {
  /** Sends a command that changes nothing. */
  read(...words: [string, ...Word[]]): Promise<unknown>
  /** Sends a command that changes something; with replicas, waits for them as well. */
  write(...words: [string, ...Word[]]): Promise<unknown>
  /** Runs a script that changes something. */
  run(script: Script, keys: readonly string[], ...words: Word[]): Promise<unknown>
}

/** A server that may hold no more, and drops nothing, refuses writes: that is a full store. */
function rethrow(error: unknown): never {
  if (error instanceof Error && error.message.startsWith('OOM ')) {
    throw new StoreFull('the Redis server has reached its "maxmemory"')
  }
  throw error
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** Makes a sender that waits no longer than `timeout` for anything. */
export function createSender(
  client: Redis | Cluster,
  { timeout, replicas }: Pick<Settings, 'timeout' | 'replicas'>,
): Sender {
  async function send(...[command, ...words]: [string, ...Word[]]): Promise<unknown> {
    return client.call(command, ...words)
  }

  /**
   * In one pipeline, so that WAIT goes to the node that has just done the write. It waits half the
   * time-out, so that its answer is here before the deadline.
   */
  async function sendAndWait(...words: [string, ...Word[]]): Promise<unknown> {
    const patience = Math.ceil(timeout * 500)
    const answers = await client.pipeline([words, ['wait', replicas, patience]]).exec()
    const [written, confirmed] = answers as [[Error | null, unknown], [Error | null, number]]
    if (written[0] !== null) throw written[0]
    if (confirmed[0] !== null) throw confirmed[0]
    if (confirmed[1] < replicas) {
      throw new StoreUnavailable(`${confirmed[1]} of ${replicas} replicas confirmed the write`)
    }
    return written[1]
  }

  const change = replicas === 0 ? send : sendAndWait

  async function run(script: Script, keys: readonly string[], words: Word[]): Promise<unknown> {
    const rest = [keys.length, ...keys, ...words]
    try {
      return await change('evalsha', script.sha, ...rest)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return change('eval', script.source, ...rest)
    }
  }

  return {
    read: (...words) => withinDeadline(timeout, send(...words)),
    write: (...words) => withinDeadline(timeout, change(...words).catch(rethrow)),
    run: (script, keys, ...words) =>
      withinDeadline(timeout, run(script, keys, words).catch(rethrow)),
  }
}
