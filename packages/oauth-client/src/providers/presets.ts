import type { ClientOptions, ProviderOptions } from '../provider-options.js'
import { discovery } from './discovery.js'

/** Google. Refresh tokens: `authorizationParams: { access_type: 'offline', prompt: 'consent' }`. */
export function google(options: ClientOptions): ProviderOptions {
  return discovery({ ...options, issuer: 'https://accounts.google.com' })
}

/** GitLab, the public one or one's own. */
export function gitlab(options: ClientOptions & { readonly origin?: string }): ProviderOptions {
  const { origin = 'https://gitlab.com', ...client } = options
  return discovery({ ...client, issuer: origin })
}

/** A realm of Keycloak. */
export function keycloak(
  options: ClientOptions & {
    /** Where Keycloak is, such as `https://id.example.com`. */
    readonly url: string
    readonly realm: string
  },
): ProviderOptions {
  const { url, realm, ...client } = options
  const issuer = `${url.replace(/\/$/, '')}/realms/${encodeURIComponent(realm)}`
  return discovery({ ...client, issuer })
}

/** A tenant of Auth0; its issuer ends with a slash. */
export function auth0(
  options: ClientOptions & {
    /** Such as `example.eu.auth0.com`. */
    readonly domain: string
  },
): ProviderOptions {
  const { domain, ...client } = options
  return discovery({ ...client, issuer: `https://${domain}/` })
}

/** Our own `@latchkey/oauth-server`, with the preset `oidc`. */
export function latchkey(options: ClientOptions & { readonly issuer: string }): ProviderOptions {
  return discovery(options)
}
