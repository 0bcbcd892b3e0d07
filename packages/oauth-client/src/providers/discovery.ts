import type { ClientOptions, ProviderOptions } from '../provider-options.js'

/** Options of {@link discovery}. */
export interface DiscoveryOptions extends ClientOptions {
  /** The provider's name, character by character as its metadata writes it. */
  readonly issuer: string
}

/** Any OpenID provider that publishes its metadata (OpenID Connect Discovery). */
export function discovery(options: DiscoveryOptions): ProviderOptions {
  return { scopes: ['openid', 'profile', 'email'], ...options }
}
