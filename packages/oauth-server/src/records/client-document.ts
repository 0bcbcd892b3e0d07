import { boundedMap, type Outbound, parseJsonObject } from '@latchkey/tokens'
import type { Client } from './client.js'
import { parseClientMetadata } from './client-metadata.js'
import { ownMetadata } from './dynamic-client.js'

/** Clients whose id is the address of their metadata (Client ID Metadata Documents). */
export interface ClientDocuments {
  /** @returns The client, or `null` when the document is not there or not right. */
  find(url: string): Promise<Client | null>
}

interface Cached {
  client: Promise<Client | null>
  until: number
}

const mostDocuments = 1000
const leastFresh = 60
const mostFresh = 86_400
const refusedFor = 30
const longestUrl = 512

/** Whether an id is an address that could be one of a document: plain, with a path, in normal form. */
export function isDocumentUrl(id: string): boolean {
  if (!/^https?:\/\//.test(id) || id.length > longestUrl || !URL.canParse(id)) return false
  const { href, pathname, hash, username, search } = new URL(id)
  return href === id && pathname !== '/' && hash === '' && username === '' && search === ''
}

function maxAgeOf(field: string | undefined): number {
  const found = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(field ?? '')?.[1]
  return Math.min(Math.max(Number(found ?? 600), leastFresh), mostFresh)
}

/** Methods without a shared secret: a document is public. */
function parseDocument(url: string, body: string): Client | null {
  const said = parseJsonObject(body)
  if (said === null || said.client_id !== url) return null
  if (Object.keys(said).some((name) => name.startsWith('client_secret'))) return null
  const method = said.token_endpoint_auth_method ?? 'none'
  const metadata = { ...ownMetadata(said), client_id: url, token_endpoint_auth_method: method }
  const client = parseClientMetadata(metadata as never, 'document')
  return 'error' in client ? null : client
}

/**
 * Fetches documents when they are needed, and keeps them as long as their server says, a minute at
 * least and a day at most. What was wrong is tried again after half a minute.
 *
 * @param outbound Guards against private addresses, redirects, and long or slow answers.
 */
export function createClientDocuments(outbound: Outbound, now: () => number): ClientDocuments {
  const cache = boundedMap<Cached>(mostDocuments)

  async function load(url: string, cached: Cached): Promise<Client | null> {
    const answer = await outbound
      .request(url, { headers: { accept: 'application/json' } })
      .catch(() => null)
    const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(answer?.headers['content-type'] ?? '')
    const client = answer?.status === 200 && isJson ? parseDocument(url, answer.body) : null
    const age = client === null ? refusedFor : maxAgeOf(answer?.headers['cache-control'])
    cached.until = now() + age
    return client
  }

  return {
    async find(url) {
      const known = cache.get(url)
      if (known !== undefined && now() < known.until) return known.client
      const cached: Cached = { client: none, until: Number.POSITIVE_INFINITY }
      cached.client = load(url, cached)
      cache.set(url, cached)
      return cached.client
    },
  }
}

const none = Promise.resolve(null)
