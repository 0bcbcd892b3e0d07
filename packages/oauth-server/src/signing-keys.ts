import type { Store } from '@latchkey/store'
import {
  type Algorithm,
  type JsonObject,
  type JwkSet,
  type JwsSerializer,
  type Keyring,
  prepareJwsSerializer,
  rotatingKeyring,
  type SecretEntry,
  type SigningKey,
  type VerificationKey,
} from '@latchkey/tokens'
import { OptionsError } from './errors.js'

/** The keys that tokens are signed with, whatever their algorithm. */
export interface SigningKeys {
  /** The algorithms, the default one first. */
  readonly algorithms: readonly string[]
  /** What to publish. */
  jwks(): JwkSet
  verificationKeys(): readonly VerificationKey[]
  /**
   * @param wanted What a client registered.
   * @returns It, if there is such a key; else RS256 (OpenID Connect Core §15.1), else the default.
   */
  pick(wanted: string | undefined): string
  /**
   * Signs a token.
   *
   * @param typ The `typ` of the header.
   * @param algorithm One of {@link SigningKeys.algorithms}.
   */
  sign(claims: JsonObject, typ: string, algorithm?: string): string | Promise<string>
  /** The rings, for the management API. */
  readonly rings: readonly Keyring[]
  close(): void
}

/** Makes the rings that are used when the operator gives none: in the store, sealed, rotating. */
export async function createKeyrings(
  store: Store,
  seal: readonly SecretEntry[],
  algorithms: readonly Algorithm[],
  now: () => number,
): Promise<Keyring[]> {
  const open = (algorithm: Algorithm) =>
    rotatingKeyring({ store, seal, name: `oauth:${algorithm}`, algorithm, now })
  return Promise.all(algorithms.map(open))
}

/**
 * Brings rings together.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_SERVER_OPTIONS` when there is none, or two of one algorithm.
 */
export function combineKeyrings(rings: readonly Keyring[]): SigningKeys {
  const byAlgorithm = new Map(rings.map((ring) => [ring.signingKey().algorithm as string, ring]))
  const [first] = rings
  if (first === undefined || byAlgorithm.size < rings.length) {
    throw new OptionsError('"keys" must have one ring per algorithm, and at least one')
  }
  const serializers = new WeakMap<SigningKey, Map<string, JwsSerializer>>()

  function serializerOf(key: SigningKey, typ: string): JwsSerializer {
    const known = serializers.get(key) ?? new Map<string, JwsSerializer>()
    const serializer = known.get(typ) ?? prepareJwsSerializer(key, typ)
    serializers.set(key, known.set(typ, serializer))
    return serializer
  }

  return {
    algorithms: [...byAlgorithm.keys()],
    jwks: () => ({ keys: rings.flatMap((ring) => ring.jwks().keys) }),
    verificationKeys: () => rings.flatMap((ring) => ring.verificationKeys()),
    pick: (wanted) =>
      [wanted, 'RS256'].find((one) => one !== undefined && byAlgorithm.has(one)) ??
      (first.signingKey().algorithm as string),
    sign(claims, typ, algorithm) {
      const ring = algorithm === undefined ? first : (byAlgorithm.get(algorithm) as Keyring)
      return serializerOf(ring.signingKey(), typ)(claims)
    },
    rings,
    close() {
      for (const ring of rings) ring.close()
    },
  }
}
