import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { memoryStore, type Store } from '@latchkey/store'
import type { Test } from 'tap'
import { demoPassword, type Started, start } from '../src/start.js'

/** A platform that listens, with the passwords of its people. */
export interface Served extends Started {
  readonly passwords: { readonly ada: string; readonly grace: string; readonly mary: string }
}

/** Finds a port that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Starts the platform in this process; it ends with the test. */
export async function serve(
  t: Test,
  store: Store = memoryStore(),
  clock?: () => number,
): Promise<Served> {
  const port = await freePort()
  const started = await start({
    line: { port, processes: 1, data: null, redis: null, postgres: null },
    secret: 'a secret that only this test knows, 9f2k',
    opened: { store, kind: 'memory', close: async () => {} },
    logLevel: 'silent',
    ...(clock === undefined ? {} : { clock }),
  })
  t.teardown(() => started.close())
  const { secrets } = started
  const of = (name: string) => demoPassword(name, secrets)
  return { ...started, passwords: { ada: of('ada'), grace: of('grace'), mary: of('mary') } }
}
