import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StepUp } from './authorizer.js'
import type { Challenge } from './challenge.js'
import type { Identity } from './identity.js'

/** Tells the credentials of one mechanism from another's where both use the same place. */
export interface CredentialShape {
  /** Two mechanisms of one plan with the same id in the same place clash, at boot. */
  readonly id: string
  /** Whether a credential looks like one of this mechanism's; cheap, never a verification. */
  matches(credential: string): boolean
}

/** A place in which a mechanism finds its credential. */
export type CredentialSource =
  | {
      readonly in: 'authorization'
      /** The HTTP authentication scheme (RFC 9110 §11.1), such as `Bearer`. */
      readonly scheme: string
      readonly shape?: CredentialShape
    }
  | { readonly in: 'header'; readonly name: string; readonly shape?: CredentialShape }
  | { readonly in: 'query'; readonly name: string; readonly shape?: CredentialShape }
  | { readonly in: 'cookie'; readonly name: string }
  | { readonly in: 'connection'; readonly name: string }

/** Why a credential is bad: a reason for the log, and what the client may learn. */
export interface Refusal {
  /** A stable code for logs and events, such as `expired`; never sent to the client. */
  readonly reason: string
  /** The error code of the challenge, such as `invalid_token` (RFC 6750 §3.1). */
  readonly error?: string
  /** The `error_description` of the challenge: a fixed text that helps no attacker. */
  readonly description?: string
  /** Default 401. */
  readonly status?: 400 | 401 | 429
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number
  /** Further response headers, such as `DPoP-Nonce` (RFC 9449 §8). */
  readonly headers?: Readonly<Record<string, string>>
  /** The public id of the credential where it is known, for the audit log. */
  readonly credentialId?: string
}

/** Why no answer could be had. It is never a logout, and never an identity. */
export interface Unavailable {
  /** A stable code for logs and events, such as `store`. */
  readonly reason: string
  /** For the log only. */
  readonly cause?: unknown
  /** Seconds, for `Retry-After`. Default 1. */
  readonly retryAfter?: number
}

/** What a mechanism answers. `null`: nothing was presented. */
export type Outcome =
  | null
  | { readonly identity: Identity }
  | { readonly refusal: Refusal }
  | { readonly unavailable: Unavailable }

/** An OpenAPI 3 security scheme object. */
export type SecurityScheme =
  | {
      readonly type: 'apiKey'
      readonly name: string
      readonly in: 'header' | 'query' | 'cookie'
      readonly description?: string
    }
  | {
      readonly type: 'http'
      readonly scheme: string
      readonly bearerFormat?: string
      readonly description?: string
    }
  | {
      readonly type: 'oauth2'
      readonly flows: Readonly<Record<string, unknown>>
      readonly description?: string
    }
  | {
      readonly type: 'openIdConnect'
      readonly openIdConnectUrl: string
      readonly description?: string
    }
  | { readonly type: 'mutualTLS'; readonly description?: string }

/** What a mechanism tells an operator about itself. No secrets. */
export interface MechanismReport {
  /** The kind of mechanism, such as `api-key`. */
  readonly type: string
  /** Seconds until a revocation holds in every process; `null`: only expiry ends a credential. */
  readonly revocationWindow: number | null
  /** Signature and digest algorithms in use. */
  readonly algorithms: readonly string[]
  /** Every URL that it may call. */
  readonly outbound: readonly string[]
  /** How secrets are kept. */
  readonly secretsAtRest: string
  /** Whatever else is worth knowing, such as timeouts. */
  readonly [detail: string]: unknown
}

/**
 * A pluggable way to turn a credential into an identity.
 *
 * Outcomes are returned, never thrown: an exception is a fault of the mechanism and answers 500.
 */
export interface Mechanism {
  /** Unique within its Fastify scope; what routes write. */
  readonly name: string
  /**
   * Where it finds its credential. Empty: it decides by itself, and is asked, in the plan's order,
   * when no credential with a known place was presented.
   */
  readonly sources: readonly CredentialSource[]
  /** Whether browsers send the credential unasked (cookies, mTLS): then CSRF rules apply. */
  readonly ambient: boolean
  /** Other origins whose pages may use an ambient credential, such as `https://app.example.com`. */
  readonly trustedOrigins?: readonly string[]
  /**
   * Whether a request passes although its browser is so old that it sends neither `Sec-Fetch-Site`
   * nor `Origin`. Whoever answers `true` must check an anti-forgery token before the handler runs.
   */
  awaitsToken?(request: FastifyRequest): boolean
  /**
   * Establishes who calls. Synchronous whenever the answer is at hand.
   *
   * @returns `null` when nothing was presented; anything bad that was presented is a refusal.
   */
  authenticate(request: FastifyRequest, reply: FastifyReply): Outcome | Promise<Outcome>
  /**
   * What a 401 offers (RFC 9110 §11.6.1), or a 403 for want of scope.
   *
   * @param cause Why the answer is no; absent when nothing was presented.
   * @returns `null` to offer nothing.
   */
  challenge(cause?: Refusal | StepUp | ScopeShortage, request?: FastifyRequest): Challenge | null
  /**
   * Where a browser that navigates without a credential is sent instead of a 401.
   *
   * @returns A path of this origin, or `null` for none.
   */
  loginLocation?(request: FastifyRequest): string | null
  readonly securityScheme: SecurityScheme
  describe(): MechanismReport
}

/** A scope would have helped (RFC 6750 §3.1, `insufficient_scope`). */
export interface ScopeShortage {
  readonly error: 'insufficient_scope'
  /** Space-separated scopes that the route asks for. */
  readonly scope: string
}
