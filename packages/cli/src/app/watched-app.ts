import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type {} from '@latchkey/auth'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'

/** A route as an application declared it. */
export interface WatchedRoute {
  readonly methods: readonly string[]
  readonly url: string
  /** Whether hooks stand before its handler that could decide who may call. */
  readonly hasHooks: boolean
  /** Whether its config says that it is open to everybody. */
  readonly isPublic: boolean
}

type Explain = FastifyRequest['explain']

/** What was seen of an application while it was built. */
export interface Watched {
  readonly routes: readonly WatchedRoute[]
  /** What its requests explain decisions with, by engines of its own too; the first one is it. */
  readonly explains: readonly Explain[]
}

interface Seen {
  /** Other hooks go on changing them, so they are read late. */
  readonly routes: RouteOptions[]
  readonly explains: Explain[]
}

const seen = new WeakMap<object, Seen>()
const channel = 'fastify.initialization'

/**
 * Looks on as applications are built, whichever copy of Fastify builds them, and keeps them from
 * listening.
 *
 * @returns Ends it.
 */
export function watchApplications(): () => void {
  const onApplication = (message: unknown): void => {
    watch((message as { readonly fastify: FastifyInstance }).fastify)
  }
  subscribe(channel, onApplication)
  return () => unsubscribe(channel, onApplication)
}

/** What was seen of an application. */
export function watchedOf(app: FastifyInstance): Watched {
  const { routes = [], explains = [] } = seen.get(app) ?? {}
  return { routes: routes.map(describe), explains }
}

function watch(app: FastifyInstance): void {
  const watched: Seen = { routes: [], explains: [] }
  seen.set(app, watched)
  // Whoever listens as soon as it is imported goes on as if it did.
  app.listen = (async () => {
    await app.ready()
    return ''
  }) as unknown as FastifyInstance['listen']
  app.addHook('onRoute', (route) => {
    watched.routes.push(route)
  })
  const decorate = app.decorateRequest
  app.decorateRequest = function decorateRequest(this: FastifyInstance, ...args: unknown[]) {
    const [name, value] = args
    if (name === 'explain' && typeof value === 'function') watched.explains.push(value as Explain)
    return Reflect.apply(decorate, this, args)
  } as typeof app.decorateRequest
}

function describe(route: RouteOptions): WatchedRoute {
  const { method, url, onRequest, preParsing, preValidation, preHandler, config } = route
  const hooks = [onRequest, preParsing, preValidation, preHandler].flat()
  return {
    methods: [method].flat(),
    url,
    hasHooks: hooks.some((hook) => hook !== undefined),
    isPublic: config?.auth === 'public',
  }
}
