import type { Algorithm } from './algorithm.js'
import { OutboundError } from './errors.js'
import { parseJsonObject } from './json.js'
import type { VerificationKey } from './jwk.js'
import { findVerificationKey, parseJwkSet, type RefusedJwk } from './jwk-set.js'
import type { Outbound } from './outbound.js'
import { randomBytes } from './random.js'
import { singleFlight } from './single-flight.js'

/** Options of {@link remoteKeys}. */
export interface RemoteKeysOptions {
  /** Where the set is, or a function that finds out, asked again after a failure. */
  readonly url: string | (() => Promise<string>)
  readonly outbound: Outbound
  /** Seconds that a set is fresh where its server does not say. Default 600. */
  readonly cacheFor?: number
  /** Seconds since the last success that known keys stay in use while the server is down. Default one day. */
  readonly maxStale?: number
  /** Seconds between two fetches because of unknown keys. Default 30. */
  readonly cooldown?: number
  /** Seconds. Default: the clock. */
  readonly now?: () => number
  /** Told why a fetch failed. */
  readonly onError?: (error: unknown) => void
}

/** The key, `null` when the issuer has none of that name, or `unavailable` when nobody can tell. */
export type FoundKey = VerificationKey | null | 'unavailable'

/** Keys that another server publishes. */
export interface RemoteKeys {
  /** Finds the key of a token; synchronous as long as it is known. */
  find(algorithm: Algorithm, kid: string | undefined): FoundKey | Promise<FoundKey>
  /** Fetches the set anew, whatever is cached. Never rejects. */
  reload(): Promise<void>
  describe(): RemoteKeysReport
}

/** What is known about a remote set. */
export interface RemoteKeysReport {
  readonly fetches: number
  readonly kids: readonly string[]
  /** Keys of the set that are not used, and why. */
  readonly refused: readonly RefusedJwk[]
  /** Instant in seconds of the last success. */
  readonly fetchedAt: number | null
  readonly lastError: string | null
}

const leastFresh = 60
const mostFresh = 86_400
const longestBackOff = 60

/** Of the time that a set is fresh, what passes before it is fetched ahead. */
const aheadAt = 0.8

function readMaxAge(field: string | undefined): number | null {
  const match = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(field ?? '')
  return match === null ? null : Number(match[1])
}

/**
 * Fetches a JWK set when it is first needed and keeps it: one fetch at a time whoever asks, a new
 * one ahead of expiry without waiting for it, a cool-down when tokens name unknown keys, and
 * growing pauses with jitter while the server is down.
 */
export function remoteKeys(options: RemoteKeysOptions): RemoteKeys {
  const { outbound, cacheFor = 600, maxStale = 86_400, cooldown = 30 } = options
  const now = options.now ?? (() => Date.now() / 1000)
  const { url: place } = options
  let url = typeof place === 'string' ? place : null
  let keys: readonly VerificationKey[] = []
  let refused: readonly RefusedJwk[] = []
  let fetches = 0
  let fetchedAt = Number.NEGATIVE_INFINITY
  let aheadFrom = Number.NEGATIVE_INFINITY
  let notBefore = Number.NEGATIVE_INFINITY
  let failures = 0
  let lastError: string | null = null

  async function fetchSet(): Promise<void> {
    url ??= await (place as () => Promise<string>)()
    fetches += 1
    const { status, headers, body } = await outbound.request(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
    })
    if (status !== 200) throw new OutboundError(url, `the status ${status}`)
    const set = parseJwkSet(parseJsonObject(body))
    if (set === null) throw new OutboundError(url, 'an answer that is no set of public keys')
    const age = readMaxAge(headers['cache-control']) ?? cacheFor
    ;({ keys, refused } = set)
    fetchedAt = now()
    aheadFrom = fetchedAt + Math.min(Math.max(age, leastFresh), mostFresh) * aheadAt
  }

  const reload = singleFlight(async () => {
    try {
      await fetchSet()
      failures = 0
      lastError = null
      notBefore = now() + cooldown
    } catch (error) {
      failures += 1
      lastError = error instanceof Error ? error.message : String(error)
      // Half of the pause is chance, so that many processes do not come back together.
      const pause = Math.min(2 ** failures, longestBackOff)
      notBefore = now() + pause * (0.5 + randomBytes(1).readUInt8() / 510)
      if (typeof place === 'function') url = null
      options.onError?.(error)
    }
  })

  function findKnown(algorithm: Algorithm, kid: string | undefined): FoundKey {
    const at = now()
    if (at >= fetchedAt + maxStale) return 'unavailable'
    return findVerificationKey(keys, algorithm, kid, at) ?? (failures > 0 ? 'unavailable' : null)
  }

  return {
    find(algorithm, kid) {
      const at = now()
      const known = findKnown(algorithm, kid)
      if (known !== null && known !== 'unavailable') {
        if (at >= aheadFrom && at >= notBefore) void reload()
        return known
      }
      return at < notBefore ? known : reload().then(() => findKnown(algorithm, kid))
    },
    reload,
    describe: () => ({
      fetches,
      kids: keys.map(({ kid = '' }) => kid),
      refused,
      fetchedAt: Number.isFinite(fetchedAt) ? fetchedAt : null,
      lastError,
    }),
  }
}
