import type { Store } from '@latchkey/store'
import { OptionsError } from '../errors.js'
import type { Client } from './client.js'
import { type ClientDocuments, isDocumentUrl } from './client-document.js'
import { type ClientMetadata, parseClientMetadata } from './client-metadata.js'
import { loadDynamicClient, metadataOf, replaceDynamicClient } from './dynamic-client.js'

/** Where clients are found. */
export interface ClientDirectory {
  /** @returns The client, or `null`. */
  find(id: string): Promise<Client | null>
  /** Whether the operator named a client so; without any I/O. */
  isStatic(id: string): boolean
  /** The operator's own. */
  readonly operated: readonly Client[]
  /** Seconds; the longest that a client of the operator has for its own. */
  readonly longestAccessTokenTtl: number
  /** A client was used: one that registered itself lives on. */
  touch(client: Client): Promise<void>
}

/** What {@link createClientDirectory} takes. */
export interface ClientDirectoryOptions {
  readonly store: Store
  readonly clients: readonly ClientMetadata[]
  /** `null` where clients cannot be named by their documents. */
  readonly documents: ClientDocuments | null
  readonly isPairwisePossible: boolean
  /** Seconds that a client lives which registered itself and is not used. */
  readonly unusedTtl: number
  readonly now: () => number
}

function readOperated({
  clients,
  isPairwisePossible,
}: ClientDirectoryOptions): Map<string, Client> {
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
  return known
}

/**
 * Prepares the operator's clients, and finds those that registered themselves.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_SERVER_OPTIONS` when one is wrong, or two share an id.
 */
export function createClientDirectory(options: ClientDirectoryOptions): ClientDirectory {
  const { store, documents, unusedTtl, now } = options
  const known = readOperated(options)

  async function findDynamic(id: string): Promise<Client | null> {
    const loaded = await loadDynamicClient(store, id)
    if (loaded === null) return null
    const client = parseClientMetadata(metadataOf(id, loaded.client), 'dynamic')
    // What was kept had been checked; rules that became stricter since then end it.
    if ('error' in client) return null
    return { ...client, secretDigest: loaded.client.secretDigest ?? undefined }
  }

  return {
    operated: [...known.values()],
    async find(id) {
      const operated = known.get(id)
      if (operated !== undefined) return operated
      if (isDocumentUrl(id)) return documents === null ? null : documents.find(id)
      return findDynamic(id)
    },
    isStatic: (id) => known.has(id),
    longestAccessTokenTtl: Math.max(
      0,
      ...[...known.values()].map((client) => client.accessTokenTtl ?? 0),
    ),
    async touch({ id, origin }) {
      const loaded = origin === 'dynamic' ? await loadDynamicClient(store, id) : null
      if (loaded === null || loaded.client.expiresAt > now() + unusedTtl / 2) return
      await replaceDynamicClient(store, loaded, {
        ...loaded.client,
        expiresAt: now() + unusedTtl,
      })
    },
  }
}
