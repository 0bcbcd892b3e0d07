import type { MechanismPlan } from '@latchkey/identity'
import type { Replica, Store } from '@latchkey/store'
import type { HandleKeys, Mac, Outbound } from '@latchkey/tokens'
import type { ClientKeys } from './client-keys.js'
import type { OAuthEvents } from './events.js'
import type { FailureLimiter } from './failure-limiter.js'
import type { ClaimsSource, LogoutHook, RegistrationOptions } from './options.js'
import type { Pages } from './pages/index.js'
import type { Messages } from './pages/messages.js'
import type { ClientDirectory } from './records/client-directory.js'
import type { RequestLimiter } from './request-limiter.js'
import type { Resource } from './resources.js'
import type { Rules } from './rules.js'
import type { SigningKeys } from './signing-keys.js'

/** Everything that an endpoint needs, made once at registration. */
export interface Server {
  readonly issuer: string
  /** The path of the issuer, without a slash at its end: empty when it has none. */
  readonly basePath: string
  readonly rules: Rules
  readonly store: Store
  readonly handleKeys: HandleKeys
  /** Authenticates forms and other things that only this server reads. */
  readonly mac: Mac
  readonly keys: SigningKeys
  readonly clients: ClientDirectory
  readonly clientKeys: ClientKeys
  readonly outbound: Outbound
  /** For clients' metadata documents: with a smaller limit. */
  readonly documentsOutbound: Outbound
  /** Makes pairwise subjects; empty where there are none. */
  readonly pairwiseSalt: string
  readonly isRegistrationOpen: boolean
  readonly registration: Required<RegistrationOptions>
  readonly registrationLimiter: FailureLimiter
  readonly replica: Replica
  readonly logout: LogoutHook
  /** Calls that go on after their answer, to be waited for at the end. */
  readonly background: Set<Promise<void>>
  /** Scopes with what they mean to a user. */
  readonly scopes: ReadonlyMap<string, string>
  readonly resources: ReadonlyMap<string, Resource>
  readonly defaultResource: Resource
  readonly login: string
  /** Whether the login page is the one that believes everybody. */
  readonly hasDevelopmentLogin: boolean
  readonly authenticate: MechanismPlan
  readonly claims: ClaimsSource
  readonly events: OAuthEvents
  readonly limiter: FailureLimiter
  /** Bounds for what succeeds, by endpoint. */
  readonly requests: Readonly<Record<'token' | 'pushed' | 'authorization', RequestLimiter>>
  readonly pages: Pages
  /** Translations by language tag. */
  readonly messages: ReadonlyMap<string, Partial<Messages>>
  readonly corsOrigins: '*' | ReadonlySet<string>
  now(): number
}
