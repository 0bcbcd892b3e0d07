import { memoryStore } from '@latchkey/store'
import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import { describe, expect, test } from 'tstyche'
import { type JwtOptions, jwt, type TokenPair } from '../../src/index.js'

declare const app: FastifyInstance
const trusted = {
  issuer: 'https://issuer.example',
  audience: 'https://api.example',
  algorithms: ['ES256'],
  keys: { jwksUri: 'https://issuer.example/jwks' },
} as const

describe('options', () => {
  test('take one issuer, or several', () => {
    expect<JwtOptions>().type.toBeAssignableFrom<typeof trusted>()
    app.register(jwt, trusted)
    app.register(jwt, { issuers: [trusted, { ...trusted, issuer: 'https://other.example' }] })
    app.register(jwt, { ...trusted, store: memoryStore(), issue: { lifetime: 300 } })
  })

  test('refuse algorithms that are none, and words that are not ours', () => {
    // @ts-expect-error!
    app.register(jwt, { ...trusted, algorithms: ['none'] })
    // @ts-expect-error!
    app.register(jwt, { ...trusted, profile: 'id+jwt' })
    // @ts-expect-error!
    app.register(jwt, { ...trusted, issue: { lifetime: '5m' } })
  })
})

describe('tokens', () => {
  test('are issued, refreshed and revoked without casts', () => {
    expect(app.tokens.issuePair('ada')).type.toBe<Promise<TokenPair>>()
    expect(app.tokens.revoke).type.toBeCallableWith({ jti: 'x' })
    expect(app.tokens.revoke).type.not.toBeCallableWith({ token: 'x' })
    expect(app.tokensOf).type.not.toBeCallableWith(5)
  })
})

describe('config.jwt', () => {
  test('is checked where the route is declared', () => {
    type Config<Value> = { config: { jwt: Value } }
    expect<RouteShorthandOptions>().type.toBeAssignableFrom<Config<{ whenStale: 'closed' }>>()
    expect<RouteShorthandOptions>().type.not.toBeAssignableFrom<Config<{ whenStale: 'ajar' }>>()
  })
})
