import type { AddressInfo } from 'node:net'
import type { Store } from '@latchkey/store'
import type { CommandLine } from './command-line.js'
import { northwindAccounts } from './northwind/index.js'
import { type OpenedStore, openStore } from './open-store.js'
import { createPlatform, type Platform } from './platform.js'
import { deriveSecrets, type Secrets } from './secrets.js'

/** What one process of the platform runs on. */
export interface StartOptions {
  readonly line: CommandLine
  /** The one secret of all processes. */
  readonly secret: string
  /** A store that is open already; otherwise what the command line names is opened. */
  readonly opened?: OpenedStore
  readonly logLevel?: string
  /** By which logins grow old, in seconds. Default: the system's. */
  readonly clock?: () => number
}

/** A platform that answers. */
export interface Started extends Platform {
  readonly origin: string
  readonly kind: string
  readonly secrets: Secrets
  close(): Promise<void>
}

/** Somebody to log in as. The password is derived, so that it stays with the data. */
export function demoPassword(name: string, secrets: Secrets): string {
  return secrets(`password of ${name}`)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 12)
}

async function seed({ accounts, book }: Platform, store: Store, secrets: Secrets): Promise<void> {
  await northwindAccounts(store).add('mary', demoPassword('mary', secrets), [])
  const isNew = (await accounts.add('ada', demoPassword('ada', secrets), ['buyer'])) !== null
  await accounts.add('grace', demoPassword('grace', secrets), ['admin'])
  if (!isNew) return
  await book.add('ada', 'A brass key', 'sent')
  await book.add('ada', 'A padlock')
  await book.add('grace', 'A lantern')
}

/** Opens the store, builds the platform, and listens. */
export async function start(options: StartOptions): Promise<Started> {
  const { line, secret, logLevel = 'warn', clock } = options
  const opened = options.opened ?? (await openStore(line))
  try {
    await opened.store.ready()
    const secrets = deriveSecrets(secret)
    const origin = `http://127.0.0.1:${line.port}`
    const platform = await createPlatform({
      store: opened.store,
      origin,
      secrets,
      logger: { level: logLevel },
      ...(clock === undefined ? {} : { clock }),
    })
    await seed(platform, opened.store, secrets)
    await platform.app.listen({ port: line.port, host: '127.0.0.1' })
    const { port } = platform.app.server.address() as AddressInfo
    const close = async () => {
      await platform.app.close()
      await opened.close()
    }
    return { ...platform, origin: `http://127.0.0.1:${port}`, kind: opened.kind, secrets, close }
  } catch (error) {
    await opened.close()
    throw error
  }
}
