import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describeDevice } from '../device.js'
import type { House } from '../house.js'
import type { LiveFinding } from '../inspect.js'
import { isReading, presentSession } from '../present.js'
import type { Bag, SessionRecord } from '../record.js'
import { issueToken } from '../token.js'
import type { Toucher } from '../touch.js'
import type { Bags } from './bags.js'
import {
  EMPTY_SNAPSHOT,
  isSameBag,
  mergeBags,
  pickFrom,
  type Snapshot,
  takeSnapshot,
} from './merge-bags.js'
import { shadowMethods } from './session-methods.js'
import { createSessionObjects, type SessionObject } from './session-objects.js'

/** The bag of one request. */
interface OpenBag {
  readonly request: FastifyRequest
  session: SessionObject | null
  /** The session that it is stored in; `null` until there is something to store. */
  id: string | null
  /** As it was read or last written. */
  base: Snapshot
  /** Nothing is written: the browser has a newer session by now. */
  isSealed: boolean
}

/** Makes the bags, and decorates requests with a place for them. */
export function createBags(app: FastifyInstance, house: House, toucher: Toucher): Bags {
  const { settings, repository, pending } = house
  const owners = new WeakMap<SessionObject, OpenBag>()
  const place = Symbol('latchkey session bag')
  type Place = { [place]: OpenBag | null }
  app.decorateRequest(place, null)
  app.decorateRequest('session', null as never)
  const objects = createSessionObjects(
    {
      read: async (id) => (await repository.load(id))?.bag ?? null,
      async write(session) {
        await write(owners.get(session) as OpenBag, session, takeSnapshot(session))
      },
    },
    { path: '/', httpOnly: true, secure: true, sameSite: settings.cookie.sameSite },
  )

  function bagOf(request: FastifyRequest): OpenBag | null {
    // A scope that is older than this plugin has no place on its requests.
    return (request as unknown as Partial<Place>)[place] ?? null
  }

  function fill(bag: OpenBag, id: string | null, content: Bag | undefined): void {
    bag.id = id
    objects.make((session) => attach(bag, session), id, content)
  }

  function attach(bag: OpenBag, session: SessionObject): void {
    owners.set(session, bag)
    bag.session = session
    bag.base = takeSnapshot(session)
    bag.request.session = session
    shadowMethods(session, house, bag.request, bags)
  }

  async function write(bag: OpenBag, session: SessionObject, mine: Snapshot): Promise<void> {
    if (bag.isSealed) return
    if (bag.id === null) await begin(bag, session.sessionId, mine)
    else {
      const now = settings.now()
      const record = await repository.update(bag.id, (held) => ({
        ...held,
        seen: Math.max(held.seen, now),
        bag: mergeBags(bag.base, mine, held.bag),
      }))
      if (record === null) bag.request.log.debug('The session has ended: its data was not stored')
    }
    bag.base = mine
  }

  /** Begins a session without a login. */
  async function begin(bag: OpenBag, id: string, mine: Snapshot): Promise<void> {
    const { request } = bag
    const token = issueToken(id)
    const now = settings.now()
    const record: SessionRecord = {
      v: 1,
      digest: token.digest,
      login: null,
      created: now,
      seen: now,
      end: now + settings.absoluteTimeout,
      device: describeDevice(request.headers['user-agent']),
      address: request.ip,
      bag: mergeBags(EMPTY_SNAPSHOT, mine, undefined),
    }
    await repository.create(id, record)
    bag.id = id
    pending.set(request, token.text, settings.absoluteTimeout)
  }

  async function read(bag: OpenBag): Promise<void> {
    const { request } = bag
    const finding = await presentSession(house, request)
    if (!finding.isLive) {
      if (finding.isStale) pending.clear(request)
      bag.isSealed = !finding.isStale
      return fill(bag, null, undefined)
    }
    bag.isSealed = finding.isPrevious && !isReading(request)
    if (bag.isSealed) return fill(bag, null, undefined)
    noteUse(finding)
    fill(bag, finding.id, finding.record.bag)
  }

  function noteUse({ id, record }: LiveFinding): void {
    toucher.touch(id, { touched: record.seen, digest: record.digest }, settings.now())
  }

  const bags: Bags = {
    open(request, done) {
      if (bagOf(request) !== null) return done()
      const bag: OpenBag = {
        request,
        session: null,
        id: null,
        base: EMPTY_SNAPSHOT,
        isSealed: false,
      }
      ;(request as unknown as Place)[place] = bag
      if (house.cookie.read(request) === null) {
        fill(bag, null, undefined)
        done()
      } else read(bag).then(() => done(), done)
    },

    close(request) {
      const bag = bagOf(request)
      const session = bag?.session ?? null
      if (bag === null || session === null || bag.isSealed) return null
      // Whatever comes of it, a second response must not try again.
      bag.session = null
      const mine = takeSnapshot(session)
      return isSameBag(bag.base, mine) ? null : write(bag, session, mine)
    },

    pick(request, keys) {
      const session = bagOf(request)?.session ?? null
      return session === null ? null : pickFrom(takeSnapshot(session), keys)
    },

    switchTo(request, id, content) {
      const bag = bagOf(request)
      if (bag === null) return
      bag.isSealed = false
      fill(bag, id, content)
      // What is kept of a session that is no more has yet to be stored.
      if (id === null) bag.base = EMPTY_SNAPSHOT
    },
  }
  return bags
}
