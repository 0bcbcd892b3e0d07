import type { FastifyRequest } from 'fastify'
import type { House } from '../house.js'
import { logOut } from '../logout.js'
import { presentSession } from '../present.js'
import type { Bag } from '../record.js'
import { rotateSession } from '../rotate-session.js'
import type { Bags } from './bags.js'
import type { SessionObject } from './session-objects.js'

type Callback = (error?: unknown) => void

/**
 * Puts our `destroy` and `regenerate` before those of @fastify/session: a destroyed session is
 * ended everywhere and takes the cookie along, a regenerated one stays logged in.
 */
export function shadowMethods(
  session: SessionObject,
  house: House,
  request: FastifyRequest,
  bags: Bags,
): void {
  async function destroy(): Promise<void> {
    await logOut(house, bags, request)
    request.session = null as unknown as SessionObject
  }

  async function regenerate(keys: readonly string[]): Promise<void> {
    const kept = bags.pick(request, keys) as Bag
    const finding = await presentSession(house, request)
    if (!finding.isLive) return bags.switchTo(request, null, kept)
    await rotateSession(house, request, finding, (held) => ({ ...held, bag: kept }))
    bags.switchTo(request, finding.id, kept)
  }

  define(session, 'destroy', (callback?: Callback) => settle(destroy(), callback))
  define(session, 'regenerate', (first?: readonly string[] | Callback, second?: Callback) => {
    const [keys, callback] = typeof first === 'function' ? [[], first] : [first ?? [], second]
    return settle(regenerate(keys), callback)
  })
}

/** Not enumerable, so that it is no data. */
function define(session: SessionObject, name: string, value: unknown): void {
  Object.defineProperty(session, name, { value, configurable: true, writable: true })
}

function settle(work: Promise<void>, callback: Callback | undefined): Promise<void> | undefined {
  if (callback === undefined) return work
  work.then(() => callback(), callback)
  return undefined
}
