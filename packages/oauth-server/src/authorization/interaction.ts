import type { Identity } from '@latchkey/identity'
import { OAuthError } from '../oauth-error.js'
import { isFreshLogin, type SeenLogin } from '../records/interaction.js'
import type { Server } from '../server.js'
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

function isLoginStale(request: AuthorizationRequest, user: Identity, now: number): boolean {
  const { prompt, maxAge } = request
  if (prompt.has('login') || prompt.has('select_account')) return true
  return maxAge !== undefined && (user.authTime ?? 0) + maxAge <= now
}

/**
 * Decides whether the user must log in, must be asked, or neither.
 *
 * @throws {OAuthError} `login_required` or `consent_required` where the client forbids to ask.
 */
export async function decide(
  server: Server,
  request: AuthorizationRequest,
  side: UserSide,
  now: number,
): Promise<NextStep> {
  const { identity, seen } = side
  const isSilent = request.prompt.has('none')
  const needsLogin =
    identity === null ||
    (isLoginStale(request, identity, now) && !(seen !== undefined && isFreshLogin(identity, seen)))
  if (needsLogin) {
    if (isSilent) throw new OAuthError('login_required', 'the user must log in')
    return 'login'
  }
  if (server.clients.isStatic(identity.subject)) {
    throw new OAuthError('server_error', 'the user cannot be told from a client')
  }
  if (side.isApproved || !(await needsConsent(server, request, identity.subject))) return 'grant'
  if (isSilent) throw new OAuthError('consent_required', 'the user must be asked')
  return 'consent'
}
