import type { House } from './house.js'

/** What an operator may know of a provider; no secrets. */
export interface ProviderReport {
  readonly name: string
  readonly issuer: string
  readonly redirectUri: string
  /** Where it sends logout tokens; `null` for providers without ID tokens. */
  readonly backchannelLogoutUri: string | null
  readonly scopes: readonly string[]
  /** URLs that it may call, as far as they are not discovered. */
  readonly outbound: readonly string[]
  readonly keys: Readonly<Record<string, unknown>> | null
  readonly secretsAtRest: string
}

/** Describes every provider. */
export function reportProviders({ providers, settings }: House): readonly ProviderReport[] {
  return [...providers.values()].map(({ name, options, redirectUri, scopes, urls, keys }) => ({
    name,
    issuer: options.issuer,
    redirectUri,
    backchannelLogoutUri:
      keys === null ? null : `${settings.origin}${settings.path}/${name}/backchannel-logout`,
    scopes,
    outbound: urls,
    keys: keys === null ? null : { ...keys.describe() },
    secretsAtRest: 'AES-256-GCM',
  }))
}
