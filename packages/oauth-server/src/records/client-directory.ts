import { OptionsError } from '../errors.js'
import type { Client } from './client.js'
import { type ClientMetadata, parseClientMetadata } from './client-metadata.js'

/** Where clients are found. */
export interface ClientDirectory {
  /** @returns The client, or `null`. */
  find(id: string): Promise<Client | null>
  /** Whether the operator named a client so; without any I/O. */
  isStatic(id: string): boolean
}

/**
 * Prepares the operator's clients.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_SERVER_OPTIONS` when one is wrong, or two share an id.
 */
export function createClientDirectory(
  clients: readonly ClientMetadata[],
  isPairwisePossible: boolean,
): ClientDirectory {
  const known = new Map<string, Client>()
  for (const metadata of clients) {
    const client = parseClientMetadata(metadata, 'static')
    if ('error' in client) {
      throw new OptionsError(`the client "${metadata.client_id}": ${client.description}`)
    }
    if (client.sector !== undefined && !isPairwisePossible) {
      throw new OptionsError(`"pairwiseSalt" is missing for the client "${client.id}"`)
    }
    if (known.has(client.id)) throw new OptionsError(`two clients are called "${client.id}"`)
    known.set(client.id, client)
  }
  return {
    find: async (id) => known.get(id) ?? null,
    isStatic: (id) => known.has(id),
  }
}
