import type { JsonObject, KeyInput, RemoteSigner } from '@latchkey/tokens'

/** How a client proves itself to the provider's endpoints. */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'none'

/** What every provider takes: who we are there, and what we ask for. */
export interface ClientOptions {
  /** `client_id`, as the provider gave it. */
  readonly clientId: string
  readonly clientSecret?: string
  /** Signs assertions (`private_key_jwt`) in place of a secret. */
  readonly privateKey?: KeyInput | RemoteSigner
  /** Default: with a key `private_key_jwt`; with a secret what the provider takes; else `none`. */
  readonly clientAuth?: ClientAuthMethod
  /** Scopes to ask for; exactly these. Default: those of the preset. */
  readonly scopes?: readonly string[]
  /** Further parameters of the authorization request, such as `{ access_type: 'offline' }`. */
  readonly authorizationParams?: Readonly<Record<string, string>>
  /** Seconds since the user's login at the provider that are accepted. Default: any. */
  readonly maxAge?: number
  /** Seconds from the login at the provider after which the session ends. Default: the session's. */
  readonly maxSession?: number
  /** A sign-in counts as a fresh login although the provider does not tell. Default `false`. */
  readonly assumeFresh?: boolean
  /** Origins that `fetchAs` may send access tokens to. Default: that of the user-info endpoint. */
  readonly apis?: readonly string[]
  /** Whether the user-info endpoint is asked. Default: where there is one. */
  readonly userInfo?: boolean
  /** Whether requests are pushed (RFC 9126). Default: where the provider offers it. */
  readonly pushed?: boolean
  /** Whether tokens are bound by DPoP (RFC 9449). Default: where the provider offers it. */
  readonly dpop?: boolean
}

/** Endpoints and abilities of a provider. */
export interface Endpoints {
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly userInfoEndpoint: string | null
  readonly jwksUri: string | null
  readonly endSessionEndpoint: string | null
  readonly pushedEndpoint: string | null
  /** Whether its answers always say who answers (RFC 9207). */
  readonly saysIssuer: boolean
  readonly authMethods: readonly string[]
  readonly idTokenAlgorithms: readonly string[]
  readonly dpopAlgorithms: readonly string[]
}

/** What is known of the user, in one shape for all providers. None of it identifies. */
export interface Profile {
  readonly name: string | null
  readonly username: string | null
  /** Never a key: two providers can say the same of two people. */
  readonly email: string | null
  /** Whether the provider says that the address is the user's. */
  readonly emailVerified: boolean
  readonly picture: string | null
  /** Everything that the provider said, as it said it. */
  readonly claims: JsonObject
}

/** How a provider without ID tokens tells who the user is. */
export interface PlainUserInfo {
  readonly url: string
  /** Further URLs by a name of one's own; one that fails is left out. */
  readonly also?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /**
   * @param answer The object that the URL answered.
   * @param others What the further ones answered.
   * @returns `null` when it says of nobody.
   */
  read(
    answer: JsonObject,
    others: Readonly<Record<string, unknown>>,
  ): { readonly subject: string; readonly profile: Profile } | null
}

/** A provider as the presets give it. */
export interface ProviderOptions extends ClientOptions {
  /** Who vouches: the first half of the identity's key. */
  readonly issuer: string
  /** Where its metadata is, before `/.well-known/`. Default: the issuer. */
  readonly discoverAt?: string
  /** Written down instead of discovered. */
  readonly endpoints?: Endpoints
  /** What `iss` must be where it depends on the token. @returns `null` to refuse. */
  issuerOf?(claims: JsonObject): string | null
  /** Makes a secret that the provider wants signed, instead of `clientSecret`. */
  makeSecret?(now: number): string | Promise<string>
  readonly responseMode?: 'form_post'
  /** For providers without ID tokens. */
  readonly plain?: PlainUserInfo
}
