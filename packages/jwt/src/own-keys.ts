import {
  type Algorithm,
  algorithms,
  type FoundKey,
  findVerificationKey,
  type KeyInput,
  type Keyring,
  loadSecrets,
  prepareSharedSecret,
  prepareSigningKey,
  prepareVerificationKey,
  type SecretSource,
  type VerificationKey,
} from '@latchkey/tokens'
import { InvalidOptions } from './errors.js'
import type { KeySource, KeySourceContext } from './key-source.js'

const reloadPause = 5

/** Lists keys for `describe()`. */
export function inventory(keys: readonly VerificationKey[]): Readonly<Record<string, unknown>> {
  return {
    keys: keys.map(({ kid, algorithms, notAfter }) => ({
      kid,
      algorithms: [...algorithms],
      notAfter: Number.isFinite(notAfter) ? notAfter : null,
    })),
  }
}

/** While secrets rotate, a token without a key id may be of any of them. */
function anyOf(keys: readonly VerificationKey[], now: number): VerificationKey | null {
  const living = keys.filter((key) => now < key.notAfter)
  const [first] = living
  if (first === undefined) return null
  return {
    ...first,
    notAfter: Math.min(...living.map((key) => key.notAfter)),
    verify: (...signed) => living.some((key) => key.verify(...signed)),
  }
}

/** Keys of shared secrets, the first of which signs. */
export async function secretKeys(
  source: SecretSource,
  context: KeySourceContext,
): Promise<KeySource> {
  const wanted = context.algorithms
  const longest = Math.max(...wanted.map((one) => Number(algorithms[one].signatureLength)))
  const entries = await loadSecrets(source, `keys.secret" of "${context.issuer}`, longest)
  const pairs = entries.flatMap(({ secret, notAfter }) => {
    const end = notAfter === undefined ? {} : { notAfter }
    return wanted.map((algorithm) => {
      const { signing, verification } = prepareSharedSecret(secret, { algorithm, ...end })
      return { signing, verification: { ...verification, kid: signing.kid } }
    })
  })
  const keys = pairs.map(({ verification }) => verification)
  return {
    find(algorithm, kid, now) {
      const named = findVerificationKey(keys, algorithm, kid, now)
      // A shared secret is all that a name could choose, so foreign names do no harm.
      return (
        named ??
        anyOf(
          keys.filter((key) => key.algorithms.has(algorithm)),
          now,
        )
      )
    },
    signingKey() {
      const found = pairs.find(({ signing }) => context.clock() < signing.notAfter)
      if (found === undefined)
        throw new InvalidOptions(`every secret of "${context.issuer}" has ended`)
      return found.signing
    },
    jwks: null,
    outbound: [],
    secretsAtRest: 'in memory',
    describe: () => inventory(keys),
  }
}

/** The one key pair of one's own. */
export function privateKeys(input: KeyInput, context: KeySourceContext): KeySource {
  const [algorithm] = context.algorithms as readonly [Algorithm]
  const signing = prepareSigningKey(input, { algorithm })
  const keys = [prepareVerificationKey({ ...signing.publicJwk })]
  return {
    find: (wanted, kid, now) => findVerificationKey(keys, wanted, kid, now),
    signingKey: () => signing,
    jwks: () => ({ keys: [signing.publicJwk] }),
    outbound: [],
    secretsAtRest: 'in memory',
    describe: () => inventory(keys),
  }
}

/** A key ring: when a token names a key that is not in it, another process may have added it. */
export function ringKeys(keyring: Keyring, context: KeySourceContext): KeySource {
  let reloadFrom = Number.NEGATIVE_INFINITY
  let isOutOfReach = false

  function findNow(algorithm: Algorithm, kid: string | undefined, now: number): FoundKey {
    return findVerificationKey(keyring.verificationKeys(), algorithm, kid, now)
  }

  async function findAnew(algorithm: Algorithm, kid: string | undefined): Promise<FoundKey> {
    try {
      await keyring.reload()
      isOutOfReach = false
    } catch (error) {
      context.onError(error)
      isOutOfReach = true
      return 'unavailable'
    }
    return findNow(algorithm, kid, context.clock())
  }

  return {
    find(algorithm, kid, now) {
      const found = findNow(algorithm, kid, now)
      if (found !== null) return found
      if (now < reloadFrom) return isOutOfReach ? 'unavailable' : null
      reloadFrom = now + reloadPause
      return findAnew(algorithm, kid)
    },
    signingKey: () => keyring.signingKey(),
    jwks: () => keyring.jwks(),
    outbound: [],
    secretsAtRest: keyring.describe().privateKeysAtRest,
    describe: () => keyring.describe(),
  }
}
