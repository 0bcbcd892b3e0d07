import type { Identity } from '@latchkey/identity'
import { OAuthError } from '../oauth-error.js'
import { isFreshLogin, type SeenLogin } from '../records/interaction.js'
import type { Server } from '../server.js'
import { subjectFor } from '../tokens/subject.js'
import type { AuthorizationRequest } from './authorization-request.js'
import { needsConsent } from './consent.js'

/** What has to happen next. */
export type NextStep = 'login' | 'consent' | 'grant'

/** What is known about the user's side of a request. */
export interface UserSide {
  readonly identity: Identity | null
  /** The login at the begin of the interaction; `undefined` when there is no interaction yet. */
  readonly seen: SeenLogin | null | undefined
  /** Whether the user has just approved, on our page. */
  readonly isApproved: boolean
}

/** Why the login that there is will not do, or `null`. */
function findLoginFault(
  server: Server,
  request: AuthorizationRequest,
  user: Identity,
  isFresh: boolean,
  now: number,
): OAuthError | null {
  const { client, prompt, maxAge, claims, hintedSubject } = request
  const wanted = hintedSubject ?? claims.subject
  if (wanted !== undefined && wanted !== subjectFor(server, client, user.subject)) {
    return new OAuthError('login_required', 'another user is logged in')
  }
  const { essentialAcr } = claims
  if (essentialAcr.length > 0 && !essentialAcr.some((acr) => acr === user.acr)) {
    const description = 'the login is of another class than is asked for'
    return new OAuthError('unmet_authentication_requirements', description)
  }
  const isStale =
    prompt.has('login') ||
    prompt.has('select_account') ||
    (maxAge !== undefined && (user.authTime ?? 0) + maxAge <= now)
  return isStale && !isFresh ? new OAuthError('login_required', 'the user must log in anew') : null
}

/**
 * Decides whether the user must log in, must be asked, or neither.
 *
 * @throws {OAuthError} Where the client forbids to ask, or where a new login did not help.
 */
export async function decide(
  server: Server,
  request: AuthorizationRequest,
  side: UserSide,
  now: number,
): Promise<NextStep> {
  const { identity, seen } = side
  const isSilent = request.prompt.has('none')
  if (identity === null) {
    if (isSilent) throw new OAuthError('login_required', 'the user must log in')
    return 'login'
  }
  const isFresh = seen !== undefined && isFreshLogin(identity, seen)
  const fault = findLoginFault(server, request, identity, isFresh, now)
  if (fault !== null) {
    if (isSilent || isFresh) throw fault
    return 'login'
  }
  if (server.clients.isStatic(identity.subject)) {
    throw new OAuthError('server_error', 'the user cannot be told from a client')
  }
  if (side.isApproved || !(await needsConsent(server, request, identity.subject, now)))
    return 'grant'
  if (isSilent) throw new OAuthError('consent_required', 'the user must be asked')
  return 'consent'
}
