import type { Identity, RouteRequirements } from '@latchkey/identity'
import type { FastifyRequest } from 'fastify'
import { describe, expect, test } from 'tstyche'
import {
  and,
  type Condition,
  caller,
  contains,
  definePolicy,
  eq,
  gt,
  isIn,
  isOwner,
  not,
  or,
} from '../../src/index.js'

declare const identity: Identity
declare const request: FastifyRequest

const resources = {
  document: {
    actions: ['read', 'edit'],
    collection: ['create'],
    attributes: { id: 'string', ownerId: 'string', size: 'number', tags: 'strings' },
    owner: 'ownerId',
  },
  invoice: { actions: ['pay'], attributes: { amount: 'number', paid: 'boolean' } },
} as const

const policy = definePolicy({
  scopes: ['docs:read'],
  resources,
  permissions: ['reports.view'],
  roles: {
    reader: { permissions: ['document.read'] },
    admin: {
      inherits: ['reader'],
      permissions: ['document.*', 'reports.*', '*'],
      scopes: ['docs:read'],
    },
  },
  scopesFromRoles: ['session'],
  rules: [
    { allow: 'document.edit', to: 'reader', when: isOwner() },
    {
      allow: ['document.read', 'document.edit'],
      to: ['admin'],
      fields: ['id'],
      scopes: ['docs:read'],
    },
    { allow: 'invoice.pay', when: and(gt('amount', 5), not(eq('paid', true))) },
    { deny: '*', when: eq(caller('kind'), 'client') },
  ],
})
type Refused = Parameters<
  typeof definePolicy<typeof resources, 'reports.view', 'reader', 'docs:read'>
>[0]

describe('a policy', () => {
  const doc = { id: 'd', ownerId: null, size: 1, tags: ['a'], more: true }

  test('is asked about the permissions that it has', () => {
    expect(policy.can(identity, 'document.edit', doc)).type.toBe<boolean>()
    expect(policy.can(identity, 'document.create')).type.toBe<boolean>()
    expect(policy.can(identity, 'document.create', doc)).type.toBe<boolean>()
    expect(policy.can(identity, 'reports.view')).type.toBe<boolean>()
    expect(policy.can).type.not.toBeCallableWith(identity, 'document.eddit', doc)
    expect(policy.can).type.not.toBeCallableWith(identity, 'document.pay', doc)
  })

  test('is not asked about an object without one, nor with one of another type', () => {
    expect(policy.can).type.not.toBeCallableWith(identity, 'document.edit')
    expect(policy.can).type.not.toBeCallableWith(identity, 'document.edit', { id: 'd' })
    expect(policy.can).type.not.toBeCallableWith(identity, 'invoice.pay', doc)
    expect(policy.can).type.not.toBeCallableWith(identity, 'invoice.pay', {
      amount: '1',
      paid: true,
    })
    expect(policy.can).type.not.toBeCallableWith(identity, 'reports.view', doc)
  })

  test('refuses names that it does not declare', () => {
    expect<Refused>().type.toBeAssignableFrom({
      rules: [{ allow: 'document.read', to: 'reader' }],
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({ rules: [{ allow: 'document.raed' }] } as const)
    expect<Refused>().type.not.toBeAssignableFrom({
      rules: [{ allow: 'document.read', to: 'raeder' }],
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({
      rules: [{ allow: 'document.read', scopes: ['x'] }],
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({
      rules: [{ allow: 'document.read', fields: ['x'] }],
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({
      rules: [{ deny: 'document.read', anyTenant: true }],
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({
      roles: { reader: { inherits: ['x'] } },
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({
      roles: { reader: { permissions: ['x.y'] } },
    } as const)
    expect<Refused>().type.not.toBeAssignableFrom({ roles: { reader: { scopes: ['x'] } } } as const)
  })
})

describe('a condition', () => {
  test('asks for the attributes that it speaks of', () => {
    expect(eq('status', 'x')).type.toBe<Condition<{ readonly status: string }>>()
    expect(isIn('size', [1, 2])).type.toBe<Condition<{ readonly size: number }>>()
    expect(eq('ownerId', caller('subject'))).type.toBe<Condition<{ readonly ownerId: string }>>()
    expect(isIn('group', caller('roles'))).type.toBe<Condition<{ readonly group: string }>>()
    expect(or(eq('a', 'x'), eq('b', 1))).type.toBe<
      Condition<{ readonly a: string } & { readonly b: number }>
    >()
  })

  test('does not fit a type that has not', () => {
    type Needs = { readonly id: string; readonly size: number; readonly tags: readonly string[] }
    expect<Condition<Needs>>().type.toBeAssignableFrom(and(eq('id', 'x'), contains('tags', 'y')))
    expect<Condition<Needs>>().type.not.toBeAssignableFrom(eq('idd', 'x'))
    expect<Condition<Needs>>().type.not.toBeAssignableFrom(eq('id', 1))
    expect<Condition<Needs>>().type.not.toBeAssignableFrom(gt('id', 1))
    expect<Condition<Needs>>().type.not.toBeAssignableFrom(and(eq('id', 'x'), eq('size', 'y')))
  })

  test('speaks of what an identity has', () => {
    expect(caller).type.toBeCallableWith('claims.department')
    expect(caller).type.not.toBeCallableWith('department')
  })
})

describe('without a declared policy', () => {
  test('routes and handlers take any name', () => {
    expect<RouteRequirements>().type.toBeAssignableFrom<{
      can: 'a.b'
      roles: ['x']
      scopes: ['y']
    }>()
    expect<RouteRequirements>().type.not.toBeAssignableFrom<{ can: 1 }>()
    expect<RouteRequirements>().type.not.toBeAssignableFrom<{ maxAge: '300' }>()
    expect<RouteRequirements>().type.not.toBeAssignableFrom<{ bound: 'tls' }>()
    expect<RouteRequirements>().type.not.toBeAssignableFrom<{ mask: { red: 'a' } }>()
    expect(request.can('a.b', {})).type.toBe<Promise<boolean>>()
    expect(request.can).type.not.toBeCallableWith(1)
  })
})
