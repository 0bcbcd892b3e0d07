import type { SigningKey, VerificationKey } from './jwk.js'
import type { JwkSet } from './jwk-set.js'

/** A line of the inventory of keys: nothing of it is secret. */
export interface KeyReport {
  readonly kid: string
  readonly algorithm: string
  readonly purpose: 'sign' | 'verify' | 'next'
  /** Instant in seconds from which it is dead, or `null` while that is not known. */
  readonly notAfter: number | null
}

/** Keys that sign and verify what this application issues. All calls but the promises are cheap. */
export interface Keyring {
  /**
   * The key that signs now.
   *
   * @throws {FastifyError} `LATCHKEY_TOKENS_INVALID_KEYS` when there is none.
   */
  signingKey(): SigningKey
  /** All keys that verify now: the next, the current, and those before. */
  verificationKeys(): readonly VerificationKey[]
  /** What to publish: the public keys; never a shared secret. */
  jwks(): JwkSet
  /**
   * Looks again at where the keys come from, and rotates where that is due. Calls that meet are
   * one.
   */
  reload(): Promise<void>
  /** Stops looking again by itself. */
  close(): void
  describe(): { readonly keys: readonly KeyReport[]; readonly privateKeysAtRest: string }
}
