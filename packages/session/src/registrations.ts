import type { Bags } from './bag/bags.js'
import { InvalidLogin } from './errors.js'
import type { House } from './house.js'
import type { Sessions } from './sessions.js'

/** One registration of the plugin. */
export interface Registration {
  readonly house: House
  /** `null` where another registration, or nobody, has `request.session`. */
  readonly bags: Bags | null
  readonly sessions: Sessions
}

const shelves = new WeakMap<object, Registration[]>()

/** @returns Whether neither the scope nor one around it had a registration before. */
export function addRegistration(scope: object, registration: Registration): boolean {
  const isFirst = [...registrationsAround(scope)].length === 0
  const own = shelves.get(scope)
  if (own === undefined) shelves.set(scope, [registration])
  else own.push(registration)
  return isFirst
}

/**
 * Finds a registration as a Fastify scope sees it: its own first, then those around it.
 *
 * @param name Of the mechanism. Default: the nearest.
 * @throws {Error} `LATCHKEY_SESSION_INVALID_LOGIN` when there is none.
 */
export function findRegistration(scope: object, name?: string): Registration {
  for (const registration of registrationsAround(scope)) {
    if (name === undefined || registration.house.settings.name === name) return registration
  }
  throw new InvalidLogin(`no session mechanism is registered as "${name}"`)
}

function* registrationsAround(scope: object): Generator<Registration> {
  for (let at: object | null = scope; at !== null; at = Object.getPrototypeOf(at)) {
    yield* shelves.get(at) ?? []
  }
}
