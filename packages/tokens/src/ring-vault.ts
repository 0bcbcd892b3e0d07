import type { Algorithm } from './algorithm.js'
import { KeysError } from './errors.js'
import { type JsonObject, parseJsonObject } from './json.js'
import { parsePrivateJwk, parsePublicJwk, type SigningKey, type VerificationKey } from './jwk.js'
import { generatePrivateJwk } from './key-pair.js'
import type { RingKey } from './ring-state.js'
import type { Seal } from './seal.js'

/** Makes the keys of a ring, and opens them again; each only once. */
export interface RingVault {
  makeKey(algorithm: Algorithm, activeAt: number): Promise<RingKey>
  /** @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when it does not open. */
  openSigningKey(key: RingKey): SigningKey
  openVerificationKey(key: RingKey): VerificationKey
}

/**
 * @param context Bound to each sealed key together with its `kid`.
 * @param seal `null` leaves private keys readable.
 */
export function createRingVault(context: string, seal: Seal | null): RingVault {
  const opened = new Map<string, VerificationKey>()
  const signing = new Map<string, SigningKey>()

  function read(key: RingKey): JsonObject | null {
    const sealed = key.privateJwk
    const text = seal === null ? sealed : seal.open(sealed, `${context}:${key.kid}`)
    return text === null ? null : parseJsonObject(text)
  }

  function remember<T>(known: Map<string, T>, kid: string, open: () => T): T {
    const found = known.get(kid) ?? open()
    known.set(kid, found)
    return found
  }

  return {
    async makeKey(algorithm, activeAt) {
      const jwk = await generatePrivateJwk(algorithm)
      const kid = jwk.kid as string
      const text = JSON.stringify(jwk)
      const { publicJwk } = parsePrivateJwk(jwk) as SigningKey
      return {
        kid,
        algorithm,
        privateJwk: seal === null ? text : seal.close(text, `${context}:${kid}`),
        publicJwk: { ...publicJwk } as unknown as RingKey['publicJwk'],
        activeAt,
        notAfter: null,
      }
    },
    openSigningKey: (key) =>
      remember(signing, key.kid, () => {
        const jwk = read(key)
        const parsed = jwk === null ? { problem: '' } : parsePrivateJwk(jwk, key.algorithm)
        if (!('problem' in parsed)) return parsed
        throw new KeysError('a private key in the store does not open with the seal secrets')
      }),
    openVerificationKey: (key) =>
      remember(opened, key.kid, () => {
        const parsed = parsePublicJwk(key.publicJwk)
        if (!('problem' in parsed)) return parsed
        throw new KeysError(`a public key in the store ${parsed.problem}`)
      }),
  }
}
