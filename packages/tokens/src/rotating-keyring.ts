import type { Store } from '@latchkey/store'
import { type Algorithm, isSymmetric } from './algorithm.js'
import { KeysError } from './errors.js'
import type { Keyring } from './keyring.js'
import { openRingRecord } from './ring-record.js'
import * as ring from './ring-state.js'
import { createRingVault } from './ring-vault.js'
import { prepareSeal, type Seal } from './seal.js'
import { loadSecrets, type SecretSource } from './secret.js'
import { singleFlight } from './single-flight.js'

/** Options of {@link rotatingKeyring}. */
export interface RotatingKeyringOptions {
  readonly store: Store
  /**
   * Secrets that seal private keys in the store. `false` leaves them readable by whoever reads
   * the store, who can then sign anything.
   */
  readonly seal: SecretSource | false
  /** Tells rings in one store apart. Default `default`. */
  readonly name?: string
  /** Default ES256. RSA keys have 3072 bits. */
  readonly algorithm?: Algorithm
  /** Seconds a key signs. Default 30 days. */
  readonly rotateEvery?: number
  /** Seconds a key is published before it signs: longer than the set is cached. Default a day. */
  readonly publishAhead?: number
  /** Seconds a key verifies after its successor took over. Default a day. */
  readonly keepFor?: number
  /** Seconds between looks at the store; at most half of `publishAhead`. Default 60. */
  readonly refreshEvery?: number
  /** Seconds. Default: the clock. */
  readonly now?: () => number
  /** Told when a look at the store by itself failed; the keys known so far stay in use. */
  readonly onError?: (error: unknown) => void
}

/** A key ring in a store, shared by all processes that use it. */
export interface RotatingKeyring extends Keyring {
  /**
   * Plans the next key ahead of its time: it is published now and signs after `publishAhead`. If
   * one is planned already, that one stays.
   *
   * @returns Its `kid`.
   */
  rotate(): Promise<string>
  /**
   * Takes a key out at once, in this process; in others with their next look at the store.
   *
   * @returns `false` when the ring has no such key.
   */
  revokeKey(kid: string): Promise<boolean>
}

const day = 86_400

function policyOf(options: RotatingKeyringOptions): ring.RotationPolicy & { refreshEvery: number } {
  const { rotateEvery = 30 * day, publishAhead = day, keepFor = day, refreshEvery = 60 } = options
  const sound = [rotateEvery, publishAhead, keepFor, refreshEvery].every((one) => one > 0)
  if (!sound) throw new KeysError('the times of a key ring must be seconds above 0')
  if (publishAhead >= rotateEvery) throw new KeysError('"publishAhead" must be below "rotateEvery"')
  if (refreshEvery * 2 > publishAhead) {
    throw new KeysError('"refreshEvery" must be at most half of "publishAhead"')
  }
  return { rotateEvery, publishAhead, keepFor, refreshEvery }
}

async function sealOf(source: SecretSource | false): Promise<Seal | null> {
  return source === false ? null : prepareSeal(await loadSecrets(source, 'seal'))
}

/**
 * A key ring whose keys are generated, rotated on schedule and shared through a store. Of the
 * processes that find a rotation due exactly one makes the key: the one whose compare-and-set
 * wins. Every key is published for `publishAhead` seconds before it signs, and verifies for
 * `keepFor` seconds after the next one took over.
 *
 * @returns After the first key exists.
 * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when the options contradict each other, or
 *   a stored key does not open; `LATCHKEY_TOKENS_WEAK_SECRET` when a seal secret is guessable.
 */
export async function rotatingKeyring(options: RotatingKeyringOptions): Promise<RotatingKeyring> {
  const { store, name = 'default', algorithm = 'ES256', onError = () => {} } = options
  const now = options.now ?? (() => Date.now() / 1000)
  const policy = policyOf(options)
  if (isSymmetric(algorithm)) throw new KeysError('a rotating key ring needs key pairs')
  const key = `keyring:${name}`
  const record = openRingRecord(store, key)
  const vault = createRingVault(key, await sealOf(options.seal))

  const current = (): ring.RingKey => {
    const found = ring.currentKey(record.state(), now())
    if (found === null) throw new KeysError('no key of the ring can sign now')
    return found
  }
  const living = () => ring.livingKeys(record.state(), now())

  async function addWhenDue(state: ring.RingState): Promise<ring.RingState | null> {
    const activeAt = ring.dueRotation(state, policy, now())
    if (activeAt === null) return null
    return ring.addKey(state, await vault.makeKey(algorithm, activeAt), policy, now())
  }

  const reload = singleFlight(() => record.change(addWhenDue))
  await reload()
  vault.openSigningKey(current())
  const timer = setInterval(() => reload().catch(onError), policy.refreshEvery * 1000)
  timer.unref()

  return {
    signingKey: () => vault.openSigningKey(current()),
    verificationKeys: () => living().map(vault.openVerificationKey),
    jwks: () => ({ keys: living().map(({ publicJwk }) => publicJwk) }),
    reload,
    async rotate() {
      await record.change(async (state) => {
        const at = now()
        if (state.keys.some((one) => one.activeAt > at)) return null
        const next = await vault.makeKey(algorithm, at + policy.publishAhead)
        return ring.addKey(state, next, policy, at)
      })
      return record.state().keys.at(-1)?.kid as string
    },
    async revokeKey(kid) {
      let isKnown = false
      await record.change(async (state) => {
        isKnown = state.keys.some((one) => one.kid === kid)
        if (!isKnown) return null
        const rest = ring.removeKey(state, kid, policy, now())
        if (ring.currentKey(rest, now()) !== null) return rest
        return ring.addKey(rest, await vault.makeKey(algorithm, now()), policy, now())
      })
      return isKnown
    },
    close: () => clearInterval(timer),
    describe: () => ({
      keys: living().map((one) => ({
        kid: one.kid,
        algorithm: one.algorithm,
        purpose: one.activeAt > now() ? 'next' : one === current() ? 'sign' : 'verify',
        notAfter: one.notAfter,
      })),
      privateKeysAtRest: options.seal === false ? 'in the store, readable' : 'in the store, sealed',
    }),
  }
}
