import type { Client } from '../records/client.js'
import type { Resource } from '../resources.js'
import type { RequestedClaims } from './claims.js'

/** How the answer gets to the client. */
export type ResponseMode = 'query' | 'form_post'

/** Where an answer goes: known before anything else is checked. */
export interface Target {
  readonly client: Client
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state: string | undefined
}

/** What the client wants the user to be asked. */
export type Prompt = 'none' | 'login' | 'consent' | 'select_account'

/** A validated authorization request. */
export interface AuthorizationRequest extends Target {
  readonly scopes: readonly string[]
  readonly resources: readonly Resource[]
  /** The S256 code challenge; `null` only for a legacy client. */
  readonly challenge: string | null
  readonly prompt: ReadonlySet<Prompt>
  /** Seconds that the login may be old; `undefined`: any age. */
  readonly maxAge: number | undefined
  /** Values of `acr` that the client would like, the most wanted first. */
  readonly acrValues: readonly string[]
  readonly nonce: string | null
  readonly claims: RequestedClaims
  /** Whom the client believes to be logged in, as it knows them. */
  readonly hintedSubject: string | undefined
  /** Thumbprint of the DPoP key that must redeem the code, or `null`. */
  readonly dpopKey: string | null
  readonly loginHint: string | undefined
  readonly uiLocales: readonly string[]
}
