import './types.js'

export { oauthEventSchemas } from './event-schemas.js'
export type { EventOrigin, OAuthEvent, OAuthEventOutcome } from './events.js'
export { oauthChannels } from './events.js'
export type {
  ClientPage,
  ClientSummary,
  ConsentSummary,
  GrantSummary,
  Management,
} from './management.js'
export type {
  ClaimsContext,
  ClaimsResult,
  ClaimsSource,
  LimitOptions,
  LogoutHook,
  OAuthServerOptions,
  RegistrationOptions,
  ResourceOptions,
} from './options.js'
export type { ConnectedApp, ConnectedAppsView } from './pages/connected-apps.js'
export type { ConsentView } from './pages/consent.js'
export type { ErrorView } from './pages/error.js'
export type { Pages } from './pages/index.js'
export type { PageBase } from './pages/layout.js'
export type { LoginRequiredView } from './pages/login-required.js'
export type { LogoutView } from './pages/logout.js'
export type { Messages } from './pages/messages.js'
export { oauthServer, oauthServer as default } from './plugin.js'
export type { ClientMetadata } from './records/client-metadata.js'
export type { OAuthServerReport } from './report.js'
export type { Preset, Rules } from './rules.js'
