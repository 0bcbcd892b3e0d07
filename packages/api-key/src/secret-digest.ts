import {
  isEqualDigest,
  isSha256Of,
  KeysError,
  prepareMac,
  type SecretEntry,
  secretBytes,
  sha256Base64url,
} from '@latchkey/tokens'
import type { StoredSecret } from './record.js'

/** A stored digest, ready to be compared with what a caller presents. */
export type Matcher = (text: string, now: number) => boolean

/** How the secrets of keys are kept and recognised. */
export interface Digester {
  /** The digest to store of a new key, under the current pepper. */
  digest(text: string, now: number): Pick<StoredSecret, 'scheme' | 'digest'>
  /** Prepares a stored digest. One whose pepper is unknown matches nothing. */
  matcher(stored: Pick<StoredSecret, 'scheme' | 'digest'>): Matcher
  /** Prepares a digest that nothing matches, for ids that nobody has. */
  decoy(): Matcher
  /** Whether a stored digest was made the way that new ones are. */
  isCurrent(scheme: string, now: number): boolean
}

interface Pepper {
  readonly scheme: string
  readonly mac: (text: string) => string
  readonly notAfter: number
}

const PLAIN = 'sha256'
/** A digest of nothing that anybody could find. */
const NOTHING = Buffer.alloc(32).toString('base64url')

/**
 * Prepares the digests of a registration. They are of the whole text of a key, so that nothing of
 * it can be exchanged: not the environment, not the checksum.
 *
 * @param peppers The current one first; empty for plain SHA-256.
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when two peppers are the same.
 */
export function createDigester(peppers: readonly SecretEntry[]): Digester {
  const ring = peppers.map(preparePepper)
  if (new Set(ring.map((pepper) => pepper.scheme)).size < ring.length) {
    throw new KeysError('two peppers are the same')
  }

  function current(now: number): Pepper | null {
    if (ring.length === 0) return null
    const pepper = ring.find((each) => now < each.notAfter)
    if (pepper === undefined) throw new KeysError('every pepper has expired')
    return pepper
  }

  function matcher({ scheme, digest }: Pick<StoredSecret, 'scheme' | 'digest'>): Matcher {
    if (scheme === PLAIN) {
      const expected = Buffer.from(digest, 'base64url')
      return (text) => isSha256Of(text, expected)
    }
    const pepper = ring.find((each) => each.scheme === scheme)
    if (pepper === undefined) return () => false
    const { mac, notAfter } = pepper
    return (text, now) => isEqualDigest(mac(text), digest) && now < notAfter
  }

  return {
    digest(text, now) {
      const pepper = current(now)
      if (pepper === null) return { scheme: PLAIN, digest: sha256Base64url(text) }
      return { scheme: pepper.scheme, digest: pepper.mac(text) }
    },
    matcher,
    decoy: () => matcher({ scheme: ring[0]?.scheme ?? PLAIN, digest: NOTHING }),
    isCurrent: (scheme, now) => scheme === (current(now)?.scheme ?? PLAIN),
  }
}

function preparePepper({ secret, notAfter }: SecretEntry): Pepper {
  const mac = prepareMac(secretBytes(secret))
  const id = mac('pepper id').slice(0, 8)
  return { scheme: `hmac-sha256:${id}`, mac, notAfter: notAfter ?? Number.POSITIVE_INFINITY }
}
