import type { Identity } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import { Ended, InvalidLogin } from './errors.js'
import type { House } from './house.js'
import { requireLogin } from './present.js'
import type { Assurance, Login } from './record.js'
import { rotateSession } from './rotate-session.js'
import { requireSameSite } from './same-site.js'
import { checkIdentity, sessionIdentity } from './session-identity.js'
import type { Which } from './which.js'

/** A step-up: what was proved in addition, and for how long it counts. */
export interface Elevation extends Assurance, Which {
  /** Seconds. Default 300. */
  readonly ttl?: number
}

/** What was proved again. What is left out stays as it was. */
export interface Reauthentication extends Assurance, Which {}

/** Lifts a session for a while, under a new token; it comes down by itself. */
export async function elevate(
  house: House,
  request: FastifyRequest,
  { acr, amr, ttl = 300 }: Elevation,
): Promise<Identity> {
  if (!Number.isInteger(ttl) || ttl < 1) {
    throw new InvalidLogin('"ttl" is not a whole number of seconds above 0')
  }
  const elevation = { acr, amr, until: house.settings.now() + ttl }
  return strengthen(house, request, (login) => ({ ...login, elevation }))
}

/** Notes that the subject has just proved again who they are, under a new token. */
export async function reauthenticate(
  house: House,
  request: FastifyRequest,
  { acr, amr }: Reauthentication,
): Promise<Identity> {
  const authTime = house.settings.now()
  return strengthen(house, request, (login) => ({
    ...login,
    authTime,
    acr: acr ?? login.acr,
    amr: amr ?? login.amr,
  }))
}

async function strengthen(
  house: House,
  request: FastifyRequest,
  change: (login: Login) => Login,
): Promise<Identity> {
  requireSameSite(request, house.settings.trustedOrigins)
  const presented = await requireLogin(house, request)
  const { record: held } = presented
  checkIdentity(held, change(held.login as Login), house.settings.now(), house.settings)
  const record = await rotateSession(house, request, presented, (held) => ({
    ...held,
    // A session that had a login has one as long as it lives.
    login: change(held.login as Login),
  }))
  if (record === null) throw new Ended()
  const { settings } = house
  const identity = sessionIdentity(
    presented.id,
    record,
    record.login as Login,
    settings.now(),
    settings,
  )
  request.identity = identity
  return identity
}
