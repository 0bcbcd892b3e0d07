import { deepEqual } from 'node:assert'
import t from 'tap'
import { createIdentity, type IdentityParts, readonlySet } from '../src/index.js'

const least: IdentityParts = {
  subject: 'u1',
  issuer: 'https://id.example',
  kind: 'user',
  mechanism: 'jwt',
  credentialId: 'c1',
}

t.test('an identity has every field, whatever was left out', async (t) => {
  t.same(Object.keys(createIdentity(least)), [
    'subject',
    'issuer',
    'kind',
    'mechanism',
    'credentialId',
    'clientId',
    'tenant',
    'scopes',
    'roles',
    'authTime',
    'expiresAt',
    'acr',
    'amr',
    'bound',
    'actor',
    'claims',
  ])
})

t.test('what it is given stands in it', async (t) => {
  const identity = createIdentity({
    ...least,
    clientId: 'app',
    tenant: 'acme',
    scopes: ['a', 'b', 'a'],
    roles: new Set(['r']),
    authTime: 1_700_000_000,
    expiresAt: 1_700_000_300.5,
    acr: 'mfa',
    amr: ['pwd', 'otp'],
    bound: 'dpop',
    actor: { subject: 'bot', issuer: 'i', actor: { subject: 'outer' } },
    claims: { email: 'a@example', address: { lines: ['1', '2'] } },
  })
  t.equal(identity.clientId, 'app')
  t.equal(identity.tenant, 'acme')
  deepEqual(identity.scopes, new Set(['a', 'b']))
  t.same([...identity.roles], ['r'])
  t.equal(identity.authTime, 1_700_000_000)
  t.equal(identity.expiresAt, 1_700_000_300.5)
  t.equal(identity.acr, 'mfa')
  t.same(identity.amr, ['pwd', 'otp'])
  t.equal(identity.bound, 'dpop')
  t.equal(identity.actor?.actor?.subject, 'outer')
  t.same(identity.claims, { email: 'a@example', address: { lines: ['1', '2'] } })
})

const wrong: [what: string, parts: object][] = [
  ['subject', { subject: '' }],
  ['subject', { subject: undefined }],
  ['subject', { subject: ['u1'] }],
  ['issuer', { issuer: '' }],
  ['issuer', { issuer: {} }],
  ['mechanism', { mechanism: '' }],
  ['credentialId', { credentialId: 7 }],
  ['kind', { kind: 'admin' }],
  ['kind', { kind: undefined }],
  ['clientId', { clientId: 1 }],
  ['tenant', { tenant: null }],
  ['authTime', { authTime: '1700000000' }],
  ['authTime', { authTime: Number.NaN }],
  ['expiresAt', { expiresAt: Number.POSITIVE_INFINITY }],
  ['acr', { acr: ['mfa'] }],
  ['amr', { amr: 'pwd' }],
  ['amr', { amr: [1] }],
  ['bound', { bound: 5 }],
  ['actor.subject', { actor: {} }],
  ['actor.subject', { actor: { subject: 5 } }],
  ['one string', { scopes: 'orders:write' }],
  ['type "number"', { scopes: [1] }],
  ['one string', { roles: 'admin' }],
]

for (const [what, parts] of wrong) {
  t.test(`V15.3.5 an identity with ${JSON.stringify(parts)} cannot be made`, async (t) => {
    t.throws(() => createIdentity({ ...least, ...parts }), { name: 'TypeError', message: what })
  })
}

t.test('an identity cannot be changed, at any depth', async (t) => {
  const address = { lines: ['1'], deeper: { x: 1 } }
  const claims = { address }
  const identity = createIdentity({
    ...least,
    scopes: ['a'],
    amr: ['pwd'],
    actor: { subject: 's' },
    claims,
  })
  const view = identity.claims.address as typeof address
  const set = identity.scopes as Set<string>
  for (const change of [
    () => Object.assign(identity, { subject: 'root' }),
    () => Object.assign(identity, { admin: true }),
    () => Object.setPrototypeOf(identity, { admin: true }),
    () => set.add('admin'),
    () => set.delete('a'),
    () => set.clear(),
    () => Object.assign(set, { has: () => true }),
    () => (identity.roles as Set<string>).add('admin'),
    () => (identity.amr as string[]).push('otp'),
    () => Object.assign(identity.actor as object, { subject: 'x' }),
    () => Object.assign(identity.claims, { x: 1 }),
    () => Object.assign(view, { x: 1 }),
    () => view.lines.push('2'),
    () => Object.assign(view.deeper, { x: 2 }),
  ]) {
    t.throws(change, TypeError)
  }
  t.same([...identity.scopes], ['a'])
  t.equal(identity.roles.size, 0)
})

