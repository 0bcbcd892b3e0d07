import './types.js'

export type { SignInOptions } from './authorization.js'
export type { ClientCredentials, ClientCredentialsOptions } from './client-credentials.js'
export type { OAuthClient } from './oauth-client.js'
export type {
  ForeignIdentity,
  OnSignIn,
  ProviderTokens,
  SignIn,
  SignInDecision,
  SignInDetails,
} from './on-sign-in.js'
export type { OAuthClientOptions } from './options.js'
export { oauthClient, oauthClient as default } from './plugin.js'
export type {
  ClientAuthMethod,
  ClientOptions,
  Endpoints,
  PlainUserInfo,
  Profile,
  ProviderOptions,
} from './provider-options.js'
export { type AppleOptions, apple } from './providers/apple.js'
export { type DiscoveryOptions, discovery } from './providers/discovery.js'
export { type GithubOptions, github } from './providers/github.js'
export { type MicrosoftOptions, microsoft } from './providers/microsoft.js'
export { oauth2, type PlainConfiguration, type PlainOptions } from './providers/oauth2.js'
export { auth0, gitlab, google, keycloak, latchkey } from './providers/presets.js'
export type { ProviderReport } from './report.js'
export type { FetchAsOptions } from './user-tokens.js'
