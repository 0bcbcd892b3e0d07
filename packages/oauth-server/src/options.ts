import type { Store } from '@latchkey/store'
import type { Keyring, OutboundOptions, SecretSource } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pages } from './pages/index.js'
import type { Messages } from './pages/messages.js'
import type { ClientMetadata } from './records/client-metadata.js'
import type { Preset, Rules } from './rules.js'

/** A protected API that tokens are issued for (RFC 8707). */
export interface ResourceOptions {
  /** What the consent page calls it. Default: its host. */
  readonly name?: string
  /** The scopes that mean something to it. Default: every scope of the server. */
  readonly scopes?: readonly string[]
  /** `jwt` (RFC 9068), or `opaque`, to be introspected. Default `jwt`. */
  readonly accessTokens?: 'jwt' | 'opaque'
  /** Seconds; default: the rule. */
  readonly accessTokenTtl?: number
  /** Which of the signing algorithms its tokens are signed with. Default: the first. */
  readonly algorithm?: string
}

/** What is known about a request for claims. */
export interface ClaimsContext {
  readonly clientId: string
  readonly scopes: readonly string[]
}

/**
 * Tells what may be said about a user.
 *
 * @returns The claims, without `sub`; or `null` when the user no longer exists or is disabled:
 *   then nothing is issued any more.
 */
export type ClaimsSource = (
  subject: string,
  context: ClaimsContext,
) => ClaimsResult | Promise<ClaimsResult>

/** Claims of a user by name, or `null` when there is no such user. */
export type ClaimsResult = Readonly<Record<string, unknown>> | null

/** Ends the session of a request. */
export type LogoutHook = (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>

/** Bounds for what attackers may try. */
export interface LimitOptions {
  /** Failed client authentications per address (IPv6: per /64) and client in a window. Default 20. */
  readonly authenticationFailures?: number
  /** Token requests of a client per address in a window, in one process. Default 1200. */
  readonly tokenRequests?: number
  /** Pushed requests of a client per address in a window, in one process. Default 600. */
  readonly pushedRequests?: number
  /** Authorization requests, and so logins begun, per address in a window, in one process. Default 600. */
  readonly authorizationRequests?: number
  /** Seconds of a window. Default 60. */
  readonly window?: number
}

/** How clients may register themselves (RFC 7591). */
export interface RegistrationOptions {
  /** Tokens of which a registration must bring one. Default: none is needed. */
  readonly initialTokens?: readonly string[]
  /** Registrations per address (IPv6: per /64) in an hour. Default 20. */
  readonly perHour?: number
  /** Seconds after which a client is forgotten that nobody uses. Default 30 days. */
  readonly unusedTtl?: number
}

/** Options of the plugin `oauthServer`. */
export interface OAuthServerOptions {
  /** The server's name: an `https:` URL without query and fragment; a path in it works. */
  readonly issuer: string
  /** A named set of rules. Default `oauth21`. */
  readonly preset?: Preset
  /** Rules that differ from the preset. */
  readonly rules?: Partial<Rules>
  /** Where records live. Default: the memory of this process, which production refuses. */
  readonly store?: Store
  /**
   * Secrets of at least 32 bytes that tokens are authenticated and signing keys sealed with; the
   * first is current, the others are still accepted. Default: random ones, which production refuses.
   */
  readonly secrets?: SecretSource
  /**
   * Signing keys, one ring per algorithm, the default algorithm first. Default: ES256 keys (and
   * RS256 with OpenID Connect) that are kept in the store, sealed, and rotate by themselves.
   */
  readonly keys?: readonly Keyring[]
  /** Clients of the operator's own, as RFC 7591 writes them. */
  readonly clients?: readonly ClientMetadata[]
  /** Lets clients register themselves. Default: they cannot. */
  readonly registration?: RegistrationOptions
  /** Every scope with what it means to a user, in words that follow "wants to". */
  readonly scopes?: Readonly<Record<string, string>>
  /** Protected APIs by their identifier. Default: the issuer itself is the only one. */
  readonly resources?: Readonly<Record<string, ResourceOptions>>
  /** The resource that a token is for when the client names none. Default: the issuer. */
  readonly defaultResource?: string
  /**
   * Path of the application's own login page. Default: one that believes everybody, which production
   * refuses.
   */
  readonly login?: string
  /** The mechanisms by which users prove who they are. Default: `session`, with a login page. */
  readonly mechanisms?: readonly string[]
  /** What may be said about a user, and whether they still exist. Default: nothing, and they do. */
  readonly claims?: ClaimsSource
  /**
   * Ends the session of a request, at the end of an OpenID Connect logout. Default: calls
   * `request.logout()`, where the application has it.
   */
  readonly logout?: LogoutHook
  /** Secret text that pairwise subjects are made with; it can never change. */
  readonly pairwiseSalt?: string
  /** Limits of calls to clients' servers (keys, back-channel logout). */
  readonly outbound?: OutboundOptions
  readonly limits?: LimitOptions
  /** Pages of the application's own, in place of ours. */
  readonly pages?: Partial<Pages>
  /** What the pages say in other languages, or in other words, by language tag. */
  readonly messages?: Readonly<Record<string, Partial<Messages>>>
  /** Origins whose pages may call the token endpoint and its like; `*` for all. Default `*`. */
  readonly corsOrigins?: '*' | readonly string[]
  /** The time in seconds. Default: the system's clock. */
  readonly now?: () => number
}
