import type fastifySession from '@fastify/session'
import type { Json, Store } from '@latchkey/store'
import { sha256Base64url } from '@latchkey/tokens'
import { InvalidBag, Unavailable } from '../errors.js'
import { requireSeconds } from '../options.js'
import type { Bag } from '../record.js'
import { EMPTY_SNAPSHOT, isSameBag, mergeBags, type Snapshot, takeSnapshot } from './merge-bags.js'
import { withoutPrototype } from './session-objects.js'

/** Options of {@link fastifySessionStore}. All durations are seconds. */
export interface FastifySessionStoreOptions {
  /** What its keys in the store begin with. Default `fastify-session`. */
  readonly name?: string
  /** Seconds without a request. Default: the cookie's `maxAge`, else 1800. */
  readonly idleTimeout?: number
  /** Seconds after its beginning at which a session ends, used or not. Default 43200. */
  readonly absoluteTimeout?: number
  /** Least seconds between two writes that only note a use. Default 60. */
  readonly touchInterval?: number
  /** The time in seconds. Default: the system's clock. */
  readonly clock?: () => number
}

interface StoredSession {
  readonly created: number
  readonly seen: number
  readonly cookie: Bag
  readonly bag: Bag
}

/** What is known of a session object: when its session began, and what was in it when read. */
interface Origin {
  readonly created: number
  readonly seen: number
  readonly base: Snapshot
}

type Session = Parameters<fastifySession.SessionStore['set']>[1]

/** Restored objects carry it, since @fastify/session copies nothing else over; it is no data. */
const MARK = 'latchkey'
const MOST_TRIES = 100

/**
 * A store for @fastify/session, for applications that register it in their own way. It keeps
 * digests of ids, never brings a destroyed session back, merges what concurrent requests write by
 * top-level key, ends sessions absolutely, writes nothing for visits that store nothing, and
 * answers 503 when the store does not.
 *
 * @throws {Error} `LATCHKEY_SESSION_INVALID_OPTIONS`.
 */
export function fastifySessionStore(
  store: Store,
  options: FastifySessionStoreOptions = {},
): fastifySession.SessionStore {
  const { name = 'fastify-session', absoluteTimeout = 43_200, touchInterval = 60 } = options
  const { clock = () => Date.now() / 1000, idleTimeout } = options
  requireSeconds('absoluteTimeout', absoluteTimeout, 1)
  requireSeconds('touchInterval', touchInterval, 1)
  if (idleTimeout !== undefined) requireSeconds('idleTimeout', idleTimeout, 1)
  const now = (): number => Math.floor(clock())
  const keyOf = (id: string): string => `${name}:${sha256Base64url(id)}`
  const origins = new WeakMap<object, Origin>()

  function originOf(session: object): Origin | undefined {
    const mark = (session as Record<string, unknown>)[MARK]
    return (
      origins.get(session) ?? (typeof mark === 'object' && mark ? origins.get(mark) : undefined)
    )
  }

  function idleOf(cookie: Bag): number {
    const { originalMaxAge } = cookie
    return idleTimeout ?? (typeof originalMaxAge === 'number' ? originalMaxAge / 1000 : 1800)
  }

  function endOf({ created, seen, cookie }: StoredSession): number {
    return Math.min(created + absoluteTimeout, seen + idleOf(cookie))
  }

  function expiryOf(stored: StoredSession): number {
    return Math.min(stored.created + absoluteTimeout, endOf(stored) + touchInterval)
  }

  async function read(id: string): Promise<Session | null> {
    const found = await store.get(keyOf(id))
    if (found === null) return null
    const stored = found.value as unknown as StoredSession
    if (now() >= endOf(stored)) {
      await store.delete(keyOf(id))
      return null
    }
    const mark = Object.defineProperty({}, 'toJSON', { value: () => undefined })
    const { created, seen } = stored
    origins.set(mark, { created, seen, base: takeSnapshot(stored.bag) })
    // What expires is decided above: the stored instant lags behind by the touch interval.
    const { expires, originalExpires: _, ...cookie } = stored.cookie
    const rest = cookie.originalMaxAge == null ? { ...cookie, expires } : cookie
    return { ...withoutPrototype(stored.bag), cookie: rest, [MARK]: mark } as unknown as Session
  }

  async function write(id: string, session: Session): Promise<void> {
    const origin = originOf(session)
    const mine = takeSnapshot(session, [MARK])
    const cookie = JSON.parse(JSON.stringify(session.cookie)) as Bag
    if (origin === undefined) return begin(id, session, mine, cookie)
    const seen = now()
    if (isSameBag(origin.base, mine) && seen - origin.seen < touchInterval) return
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found = await store.get(keyOf(id))
      // Whoever ended it meanwhile has the last word.
      if (found === null) return
      const held = found.value as unknown as StoredSession
      const bag = mergeBags(origin.base, mine, held.bag)
      const next = { created: held.created, seen, cookie, bag }
      const expiresAt = expiryOf(next)
      if (await store.replace(keyOf(id), found.version, next as unknown as Json, { expiresAt })) {
        origins.set(session, { created: held.created, seen, base: mine })
        return
      }
    }
    throw new Error('the session is changed by too many at once')
  }

  async function begin(id: string, session: Session, mine: Snapshot, cookie: Bag): Promise<void> {
    if (mine.size === 0) return
    const created = now()
    const stored = { created, seen: created, cookie, bag: mergeBags(EMPTY_SNAPSHOT, mine, {}) }
    const expiresAt = expiryOf(stored)
    await store.create(keyOf(id), stored as unknown as Json, { expiresAt })
    origins.set(session, { created, seen: created, base: mine })
  }

  return {
    get(id, callback) {
      read(id).then((session) => callback(null, session), fail(callback))
    },
    set(id, session, callback) {
      write(id, session).then(() => callback(), fail(callback))
    },
    destroy(id, callback) {
      store.delete(keyOf(id)).then(() => callback(), fail(callback))
    },
  }
}

/** The client is told nothing about the store. */
function fail(callback: (error: Error) => void): (cause: unknown) => void {
  return (cause) => callback(cause instanceof InvalidBag ? cause : new Unavailable({ cause }))
}
