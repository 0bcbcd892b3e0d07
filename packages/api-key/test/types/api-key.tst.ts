import { memoryStore } from '@latchkey/store'
import type { FastifyInstance, RouteShorthandOptions } from 'fastify'
import { describe, expect, test } from 'tstyche'
import { type ApiKeyInfo, type ApiKeyOptions, apiKey } from '../../src/index.js'

declare const app: FastifyInstance
const store = memoryStore()

describe('options', () => {
  test('are checked where the plugin is registered', () => {
    app.register(apiKey, { store, prefix: 'acme' })
    expect<ApiKeyOptions>().type.not.toBeAssignableFrom<{ prefix: 'acme' }>()
    // @ts-expect-error!
    app.register(apiKey, { store, prefix: 5 })
  })
})

describe('keys', () => {
  test('are made, rotated and revoked without casts', async () => {
    const made = await app.apiKeys.create({ name: 'ci', owner: { type: 'user', id: 'ada' } })
    expect(made.key).type.toBe<string>()
    expect(made.info).type.toBe<ApiKeyInfo>()
    expect(app.apiKeys.create).type.not.toBeCallableWith({ name: 'ci' })
    expect(app.apiKeys.create).type.not.toBeCallableWith({
      name: 'ci',
      owner: { type: 'robot', id: 'r2' },
    })
    expect(app.apiKeysOf).type.not.toBeCallableWith()
  })

  test('are frozen when they are shown', () => {
    expect<ApiKeyInfo>().type.toBeAssignableTo<{ readonly scopes: readonly string[] }>()
    expect<ApiKeyInfo>().type.not.toBeAssignableTo<{ scopes: string[] }>()
  })
})

describe('config.apiKey', () => {
  test('is checked where the route is declared', () => {
    type Config<Value> = { config: { apiKey: Value } }
    expect<RouteShorthandOptions>().type.toBeAssignableFrom<Config<{ cost: 5 }>>()
    expect<RouteShorthandOptions>().type.not.toBeAssignableFrom<Config<{ cost: 'much' }>>()
  })
})
