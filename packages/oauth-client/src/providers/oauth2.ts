import type {
  ClientOptions,
  Endpoints,
  PlainUserInfo,
  ProviderOptions,
} from '../provider-options.js'

/** Where a plain provider is; the tables of @fastify/oauth2, such as `DISCORD_CONFIGURATION`, fit. */
export interface PlainConfiguration {
  readonly authorizeHost?: string | undefined
  readonly authorizePath?: string | undefined
  readonly tokenHost: string
  readonly tokenPath?: string | undefined
}

/** Options of {@link oauth2}. */
export interface PlainOptions extends ClientOptions {
  /** The name under which it vouches, such as `https://discord.com`. */
  readonly issuer: string
  readonly configuration: PlainConfiguration
  readonly userInfoFrom: PlainUserInfo
}

/** Endpoints of a provider that is not discovered. */
function plainEndpoints(configuration: PlainConfiguration, userInfoEndpoint: string): Endpoints {
  const { tokenHost, authorizeHost = tokenHost } = configuration
  const { tokenPath = '/oauth/token', authorizePath = '/oauth/authorize' } = configuration
  return {
    authorizationEndpoint: new URL(authorizePath, authorizeHost).href,
    tokenEndpoint: new URL(tokenPath, tokenHost).href,
    userInfoEndpoint,
    jwksUri: null,
    endSessionEndpoint: null,
    pushedEndpoint: null,
    saysIssuer: false,
    authMethods: [],
    idTokenAlgorithms: [],
    dpopAlgorithms: [],
  }
}

/** A provider with OAuth 2.0 only: it says who the user is at a URL of its own. */
export function oauth2(options: PlainOptions): ProviderOptions {
  const { configuration, userInfoFrom, ...client } = options
  return {
    scopes: [],
    ...client,
    endpoints: plainEndpoints(configuration, userInfoFrom.url),
    plain: userInfoFrom,
  }
}
