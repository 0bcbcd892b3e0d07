import type { Binding } from '@latchkey/identity'

declare module '@latchkey/identity' {
  interface RouteRequirements {
    /** Scopes, all of which the caller must have been granted (RFC 6749 §3.3). */
    readonly scopes?: readonly string[]
    /** Roles, one of which the caller must have, itself or by inheritance. */
    readonly roles?: readonly string[]
    /** Seconds since the caller last proved who they are (RFC 9470). */
    readonly maxAge?: number
    /** Authentication context classes, one of which it must be. */
    readonly acr?: readonly string[]
    /** Authentication methods, all of which must have been used (RFC 8176). */
    readonly amr?: readonly string[]
    /** Proof of possession: any, or this one. */
    readonly bound?: boolean | Binding
  }
}
