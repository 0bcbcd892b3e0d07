import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'tstyche'
import {
  apple,
  discovery,
  github,
  type OAuthClientOptions,
  type ProviderOptions,
  type ProviderTokens,
  type SignInDecision,
} from '../../src/index.js'

declare const app: FastifyInstance
declare const request: FastifyRequest
declare const reply: FastifyReply

describe('providers', () => {
  test('every preset gives the same thing', () => {
    expect(github({ clientId: 'a' })).type.toBe<ProviderOptions>()
    expect(
      discovery({ issuer: 'https://id.example.com', clientId: 'a' }),
    ).type.toBe<ProviderOptions>()
  })
  test('need a client', () => {
    expect(github).type.not.toBeCallableWith({})
    expect(discovery).type.not.toBeCallableWith({ clientId: 'a' })
  })
  test('Apple takes a key and no secret', () => {
    const rest = { clientId: 'a', teamId: 't', keyId: 'k' }
    expect(apple).type.toBeCallableWith({ ...rest, privateKey: 'pem' })
    expect(apple).type.not.toBeCallableWith({ ...rest, clientSecret: 's' })
  })
})

describe('options', () => {
  test('store, secrets, origin and providers are required', () => {
    expect<
      Pick<OAuthClientOptions, 'store' | 'secrets' | 'origin'>
    >().type.not.toBeAssignableTo<OAuthClientOptions>()
  })
})

describe('a decision', () => {
  test('is an account, a link or a refusal', () => {
    expect<{ account: string }>().type.toBeAssignableTo<SignInDecision>()
    expect<{ link: (subject: string) => Promise<void> }>().type.toBeAssignableTo<SignInDecision>()
    expect<{ refuse: string }>().type.toBeAssignableTo<SignInDecision>()
    expect<{ email: string }>().type.not.toBeAssignableTo<SignInDecision>()
  })
})

describe('decorations', () => {
  test('tokens come without the refresh token', () => {
    expect(request.tokens('acme')).type.toBe<Promise<ProviderTokens>>()
    expect<ProviderTokens>().type.not.toHaveProperty('refreshToken')
    expect(request.fetchAs('acme', 'https://api.example.com')).type.toBe<Promise<Response>>()
    expect(app.oauthClient.clientCredentials('acme')).type.toBe<Promise<ProviderTokens>>()
    expect(reply.signIn('acme', { returnTo: '/' })).type.toBe<Promise<FastifyReply>>()
  })
})
