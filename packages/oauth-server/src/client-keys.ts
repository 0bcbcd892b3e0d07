import {
  type Algorithm,
  boundedMap,
  type FoundKey,
  type Outbound,
  type RemoteKeys,
  remoteKeys,
} from '@latchkey/tokens'
import type { Client } from './records/client.js'

/** Keys that clients publish themselves, fetched when they are needed. */
export interface ClientKeys {
  find(client: Client, algorithm: Algorithm, kid: string | undefined): Promise<FoundKey>
}

const mostClients = 1000

/** Keeps the sets of the clients that were seen lately; each is fetched again as its server says. */
export function createClientKeys(outbound: Outbound, now: () => number): ClientKeys {
  const sets = boundedMap<RemoteKeys>(mostClients)
  return {
    async find({ jwksUri }, algorithm, kid) {
      if (jwksUri === undefined) return null
      const known = sets.get(jwksUri) ?? remoteKeys({ url: jwksUri, outbound, now })
      sets.set(jwksUri, known)
      return known.find(algorithm, kid)
    },
  }
}
