import type { Identity } from '@latchkey/identity'
import { memoryStore } from '@latchkey/store'
import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { describe, expect, test } from 'tstyche'
import { type SessionInfo, session } from '../../src/index.js'

declare const app: FastifyInstance
declare const request: FastifyRequest
const store = memoryStore()

describe('options', () => {
  test('are checked where the plugin is registered', () => {
    app.register(session, { store })
    // @ts-expect-error!
    app.register(session, { store, cookie: { sameSite: 'sometimes' } })
    // @ts-expect-error!
    app.register(session, { store, idleTimeout: '15m' })
  })
})

describe('request', () => {
  test('logs in, out and higher without casts', () => {
    expect(request.login('ada')).type.toBe<Promise<Identity>>()
    expect(request.login).type.not.toBeCallableWith({ subject: 'ada' })
    expect(request.logout()).type.toBe<Promise<void>>()
    expect(request.elevate).type.not.toBeCallableWith()
  })
})

describe('sessions', () => {
  test('are listed without their tokens', () => {
    expect<SessionInfo>().type.not.toHaveProperty('token')
    expect<SessionInfo>().type.not.toHaveProperty('digest')
    expect(app.sessionsOf).type.not.toBeCallableWith(5)
  })
})

describe('config.session', () => {
  test('is checked where the route is declared', () => {
    type Config<Value> = { config: { session: Value } }
    expect<RouteShorthandOptions>().type.toBeAssignableFrom<Config<true>>()
    expect<RouteShorthandOptions>().type.not.toBeAssignableFrom<Config<'yes'>>()
  })
})