t.test('what the mechanism keeps is not touched, and cannot reach the identity', async (t) => {
  const lines = ['1']
  const claims = { address: { lines } }
  const scopes = new Set(['a'])
  const amr = ['pwd']
  const identity = createIdentity({ ...least, claims, scopes, amr })
  lines.push('2')
  scopes.add('admin')
  amr.push('otp')
  t.same(identity.claims, { address: { lines: ['1'] } })
  t.same([...identity.scopes], ['a'])
  t.same(identity.amr, ['pwd'])
  t.notOk(Object.isFrozen(claims.address))
})

t.test('V15.3.6 claims with names of the prototype pollute nothing', async (t) => {
  const claims = JSON.parse(`{
    "__proto__": { "admin": true },
    "constructor": { "prototype": { "admin": true } },
    "nested": { "__proto__": { "admin": true }, "list": [{ "__proto__": { "admin": true } }] },
    "hasOwnProperty": "a claim"
  }`)
  const identity = createIdentity({
    ...least,
    claims,
    actor: JSON.parse('{"subject":"s","__proto__":{"admin":true}}'),
  })
  t.equal(({} as { admin?: boolean }).admin, undefined)
  t.equal(Object.getPrototypeOf(identity), null)
  t.equal(Object.getPrototypeOf(identity.claims), null)
  t.equal(Object.getPrototypeOf(identity.actor), null)
  t.same(Object.keys(identity.claims), ['nested', 'hasOwnProperty'])
  const nested = identity.claims.nested as { list: object[] }
  t.equal(Object.getPrototypeOf(nested), null)
  t.same(Object.keys(nested), ['list'])
  t.same(Object.keys(nested.list[0] as object), [])
  t.equal((identity as { admin?: boolean }).admin, undefined)
  t.equal((identity.claims as { toString?: unknown }).toString, undefined)
})

t.test('claims that are no plain data are kept as they are', async (t) => {
  const born = new Date(0)
  const map = new Map([['a', 1]])
  const { claims } = createIdentity({ ...least, claims: { born, map, none: null, flag: true } })
  t.equal(claims.born, born)
  t.equal(claims.map, map)
  t.equal(claims.none, null)
  t.equal(claims.flag, true)
})

t.test('claims are nested 32 levels deep at most, so a ring of them ends', async (t) => {
  const nest = (levels: number): object => (levels === 0 ? [] : { a: nest(levels - 1) })
  t.doesNotThrow(() => createIdentity({ ...least, claims: { a: nest(30) } }))
  t.throws(() => createIdentity({ ...least, claims: { a: nest(31) } }), /nested deeper than 32/)
  const ring: Record<string, unknown> = {}
  ring.ring = [ring]
  t.throws(() => createIdentity({ ...least, claims: ring }), /nested deeper than 32/)
})

t.test(
  'V6.8.1 V10.3.3 one subject of two issuers is two callers, whatever the claims say',
  async (t) => {
    const claims = { email: 'ada@example.com' }
    const here = createIdentity({ ...least, issuer: 'https://a.example', claims })
    const there = createIdentity({ ...least, issuer: 'https://b.example', claims })
    t.equal(here.subject, there.subject)
    t.not(here.issuer, there.issuer)
    const renamed = createIdentity({
      ...least,
      issuer: 'https://a.example',
      claims: { email: 'x@y' },
    })
    t.same([renamed.issuer, renamed.subject], [here.issuer, here.subject])
  },
)

t.test('V8.3.3 an actor is recorded and lends nothing', async (t) => {
  const actor = { subject: 'bot', scopes: ['admin'], roles: ['root'] }
  const identity = createIdentity({ ...least, scopes: ['read'], actor })
  t.equal(identity.subject, 'u1')
  t.equal(identity.actor?.subject, 'bot')
  t.same([...identity.scopes], ['read'])
  t.equal(identity.roles.size, 0)
})

t.test('empty sets are one set, and look like sets', async (t) => {
  t.equal(readonlySet(), readonlySet([]))
  t.equal(createIdentity(least).scopes, createIdentity(least).roles)
  t.same(readonlySet(['a']), new Set(['a']))
  t.ok(readonlySet(['a']) instanceof Set)
  t.same([...readonlySet(['a', 'b']).values()], ['a', 'b'])
  t.same(Object.keys(readonlySet(['a'])), [])
})
