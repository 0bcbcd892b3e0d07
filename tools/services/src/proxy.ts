import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of a server, for partitions that the server knows nothing of. */
export interface Proxy {
  readonly host: '127.0.0.1'
  /** Where to connect to instead. */
  readonly port: number
  /** Connections that are open now. */
  connections(): number
  /** Closes all connections, and refuses new ones by closing them at once. */
  cut(): void
  /** Keeps connections open, accepts new ones, and passes nothing on: a partition in silence. */
  silence(): void
  /** Passes the next request on, and closes its connection instead of passing the answer back. */
  loseNextAnswer(): void
  /** Works again: what was held back is passed on. */
  heal(): void
  /** Closes everything. May be called twice. */
  stop(): Promise<void>
}

type Mode = 'open' | 'cut' | 'silent'

/**
 * Starts a proxy.
 *
 * @param target The port of the server on this machine.
 */
export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let mode: Mode = 'open'
  let losesNext = false

  const server = createServer((client) => {
    if (mode === 'cut') {
      client.destroy()
      return
    }
    const upstream = connect({ port: target, host: '127.0.0.1' })
    const pair = [client, upstream] as const
    pairs.add(pair)
    const close = (): void => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', close)
      socket.on('close', close)
      if (mode === 'silent') socket.pause()
    }
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk) => {
      if (!losesNext) {
        client.write(chunk)
        return
      }
      losesNext = false
      close()
    })
  })
  server.listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')

  function destroyAll(): void {
    for (const pair of [...pairs]) for (const socket of pair) socket.destroy()
  }

  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    connections: () => pairs.size,
    cut() {
      mode = 'cut'
      destroyAll()
    },
    silence() {
      mode = 'silent'
      for (const pair of pairs) for (const socket of pair) socket.pause()
    },
    loseNextAnswer() {
      losesNext = true
    },
    heal() {
      mode = 'open'
      losesNext = false
      for (const pair of pairs) for (const socket of pair) socket.resume()
    },
    async stop() {
      destroyAll()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}
