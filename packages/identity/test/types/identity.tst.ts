import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'tstyche'
import {
  type AuthenticateHook,
  channels,
  createIdentity,
  type Identity,
  type IdentityParts,
  type Mechanism,
  type MechanismPlan,
  type Outcome,
  publishRevocation,
  requireIdentity,
} from '../../src/index.js'
import { asIdentity } from '../../src/testing.js'

declare module '../../src/identity.js' {
  interface IdentityClaims {
    readonly email?: string
  }
}

declare const app: FastifyInstance
declare const request: FastifyRequest
declare const identity: Identity

describe('request.identity', () => {
  test('is an identity or null', () => {
    expect(request.identity).type.toBe<Identity | null>()
    expect(request.identities).type.toBe<ReadonlyMap<string, Identity> | null>()
  })

  test('is narrowed by requireIdentity', () => {
    expect(requireIdentity(request)).type.toBe<Identity>()
  })

  test('reaches handlers whose inference survives the hook', () => {
    app.get<{ Params: { id: string }; Querystring: { page: number } }>(
      '/orders/:id',
      { onRequest: app.authenticate('key') },
      async (request) => {
        expect(request.params.id).type.toBe<string>()
        expect(request.query.page).type.toBe<number>()
        expect(request.identity).type.toBe<Identity | null>()
        return {}
      },
    )
    app.addHook('onRequest', app.authenticate('key'))
    app.route({
      method: 'GET',
      url: '/',
      onRequest: [app.authenticate('key'), app.authenticate(['a', 'b'])],
      handler: async (request) => request.identity?.subject,
    })
    expect(app.authenticate('key')).type.toBe<AuthenticateHook>()
  })
})

describe('an identity', () => {
  test('cannot be written to', () => {
    expect(identity.scopes).type.toBe<ReadonlySet<string>>()
    expect(identity.scopes).type.not.toHaveProperty('add')
    expect(identity.amr).type.toBe<readonly string[]>()
    expect(identity.claims).type.toBe<Readonly<Identity['claims']>>()
  })

  test('names the claims that the application declared', () => {
    expect(identity.claims.email).type.toBe<string | undefined>()
    expect(identity.claims.other).type.toBe<unknown>()
  })

  test('is made of what must be there', () => {
    const parts = {
      subject: 'u',
      issuer: 'i',
      kind: 'user',
      mechanism: 'm',
      credentialId: 'c',
    } as const
    expect(createIdentity).type.toBeCallableWith(parts)
    expect(createIdentity).type.not.toBeCallableWith({ ...parts, kind: 'admin' })
    expect(createIdentity).type.not.toBeCallableWith({ ...parts, subject: undefined })
    expect(createIdentity).type.not.toBeCallableWith({ ...parts, authTime: '5' })
    expect<IdentityParts>().type.toBeAssignableFrom<typeof parts & { scopes: Set<string> }>()
  })
})

describe('an outcome', () => {
  test('is one of four', () => {
    expect<Outcome>().type.toBeAssignableFrom<null>()
    expect<Outcome>().type.toBeAssignableFrom<{ identity: Identity }>()
    expect<Outcome>().type.toBeAssignableFrom<{ refusal: { reason: 'expired' } }>()
    expect<Outcome>().type.toBeAssignableFrom<{ unavailable: { reason: 'store' } }>()
    expect<Outcome>().type.not.toBeAssignableFrom<undefined>()
    expect<Outcome>().type.not.toBeAssignableFrom<true>()
    expect<Outcome>().type.not.toBeAssignableFrom<{ refusal: { status: 401 } }>()
    expect<Outcome>().type.not.toBeAssignableFrom<{ refusal: { reason: 'r'; status: 200 } }>()
  })

  test('may come later', () => {
    expect<ReturnType<Mechanism['authenticate']>>().type.toBe<Outcome | Promise<Outcome>>()
  })
})

describe('a plan', () => {
  test('is a name, a list, any or all', () => {
    expect<MechanismPlan>().type.toBeAssignableFrom<'key'>()
    expect<MechanismPlan>().type.toBeAssignableFrom<readonly ['key', { all: ['a', 'b'] }]>()
    expect<MechanismPlan>().type.toBeAssignableFrom<{ any: ['key']; optional: true }>()
    expect<MechanismPlan>().type.toBeAssignableFrom<{ all: ['a', 'b']; primary: 'a' }>()
    expect<MechanismPlan>().type.not.toBeAssignableFrom<null>()
    expect<MechanismPlan>().type.not.toBeAssignableFrom<{ any: 'key' }>()
    expect<MechanismPlan>().type.not.toBeAssignableFrom<{ any: [1] }>()
    expect<MechanismPlan>().type.not.toBeAssignableFrom<{ optional: true }>()
  })
})

describe('beside', () => {
  test('a revocation names a mechanism and a reason', () => {
    expect(publishRevocation).type.toBeCallableWith({ mechanism: 'key', reason: 'logout' })
    expect(publishRevocation).type.not.toBeCallableWith({ mechanism: 'key' })
    expect(channels).type.toHaveProperty('revoked')
  })

  test('a test needs no more than a subject', () => {
    expect(asIdentity).type.toBeCallableWith({ subject: 'u1' }, { url: '/' })
    expect(asIdentity).type.not.toBeCallableWith({ scopes: ['a'] }, { url: '/' })
  })
})
