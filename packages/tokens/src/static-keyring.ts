import type { Algorithm } from './algorithm.js'
import { KeysError } from './errors.js'
import type { JsonObject } from './json.js'
import type { SigningKey, VerificationKey } from './jwk.js'
import {
  type KeyInput,
  prepareSigningKey,
  prepareVerificationKey,
  type RemoteSigner,
} from './key-input.js'
import type { Keyring } from './keyring.js'
import { singleFlight } from './single-flight.js'

/** A key of one's own with its end. */
export interface StaticKey {
  /** A private key, or a signer elsewhere; of retired keys the public part is enough. */
  readonly key: KeyInput | RemoteSigner
  readonly algorithm?: Algorithm
  readonly kid?: string
  /** Instant in seconds from which it neither signs nor verifies. Default: never. */
  readonly notAfter?: number
}

/** The keys: the first that has not ended signs, all of them verify. */
export type StaticKeySource =
  | readonly StaticKey[]
  | (() => readonly StaticKey[] | Promise<readonly StaticKey[]>)

interface Entry {
  readonly signing: SigningKey | null
  readonly verification: VerificationKey
}

function isRemote(key: KeyInput | RemoteSigner): key is RemoteSigner {
  return typeof key === 'object' && 'sign' in key && typeof key.sign === 'function'
}

function prepareEntry(given: StaticKey, index: number): Entry {
  const { key, ...options } = given
  // Retired keys may be public, so only the first must be able to sign.
  const signing = index === 0 || isRemote(key) ? prepareSigningKey(key, options) : null
  if (signing !== null) {
    const verification = prepareVerificationKey({ ...signing.publicJwk }, options)
    return { signing, verification }
  }
  return { signing, verification: prepareVerificationKey(key as KeyInput, options) }
}

/** Whoever reads the set picks keys by `alg`, so it is said wherever a key has only one. */
function publish({ signing, verification }: Entry): JsonObject {
  if (signing !== null) return { ...signing.publicJwk }
  const [alg, other] = verification.algorithms
  return other === undefined ? { ...verification.publicJwk, alg } : { ...verification.publicJwk }
}

/**
 * A key ring of keys that the application manages itself, in files, in a secret manager, or in a
 * key management service that signs without giving the key away.
 *
 * @param source The keys, or a function that fetches them: it is called now and on `reload`.
 * @param now Seconds. Default: the clock.
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when a key cannot be used.
 */
export async function staticKeyring(
  source: StaticKeySource,
  now: () => number = () => Date.now() / 1000,
): Promise<Keyring> {
  let entries: readonly Entry[] = []

  async function load(): Promise<void> {
    const given = typeof source === 'function' ? await source() : source
    if (given.length === 0) throw new KeysError('the key ring is empty')
    const prepared = given.map(prepareEntry)
    const kids = new Set(prepared.map(({ verification }) => verification.kid))
    if (kids.size < prepared.length) throw new KeysError('two keys have one "kid"')
    entries = prepared
  }

  function living(): readonly Entry[] {
    const at = now()
    return entries.filter(({ verification }) => at < verification.notAfter)
  }

  await load()
  return {
    signingKey() {
      const found = living().find(({ signing }) => signing !== null)?.signing
      if (!found) throw new KeysError('no key of the ring can sign now')
      return found
    },
    verificationKeys: () => living().map(({ verification }) => verification),
    jwks: () => ({ keys: living().map(publish) }),
    reload: singleFlight(load),
    close() {},
    describe: () => ({
      keys: living().map(({ signing, verification: { kid = '', algorithms, notAfter } }) => ({
        kid,
        algorithm: [...algorithms].join(' '),
        purpose: signing === null ? 'verify' : 'sign',
        notAfter: Number.isFinite(notAfter) ? notAfter : null,
      })),
      privateKeysAtRest: 'kept by the application',
    }),
  }
}
