/** What an identity stands for: a person, a service of one's own, or an OAuth client. */
export type IdentityKind = 'user' | 'service' | 'client'

/** Proof of possession that came with the credential (RFC 9449, RFC 8705, DBSC). */
export type Binding = 'dpop' | 'mtls' | 'device'

/** The party that acts for the subject (RFC 8693 §4.1). It never widens what is allowed. */
export interface Actor {
  readonly subject: string
  readonly issuer?: string | undefined
  readonly actor?: Actor | undefined
}

/**
 * The claims that {@link Identity.claims} holds, beside what has a field of its own. Applications
 * name theirs by declaration merging:
 *
 * `declare module '@latchkey/identity' { interface IdentityClaims { email?: string } }`
 */
export interface IdentityClaims {
  readonly [claim: string]: unknown
}

/** What a mechanism established about the caller of one request. Frozen, always of one shape. */
export interface Identity {
  /** Who (`sub`); unique within {@link Identity.issuer} only. */
  readonly subject: string
  /** Who vouches: the application's own name for keys and sessions, a token's `iss`. */
  readonly issuer: string
  readonly kind: IdentityKind
  /** The name under which the mechanism that proved it is registered. */
  readonly mechanism: string
  /** What to revoke and what the audit log shows: key id, public session id, `jti`. */
  readonly credentialId: string
  /** The OAuth client that acts, where there is one. */
  readonly clientId: string | undefined
  /** The organization that owns the caller. */
  readonly tenant: string | undefined
  /** Granted scopes (RFC 6749 §3.3). */
  readonly scopes: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
  /** When the caller last proved who they are, in seconds. */
  readonly authTime: number | undefined
  /** When the credential ends, in seconds. */
  readonly expiresAt: number | undefined
  /** Authentication context class (OpenID Connect Core §2). */
  readonly acr: string | undefined
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[]
  readonly bound: Binding | undefined
  readonly actor: Actor | undefined
  /** Everything else that the credential said; an object without a prototype. */
  readonly claims: Readonly<IdentityClaims>
}

/** What {@link createIdentity} takes: an identity with everything optional left out. */
export interface IdentityParts {
  readonly subject: string
  readonly issuer: string
  readonly kind: IdentityKind
  readonly mechanism: string
  readonly credentialId: string
  readonly clientId?: string | undefined
  readonly tenant?: string | undefined
  readonly scopes?: Iterable<string> | undefined
  readonly roles?: Iterable<string> | undefined
  readonly authTime?: number | undefined
  readonly expiresAt?: number | undefined
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
  readonly bound?: Binding | undefined
  readonly actor?: Actor | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}
