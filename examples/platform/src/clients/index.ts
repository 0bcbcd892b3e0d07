import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { Secrets } from '../secrets.js'
import { addPages } from '../site/index.js'
import { createCaller } from './call.js'
import { createMemory } from './memory.js'
import { parcelRoutes } from './parcels.js'
import { phoneRoutes } from './phone.js'
import { robotRoutes } from './robot.js'

/** What the programs need: they know of the platform no more than its address. */
export interface ClientsOptions {
  readonly store: Store
  readonly origin: string
  readonly secrets: Secrets
}

/** Adds the programs of others: each on a path of its own, and none of them with any privilege. */
export async function addClients(app: FastifyInstance, options: ClientsOptions): Promise<void> {
  const { store, origin, secrets } = options
  const call = createCaller(origin)
  const memory = <Value extends object>(name: string) =>
    createMemory<Value>(store, name, secrets(`program ${name}`))
  await addPages(app, (scope) => {
    parcelRoutes(scope, { origin, call, secrets, memory: memory('parcels') })
    phoneRoutes(scope, { call, memory: memory('phone') })
    robotRoutes(scope, { call, secrets, memory: memory('robot') })
  })
}
