import type { Store } from '@latchkey/store'
import {
  type Algorithm,
  algorithms,
  type HandleKeys,
  isSymmetric,
  loadSecrets,
  prepareHandleKeys,
  type SecretSource,
} from '@latchkey/tokens'
import { InvalidOptions } from './errors.js'

/** Proof of possession by DPoP (RFC 9449). Replays are found through the store. */
export interface DpopOptions {
  /**
   * What clients call the server, such as `https://api.example.com`; proofs name it. It is not
   * taken from the `Host` field, which the sender chooses.
   */
  readonly origin: string
  /** Whether tokens must be bound to a key. Default `false`: those that are must be proved. */
  readonly required?: boolean
  /** Default ES256, ES384, ES512, PS256, PS384, PS512, EdDSA, Ed25519. */
  readonly algorithms?: readonly Algorithm[]
  /** By how many seconds the time of a proof may differ. Default 60. */
  readonly window?: number
  /** Secrets for nonces, which every proof must then hold. Default: no nonces. */
  readonly nonceSecret?: SecretSource
  /** Seconds that a nonce is good for. Default 300. */
  readonly nonceLifetime?: number
}

/** The options with every default in place. */
export interface DpopSettings {
  readonly store: Store
  readonly origin: string
  readonly required: boolean
  readonly algorithms: ReadonlySet<Algorithm>
  readonly window: number
  readonly nonceKeys: HandleKeys | null
  readonly nonceLifetime: number
  readonly clock: () => number
}

function wrong(state: string): never {
  throw new InvalidOptions(state)
}

/**
 * Checks the options of DPoP and fills in the defaults.
 *
 * @throws {FastifyError} `LATCHKEY_JWT_INVALID_OPTIONS`, `LATCHKEY_TOKENS_WEAK_SECRET`.
 */
export async function resolveDpop(
  options: DpopOptions,
  store: Store,
  clock: () => number,
): Promise<DpopSettings> {
  const { origin, nonceSecret, window = 60, nonceLifetime = 300 } = options
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    wrong('"dpop.origin" is not what clients call this API, such as "https://api.example.com"')
  }
  const all = (Object.keys(algorithms) as Algorithm[]).filter((one) => !isSymmetric(one))
  const allowed = options.algorithms ?? all.filter((one) => !one.startsWith('RS'))
  if (allowed.length === 0 || allowed.some((one) => !all.includes(one))) {
    wrong('"dpop.algorithms" takes algorithms with key pairs')
  }
  if (!(window > 0) || !(nonceLifetime > 0)) wrong('the times in "dpop" are seconds above 0')
  const nonceKeys =
    nonceSecret === undefined
      ? null
      : prepareHandleKeys(await loadSecrets(nonceSecret, 'dpop.nonceSecret'))
  return {
    store,
    origin,
    required: options.required ?? false,
    algorithms: new Set(allowed),
    window,
    nonceKeys,
    nonceLifetime,
    clock,
  }
}
