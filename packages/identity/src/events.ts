import { type Channel, channel } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'
import type { Identity } from './identity.js'

/** What happened, without any credential. The names are `diagnostics_channel` channels. */
export type AuthEventName = `latchkey:${AuthEventOutcome}`

/** The last part of an event's name. */
export type AuthEventOutcome =
  | 'authenticated'
  | 'refused'
  | 'unavailable'
  | 'failed'
  | 'csrf'
  | 'denied'
  | 'allowed'
  | 'revoked'

/** The payload of every event of a request. */
export interface AuthEvent {
  /** Seconds since the epoch. */
  readonly at: number
  /** The event's name without `latchkey:`. */
  readonly outcome: AuthEventOutcome
  readonly requestId: string
  /** `request.ip`: the client's address as far as `trustProxy` vouches for it. */
  readonly ip: string
  readonly method: string
  /** The route's pattern, never the URL: that may hold secrets. */
  readonly route: string
  readonly mechanism?: string | undefined
  readonly subject?: string | undefined
  readonly issuer?: string | undefined
  readonly credentialId?: string | undefined
  /** The subject of the party that acts for {@link AuthEvent.subject}, where there is one. */
  readonly actor?: string | undefined
  /** A stable code, such as `expired` or `missing-scope`. */
  readonly reason?: string | undefined
  /** More about a decision, such as the rules that matched. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** What differs from event to event. */
export type AuthEventDetails = Omit<
  AuthEvent,
  'at' | 'outcome' | 'requestId' | 'ip' | 'method' | 'route'
>

/** The payload of `latchkey:revoked`: a credential, or all of somebody's, ended before its time. */
export interface RevocationEvent {
  /** Seconds since the epoch. */
  readonly at: number
  readonly outcome: 'revoked'
  /** The mechanism whose credential it was. */
  readonly mechanism: string
  /** A stable code, such as `logout` or `reuse`. */
  readonly reason: string
  /** The one credential that ended; absent when all of the subject's did. */
  readonly credentialId?: string | undefined
  readonly subject?: string | undefined
  readonly issuer?: string | undefined
  readonly tenant?: string | undefined
  /** The subject of whoever ended it, where it was not the subject itself. */
  readonly by?: string | undefined
  /** The request that led to it, where there was one. */
  readonly requestId?: string | undefined
}

/** What a room says of a revocation. */
export type RevocationDetails = Omit<RevocationEvent, 'at' | 'outcome'>

/** The channels by what they report. */
export const channels: Readonly<Record<AuthEventOutcome, Channel>> = Object.freeze({
  authenticated: channel('latchkey:authenticated'),
  refused: channel('latchkey:refused'),
  unavailable: channel('latchkey:unavailable'),
  failed: channel('latchkey:failed'),
  csrf: channel('latchkey:csrf'),
  denied: channel('latchkey:denied'),
  allowed: channel('latchkey:allowed'),
  revoked: channel('latchkey:revoked'),
})

/**
 * Tells subscribers what happened to a request; costs nothing where there are none.
 *
 * @param to One of {@link channels}.
 */
export function publishEvent(
  to: Channel,
  request: FastifyRequest,
  details: AuthEventDetails,
): void {
  if (!to.hasSubscribers) return
  const event: AuthEvent = {
    at: now(),
    outcome: outcomeOf(to),
    requestId: String(request.id),
    // A socket of the file system has no addresses, whatever the types say.
    ip: request.ip ?? '',
    method: request.method,
    route: request.routeOptions.url ?? '',
    ...details,
  }
  to.publish(event)
}

/** Tells subscribers of `latchkey:revoked`; costs nothing where there are none. */
export function publishRevocation(details: RevocationDetails): void {
  if (!channels.revoked.hasSubscribers) return
  const event: RevocationEvent = { at: now(), outcome: 'revoked', ...details }
  channels.revoked.publish(event)
}

/** The fields of an event that say whose it is. */
export function about(identity: Identity): {
  mechanism: string
  subject: string
  issuer: string
  credentialId: string
  actor: string | undefined
} {
  const { mechanism, subject, issuer, credentialId, actor } = identity
  return { mechanism, subject, issuer, credentialId, actor: actor?.subject }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function outcomeOf(to: Channel): AuthEventOutcome {
  return String(to.name).slice('latchkey:'.length) as AuthEventOutcome
}
