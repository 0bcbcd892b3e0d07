import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificate, certificateKey } from './certificate.js'

/** A server on a free port of this machine. */
export interface TestServer {
  readonly url: string
  readonly host: string
  readonly requests: () => number
  close(): Promise<void>
}

async function listen(server: Server, scheme: string, name: string): Promise<TestServer> {
  let requests = 0
  server.prependListener('request', () => {
    requests += 1
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const host = `${name}:${port}`
  return {
    url: `${scheme}://${host}`,
    host,
    requests: () => requests,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}

/** Serves plain HTTP on 127.0.0.1. */
export function serve(listener: RequestListener): Promise<TestServer> {
  return listen(createServer(listener), 'http', '127.0.0.1')
}

/** Serves HTTPS on localhost, with a certificate that nobody trusts by default. */
export function serveTls(listener: RequestListener): Promise<TestServer> {
  const server = createTlsServer({ cert: certificate, key: certificateKey }, listener)
  return listen(server as unknown as Server, 'https', 'localhost')
}
