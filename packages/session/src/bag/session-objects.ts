import fastifySession from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import type { Bag } from '../record.js'
import { createSessionId } from '../token.js'

/** What `request.session` holds. */
export type SessionObject = fastifySession.FastifySessionObject

/** Where session objects read and write, instead of at a store of @fastify/session. */
export interface Backing {
  /** For `reload()`. @returns The bag, or `null` when there is no such session. */
  read(id: string): Promise<Bag | null>
  /** For `save()`. */
  write(session: SessionObject): Promise<void>
}

/** @returns The bag without a key that would become the prototype of the session object. */
export function withoutPrototype(bag: Bag = {}): Bag {
  return Object.fromEntries(Object.entries(bag).filter(([key]) => key !== '__proto__'))
}

/** Makes session objects. */
export interface SessionObjects {
  /**
   * @param onMade Gets the session object, and again another one after each `reload()`.
   * @param id The public session id; `null` draws one.
   */
  make(onMade: (session: SessionObject) => void, id: string | null, bag: Bag | undefined): void
}

type Callback = (error: unknown, session?: object | null) => void
type OnRequest = (request: object, reply: object, done: (error?: Error) => void) => void

/**
 * Runs @fastify/session for its session objects only. It sees neither the cookie nor the store:
 * those are ours, so that the objects know the public session id and no token.
 */
export function createSessionObjects(backing: Backing, cookie: object): SessionObjects {
  let handedOver: Bag | null = null
  let onRequest: OnRequest | undefined
  const shell = {
    decorate() {},
    decorateRequest() {},
    addHook(name: string, hook: OnRequest) {
      if (name === 'onRequest') onRequest = hook
    },
  }
  const store = {
    get(id: string, callback: Callback) {
      if (handedOver !== null) return callback(null, handedOver)
      backing
        .read(id)
        .then((bag) => callback(null, bag === null ? null : withoutPrototype(bag)), callback)
    },
    set(_id: string, session: SessionObject, callback: Callback) {
      backing.write(session).then(() => callback(null), callback)
    },
  }
  fastifySession(
    shell as unknown as FastifyInstance,
    {
      store: store as unknown as fastifySession.SessionStore,
      secret: {
        sign: (id: string) => id,
        unsign: (id: string) => ({ valid: true, renew: false, value: id }),
      },
      cookie,
      cookieName: 'id',
    },
    () => {},
  )

  return {
    make(onMade, id, bag) {
      handedOver = withoutPrototype(bag)
      const facade = {
        raw: { url: '/' },
        cookies: { id: id ?? createSessionId() },
        set session(session: SessionObject) {
          // The placeholder that comes first has no methods.
          if (typeof session.save === 'function') onMade(session)
        },
      }
      onRequest?.(facade, {}, () => {})
      handedOver = null
    },
  }
}
