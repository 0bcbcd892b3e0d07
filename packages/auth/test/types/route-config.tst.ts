import type {} from '@fastify/jwt'
import type {} from '@fastify/passport'
import type {} from '@latchkey/authz'
import type { Identity } from '@latchkey/identity'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { describe, expect, test } from 'tstyche'
import { type AuthOptions, type AuthReport, auth, type RouteAuth } from '../../src/index.js'

declare const app: FastifyInstance

describe('config.auth', () => {
  test('takes the words of the grammar', () => {
    expect<RouteAuth>().type.toBeAssignableFrom<'public'>()
    expect<RouteAuth>().type.toBeAssignableFrom<'session'>()
    expect<RouteAuth>().type.toBeAssignableFrom<['session', 'jwt']>()
    expect<RouteAuth>().type.toBeAssignableFrom<readonly ['session', { all: ['a', 'b'] }]>()
    expect<RouteAuth>().type.toBeAssignableFrom<{ any: ['session']; optional: true }>()
    expect<RouteAuth>().type.toBeAssignableFrom<{ all: ['a', 'b']; primary: 'b' }>()
    expect<RouteAuth>().type.toBeAssignableFrom<{ any: ['jwt']; scopes: ['orders:write'] }>()
  })

  test('refuses what means nothing', () => {
    expect<RouteAuth>().type.not.toBeAssignableFrom<true>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<null>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<5>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ scopes: ['orders:write'] }>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ any: ['a']; all: ['b'] }>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ any: ['a']; primary: 'a' }>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ any: 'a' }>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ any: ['a']; optional: 1 }>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ any: ['a']; scopes: 'orders:write' }>()
    expect<RouteAuth>().type.not.toBeAssignableFrom<{ any: ['a']; maxAge: '5m' }>()
  })

  test('is checked where the route is declared', () => {
    app.get('/', { config: { auth: { any: ['jwt'], scopes: ['orders:read'] } } }, () => 1)
    expect<RouteShorthandOptions>().type.toBeAssignableFrom<{ config: { auth: 'public' } }>()
    expect<RouteShorthandOptions>().type.not.toBeAssignableFrom<{ config: { auth: 5 } }>()
    // @ts-expect-error!
    app.get('/', { config: { auth: { any: ['jwt'], scopes: [1] } } }, () => 1)
    // @ts-expect-error!
    app.route({ method: 'GET', url: '/', config: { auth: true }, handler: () => 1 })
  })
})

describe('RouteAuth', () => {
  test('finds a misspelled requirement, which the inference of app.get() leaves to the boot', () => {
    expect({ any: ['jwt'], scopes: ['a'] } satisfies RouteAuth).type.toBeAssignableTo<RouteAuth>()
    // @ts-expect-error!
    const misspelled: RouteAuth = { any: ['jwt'], scops: ['a'] }
    app.get('/', { config: { auth: misspelled } }, () => 1)
  })
})

describe('a route with config.auth', () => {
  test('still infers its handler', () => {
    app.get<{ Params: { id: string }; Querystring: { page: number } }>(
      '/:id',
      { config: { auth: ['session', 'jwt'] } },
      (request, reply) => {
        expect(request.params.id).type.toBe<string>()
        expect(request.query.page).type.toBe<number>()
        expect(request.identity).type.toBe<Identity | null>()
        expect(request.routeOptions.config.auth).type.toBe<RouteAuth | undefined>()
        expect(reply).type.toBeAssignableTo<FastifyReply>()
        return { id: request.params.id }
      },
    )
    app.get('/', { config: { auth: 'public' } }, async (request, reply) => {
      expect(request).type.toBeAssignableTo<FastifyRequest>()
      expect(reply.code).type.toBeCallableWith(204)
    })
  })
})

describe('the plugin', () => {
  test('can be registered with its options only', () => {
    app.register(auth)
    app.register(auth, { default: 'public', timeout: 2, page: { any: ['session'] } })
    app.register(auth, { default: 'deny', routes: { '/docs/*': 'public' } })
    expect<AuthOptions>().type.not.toBeAssignableFrom<{ default: true }>()
    expect<AuthOptions>().type.not.toBeAssignableFrom<{ timeout: '5s' }>()
    expect<AuthOptions>().type.not.toBeAssignableFrom<{ mechanisms: { jwt: object } }>()
  })

  test('takes plugins of mechanisms with options of their own', () => {
    const room = async (_app: FastifyInstance, _options: { secret: string }): Promise<void> => {}
    app.register(auth, { mechanisms: { jwt: [room, { secret: 's' }], other: [room] } })
  })

  test('decorates the application', () => {
    expect(app.authReport()).type.toBe<AuthReport>()
    expect(app.printAuth()).type.toBe<string>()
  })
})
