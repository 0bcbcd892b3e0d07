import { type Channel, channel } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'

/** What happened, without any credential. The names are `diagnostics_channel` channels. */
export type AuthEventName =
  | 'latchkey:authenticated'
  | 'latchkey:refused'
  | 'latchkey:unavailable'
  | 'latchkey:csrf'
  | 'latchkey:denied'
  | 'latchkey:allowed'
  | 'latchkey:revoked'

/** The payload of every event of a request. */
export interface AuthEvent {
  /** Seconds since the epoch. */
  readonly at: number
  readonly requestId: string
  readonly ip: string
  readonly method: string
  /** The route's pattern, never the URL: that may hold secrets. */
  readonly route: string
  readonly mechanism?: string | undefined
  readonly subject?: string | undefined
  readonly issuer?: string | undefined
  readonly credentialId?: string | undefined
  /** A stable code, such as `expired` or `missing-scope`. */
  readonly reason?: string | undefined
  /** More about a decision, such as the rules that matched. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** What differs from event to event. */
export type AuthEventDetails = Omit<AuthEvent, 'at' | 'requestId' | 'ip' | 'method' | 'route'>

/** The channels by what they report. */
export const channels: Readonly<
  Record<
    'authenticated' | 'refused' | 'unavailable' | 'csrf' | 'denied' | 'allowed' | 'revoked',
    Channel
  >
> = {
  authenticated: channel('latchkey:authenticated'),
  refused: channel('latchkey:refused'),
  unavailable: channel('latchkey:unavailable'),
  csrf: channel('latchkey:csrf'),
  denied: channel('latchkey:denied'),
  allowed: channel('latchkey:allowed'),
  revoked: channel('latchkey:revoked'),
}

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
    at: Math.floor(Date.now() / 1000),
    requestId: String(request.id),
    ip: request.ip,
    method: request.method,
    route: request.routeOptions.url ?? '',
    ...details,
  }
  to.publish(event)
}
