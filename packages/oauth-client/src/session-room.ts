import type { Identity, Mechanism } from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { InvalidOptions, Unavailable } from './errors.js'
import type { House } from './house.js'
import type { SignInDetails } from './on-sign-in.js'

/** What a session is told at login. */
export interface SessionLogin extends SignInDetails {
  readonly mechanism: string
  readonly authTime: number
}

/**
 * What we need of sessions, by its shape: rooms do not import each other. `@latchkey/session` has
 * it, and so may another mechanism.
 */
interface SessionRequest {
  login(subject: string, details: SessionLogin): Promise<Identity>
  logout(which: { readonly mechanism: string }): Promise<void>
}

interface SessionApp {
  sessionsOf(name: string): { revoke(id: string): Promise<boolean> }
}

/** @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_INVALID_OPTIONS` when there are no sessions. */
export function requireSessions(app: FastifyInstance, name: string): void {
  const isThere =
    app.hasRequestDecorator('login') &&
    app.hasRequestDecorator('logout') &&
    app.hasDecorator('sessionsOf') &&
    app.mechanisms.find(name) !== undefined
  if (isThere) return
  throw new InvalidOptions(
    `there is no session mechanism "${name}": register @latchkey/session, or write its name as "session"`,
  )
}

/** Logs in, always with a new session token. */
export function logIn(
  request: FastifyRequest,
  subject: string,
  details: SessionLogin,
): Promise<Identity> {
  return (request as unknown as SessionRequest).login(subject, details)
}

/** Ends the session of the request. */
export function logOut({ settings }: House, request: FastifyRequest): Promise<void> {
  return (request as unknown as SessionRequest).logout({ mechanism: settings.session })
}

/** Ends a session in every process. */
export function revokeSession(
  app: FastifyInstance,
  { settings }: House,
  id: string,
): Promise<boolean> {
  return (app as unknown as SessionApp).sessionsOf(settings.session).revoke(id)
}

/**
 * Finds whose session a request comes with, where no hook has asked.
 *
 * @throws {FastifyError} `LATCHKEY_OAUTH_CLIENT_UNAVAILABLE` when nobody can tell.
 */
export async function findSession(
  { settings }: House,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Identity | null> {
  const known = sessionOf(settings.session, request)
  if (known !== null) return known
  // Its being there was made sure of when the application became ready.
  const mechanism = request.server.mechanisms.find(settings.session) as Mechanism
  const outcome = await mechanism.authenticate(request, reply)
  if (outcome !== null && 'unavailable' in outcome) {
    throw new Unavailable({ cause: outcome.unavailable.reason })
  }
  return outcome !== null && 'identity' in outcome ? outcome.identity : null
}

/** The identity that a session has proved on this request. */
export function sessionOf(name: string, request: FastifyRequest): Identity | null {
  if (request.identity?.mechanism === name) return request.identity
  return request.identities?.get(name) ?? null
}
