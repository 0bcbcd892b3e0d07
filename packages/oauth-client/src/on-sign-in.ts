import type { IdentityKind } from '@latchkey/identity'
import type { Json } from '@latchkey/store'
import type { FastifyRequest } from 'fastify'
import type { Profile } from './provider-options.js'

/** Who the provider vouches for. */
export interface ForeignIdentity {
  /** The provider's issuer. */
  readonly issuer: string
  /** `sub`: unique within the issuer only. */
  readonly subject: string
  /** One text of both, 43 characters: what to keep accounts by. */
  readonly key: string
}

/** A valid access token. */
export interface ProviderTokens {
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  /** Instant in seconds; `null` when the provider does not tell. */
  readonly expiresAt: number | null
  /** Granted scopes, those asked for where the provider does not tell. */
  readonly scopes: readonly string[]
}

/** What {@link OnSignIn} is told. */
export interface SignIn {
  /** The provider's name in the options. */
  readonly provider: string
  readonly identity: ForeignIdentity
  readonly profile: Profile
  readonly tokens: ProviderTokens
  /**
   * The account that a logged-in user wants the identity linked to: only in attempts that began
   * from their own session, right after a login. Otherwise `null`.
   */
  readonly linkTo: { readonly subject: string } | null
}

/** What the session is to say; see `LoginDetails` of the session. */
export interface SignInDetails {
  readonly kind?: IdentityKind
  readonly tenant?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly amr?: readonly string[]
  readonly acr?: string
  readonly claims?: { readonly [claim: string]: Json }
  readonly expiresAt?: number
  readonly keep?: readonly string[]
}

/** What becomes of a sign-in: exactly one of these. */
export type SignInDecision =
  /** It is the account of this subject, that you knew or have just created. */
  | { readonly account: string; readonly details?: SignInDetails }
  /**
   * It shall belong to the account of `linkTo`. Called only when the user has just proved who they
   * are; otherwise the sign-in is refused.
   */
  | { readonly link: (subject: string) => unknown; readonly details?: SignInDetails }
  /** The reason goes to the log and the events, never to the user. */
  | { readonly refuse: string }

/** Decides whose account a foreign identity is. */
export type OnSignIn = (
  signIn: SignIn,
  request: FastifyRequest,
) => SignInDecision | Promise<SignInDecision>
