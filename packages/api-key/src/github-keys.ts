import { createPublicKey, type KeyObject } from 'node:crypto'
import { createOutbound, type Outbound } from '@latchkey/tokens'
import { LeakKeysUnavailable } from './errors.js'

/** Where GitHub publishes the keys by which it signs secret-scanning alerts. */
export const GITHUB_KEYS_URL = 'https://api.github.com/meta/public_keys/secret_scanning'

/** A public key as GitHub publishes it. */
export interface GithubKey {
  readonly key_identifier: string
  /** PEM of an EC key on P-256. */
  readonly key: string
}

/** Gets the keys that are valid now. */
export type GithubKeySource = () => Promise<readonly GithubKey[]>

/** How the keys are fetched. */
export interface GithubKeysOptions {
  /** A token, against GitHub's limits for anonymous callers; it needs no rights. Default: none. */
  readonly token?: string
  /** Makes the call. Default: guarded, with five seconds in all. */
  readonly request?: Outbound['request']
}

/**
 * Fetches the keys from GitHub when they are needed.
 *
 * @returns A source that rejects when GitHub answers anything but its keys.
 */
export function githubKeys(options: GithubKeysOptions = {}): GithubKeySource {
  const { token, request = createOutbound().request } = options
  const accept = { accept: 'application/vnd.github+json', 'user-agent': 'latchkey' }
  const headers = token === undefined ? accept : { ...accept, authorization: `Bearer ${token}` }
  return async () => {
    const { status, body } = await request(GITHUB_KEYS_URL, { headers })
    const keys = status === 200 ? JSON.parse(body).public_keys : undefined
    if (Array.isArray(keys)) return keys
    throw new Error(`Cannot fetch the keys of GitHub: status ${status}`)
  }
}

/** Finds the key of an id. */
export type KeyFinder = (id: string) => Promise<KeyObject | null>

/** Seconds between fetches, whatever ids callers invent. */
const LEAST_INTERVAL = 60
/** Seconds after a fetch that failed. */
const RETRY_INTERVAL = 5

/**
 * Keeps the keys of a source, and asks again for an id that it does not know.
 *
 * @returns Finds a key; rejects with `LATCHKEY_API_KEY_LEAK_KEYS_UNAVAILABLE` when the source
 *   could not be asked, and so nothing can be said about the id.
 */
export function createKeyFinder(source: GithubKeySource, clock: () => number): KeyFinder {
  let keys = new Map<string, KeyObject>()
  let nextFetch = Number.NEGATIVE_INFINITY
  let failure: { readonly cause: unknown } | null = null
  let fetching: Promise<void> | undefined

  async function refresh(): Promise<void> {
    try {
      const fresh = (await source()).map(
        ({ key_identifier: id, key }) => [id, readKey(key)] as const,
      )
      keys = new Map(fresh)
      failure = null
      nextFetch = clock() + LEAST_INTERVAL
    } catch (cause) {
      failure = { cause }
      nextFetch = clock() + RETRY_INTERVAL
    }
    fetching = undefined
  }

  return async (id) => {
    if (!keys.has(id) && clock() >= nextFetch) fetching ??= refresh()
    await fetching
    const key = keys.get(id)
    if (key !== undefined) return key
    if (failure !== null) throw new LeakKeysUnavailable(failure)
    return null
  }
}

function readKey(pem: string): KeyObject {
  const key = createPublicKey(pem)
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  throw new Error('Cannot use a key of GitHub: it is not an EC key on P-256')
}
