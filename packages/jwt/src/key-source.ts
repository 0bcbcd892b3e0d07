import type {
  Algorithm,
  FoundKey,
  JsonObject,
  KeyInput,
  Keyring,
  Outbound,
  SecretSource,
  SigningKey,
} from '@latchkey/tokens'

/** Where the keys of an issuer come from: exactly one of these. */
export type KeysOption =
  /** A secret shared with the issuer, for HS256, HS384 and HS512; several while it rotates. */
  | { readonly secret: SecretSource }
  /** The issuer's public key: PEM (a certificate too), a JWK, or a KeyObject. */
  | { readonly publicKey: KeyInput }
  /** One's own key pair: verifies, and signs what `app.tokens` issues. */
  | { readonly privateKey: KeyInput }
  /** The issuer's public keys, written down. */
  | { readonly jwks: { readonly keys: readonly JsonObject[] } }
  /** Where the issuer publishes its keys. */
  | { readonly jwksUri: string }
  /** The issuer's metadata say where it publishes its keys (OpenID Connect, RFC 8414). */
  | { readonly discovery: true }
  /** One's own key ring: verifies, and signs what `app.tokens` issues. */
  | { readonly keyring: Keyring }

/** Finds the keys of one issuer. */
export interface KeySource {
  /** Synchronous whenever the answer is at hand. */
  find(algorithm: Algorithm, kid: string | undefined, now: number): FoundKey | Promise<FoundKey>
  /** The key to issue with, where it is one's own. */
  readonly signingKey: (() => SigningKey) | null
  /** What to publish, where there is anything of one's own. */
  readonly jwks: (() => { readonly keys: readonly object[] }) | null
  /** URLs that may be called. */
  readonly outbound: readonly string[]
  readonly secretsAtRest: string
  /** Ids of the keys, and whatever else is known about them; no secrets. */
  describe(): Readonly<Record<string, unknown>>
}

/** What key sources are made with. */
export interface KeySourceContext {
  readonly issuer: string
  readonly algorithms: readonly Algorithm[]
  readonly outbound: Outbound
  /** Seconds that known keys of a remote set stay in use while its server is down. */
  readonly maxKeysStale: number
  readonly clock: () => number
  readonly onError: (error: unknown) => void
  /** Told what is sound but should be better. */
  readonly onAdvice: (advice: string) => void
}
