import { type Channel, channel } from 'node:diagnostics_channel'
import { publishRevocation, type RevocationDetails } from '@latchkey/identity'

/** The name under which revocations are told on `latchkey:revoked`. */
const mechanism = 'oauth-server'

/** The last part of an event's name. */
export type OAuthEventOutcome =
  | 'issued'
  | 'refused'
  | 'granted'
  | 'code-reused'
  | 'refresh-reused'
  | 'consented'
  | 'consent-withdrawn'
  | 'registered'
  | 'updated'
  | 'deleted'
  | 'logged-out'

/** The request that led to an event. */
export interface EventOrigin {
  readonly requestId: string
  /** `request.ip`: the caller's address as far as `trustProxy` vouches for it. */
  readonly ip: string
  readonly method: string
  /** The route's pattern, never the URL: that may hold secrets. */
  readonly route: string
}

/** What happened at the authorization server, without any credential. */
export interface OAuthEvent extends Partial<EventOrigin> {
  /** Seconds since the epoch. */
  readonly at: number
  readonly outcome: OAuthEventOutcome
  readonly issuer: string
  readonly clientId?: string
  /** The user; absent where a client acts for itself. */
  readonly subject?: string
  /** The grant, as `app.oauthServer.grants` knows it, and as `sid` names it in access tokens. */
  readonly grantId?: string
  /** The `jti` of an access token, or the public id of a session. */
  readonly credentialId?: string
  readonly grantType?: string
  readonly scopes?: readonly string[]
  readonly resources?: readonly string[]
  /** The error code of a refusal. */
  readonly reason?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** What differs from event to event. */
export type OAuthEventDetails = Omit<OAuthEvent, 'at' | 'outcome' | 'issuer'>

/**
 * The `diagnostics_channel` channels of this package, by what they report. The end of a grant or a
 * token is told on `latchkey:revoked`, like that of every other credential.
 */
export const oauthChannels: Readonly<Record<OAuthEventOutcome, Channel>> = Object.freeze({
  issued: channel('latchkey:oauth.issued'),
  refused: channel('latchkey:oauth.refused'),
  granted: channel('latchkey:oauth.granted'),
  'code-reused': channel('latchkey:oauth.code-reused'),
  'refresh-reused': channel('latchkey:oauth.refresh-reused'),
  consented: channel('latchkey:oauth.consented'),
  'consent-withdrawn': channel('latchkey:oauth.consent-withdrawn'),
  registered: channel('latchkey:oauth.registered'),
  updated: channel('latchkey:oauth.updated'),
  deleted: channel('latchkey:oauth.deleted'),
  'logged-out': channel('latchkey:oauth.logged-out'),
})

/** Tells subscribers what happens at one server; costs next to nothing where there are none. */
export interface OAuthEvents {
  publish(outcome: OAuthEventOutcome, details: OAuthEventDetails): void
  publishRevoked(details: Omit<RevocationDetails, 'mechanism' | 'issuer'>): void
}

/** Prepares the events of a server. */
export function createOAuthEvents(issuer: string, now: () => number): OAuthEvents {
  return {
    publish(outcome, details) {
      if (!oauthChannels[outcome].hasSubscribers) return
      const event: OAuthEvent = { at: Math.floor(now()), outcome, issuer, ...details }
      oauthChannels[outcome].publish(event)
    },
    publishRevoked: (details) => publishRevocation({ mechanism, issuer, ...details }),
  }
}
