import type { IdentityKind } from '@latchkey/identity'
import type { Json } from '@latchkey/store'

/** The data bag: what `request.session` holds, by top-level key. */
export type Bag = { readonly [key: string]: Json }

/** How a login was proved. */
export interface Assurance {
  /** Authentication context class (OpenID Connect Core §2). */
  readonly acr?: string | undefined
  /** Authentication methods (RFC 8176), such as `['pwd', 'otp']`. */
  readonly amr?: readonly string[] | undefined
}

/** Who a session belongs to; an anonymous one has only a bag. */
export interface Login extends Assurance {
  readonly subject: string
  readonly kind: IdentityKind
  readonly tenant?: string | undefined
  readonly roles?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly claims?: { readonly [claim: string]: Json } | undefined
  /** When the login was proved, in seconds. */
  readonly authTime: number
  /** The subject's cut-off that was known at login: a later one ends the session. */
  readonly cut: number
  /** The cut-off of everybody that was known at login. */
  readonly cutAll: number
  /** A step-up, and when it ends by itself. */
  readonly elevation?: (Assurance & { readonly until: number }) | undefined
}

/** A session as it is stored: one record, so that every change is one compare-and-set. */
export interface SessionRecord {
  readonly v: 1
  /** SHA-256 of the cookie's value, in base64url. */
  readonly digest: string
  /** The token before this one, for requests that were under way when it changed. */
  readonly previous?: { readonly digest: string; readonly until: number } | undefined
  readonly login: Login | null
  /** Instants in seconds. */
  readonly created: number
  readonly seen: number
  /** The absolute end. */
  readonly end: number
  /** Counts a subject's logins, where the number of sessions is limited. */
  readonly serial?: number | undefined
  readonly device: string
  readonly address: string
  readonly bag?: Bag | undefined
  /** Why it ended: until the record is gone, nothing can be written to it. */
  readonly ended?: 'logout' | 'revoked' | 'replaced' | undefined
}

/** @returns The record, or `null` when it was not written by a version that this one knows. */
export function parseRecord(value: Json): SessionRecord | null {
  const record = value as unknown as SessionRecord
  return typeof value === 'object' && value !== null && record.v === 1 ? record : null
}

/** Writes a record; what is `undefined` is left out. */
export function serializeRecord(record: SessionRecord): Json {
  return JSON.parse(JSON.stringify(record)) as Json
}
