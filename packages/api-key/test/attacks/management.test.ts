import type { TestIdentity } from '@latchkey/identity/testing'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { managed, post } from '../fixtures/managed.js'
import { ADA } from '../fixtures/stage.js'

t.test('a key manages no keys, not even its own', async (t) => {
  const { counting, get, issue } = await managed(t)
  const { key, info } = await issue({ scopes: ['read', 'write'] })
  await get(key)
  counting.reset()
  const attempts: InjectOptions[] = [
    post('/keys', { name: 'child' }),
    { url: '/keys' },
    { url: `/keys/${info.id}` },
    { method: 'PATCH', url: `/keys/${info.id}`, body: { scopes: ['admin'] } },
    post(`/keys/${info.id}/rotate`),
    post(`/keys/${info.id}/enable`),
    post(`/keys/${info.id}/disable`),
    { method: 'DELETE', url: `/keys/${info.id}` },
  ]
  for (const attempt of attempts) {
    const response = await get(key, attempt)
    t.equal(response.statusCode, 403, JSON.stringify(attempt))
    t.equal(response.json().code, 'LATCHKEY_API_KEY_NOT_A_MANAGER')
    t.equal(response.headers['set-cookie'], undefined)
  }
  t.equal(counting.total(), 0, 'nothing was read, nothing was written')
})

t.test('a login that is not fresh makes, widens and rotates nothing', async (t) => {
  const { app, as, clock, counting, issue, status } = await managed(t)
  const { key, info } = await issue({ scopes: ['read'] })
  await app.apiKeys.disable(info.id)
  const attempts: InjectOptions[] = [
    post('/keys', { name: 'late' }),
    { method: 'PATCH', url: `/keys/${info.id}`, body: { scopes: ['write'] } },
    post(`/keys/${info.id}/rotate`),
    post(`/keys/${info.id}/enable`),
  ]
  counting.reset()
  for (const authTime of [undefined, clock() - 301, clock() + 61, Number.MAX_SAFE_INTEGER]) {
    for (const attempt of attempts) {
      const response = await as({ authTime }, attempt)
      t.equal(response.statusCode, 401)
      t.equal(response.json().code, 'LATCHKEY_IDENTITY_STEP_UP')
    }
  }
  t.equal(counting.total(), 0)
  t.equal(await status(key), 401)
  t.equal((await as({ authTime: clock() - 300 }, post(`/keys/${info.id}/enable`))).statusCode, 200)
  t.equal((await as({ authTime: clock() + 60 }, post(`/keys/${info.id}/enable`))).statusCode, 200)
  const stale = { authTime: clock() - 9000 }
  t.equal((await as(stale, { url: '/keys' })).statusCode, 200, 'it may look')
  t.equal((await as(stale, post(`/keys/${info.id}/disable`))).statusCode, 200, 'and close')
  t.equal((await as(stale, { method: 'DELETE', url: `/keys/${info.id}` })).statusCode, 204)
})

t.test('the challenge of a stale login says how fresh it must be', async (t) => {
  const { as, events } = await managed(t, {
    // A mechanism that is known, so that it has a challenge to offer.
    owner: () => ADA,
  })
  const response = await as({ mechanism: 'other', authTime: 0 }, post('/keys', { name: 'late' }))
  t.equal(response.statusCode, 401)
  t.equal(response.headers['cache-control'], 'no-store')
  t.match(events.at(-1), ['latchkey:denied', { reason: 'stale', subject: 'ada' }])
})

t.test('V15.3.3: owner, tenant and limits in the body change nothing', async (t) => {
  const forged = {
    name: 'forged',
    owner: { type: 'user', id: 'grace' },
    ownerId: 'grace',
    tenant: 'other',
    createdBy: 'grace',
    rateLimit: { limit: 1e9, window: 1 },
    rateLimitMax: 1e9,
    quota: null,
    generation: 99,
    status: 'active',
    id: '0'.repeat(16),
  }
  const { ada, keep, issue } = await managed(t, {
    limits: () => ({ rateLimit: { limit: 10, window: 60 } }),
  })
  const made = await ada(post('/keys', forged))
  t.equal(made.statusCode, 201)
  keep(made.json().key)
  const expected = {
    owner: ADA,
    tenant: null,
    createdBy: 'ada',
    rateLimit: { limit: 10, window: 60 },
  }
  t.match(made.json().info, expected)
  t.not(made.json().info.id, forged.id)
  const { info } = await issue({ name: 'mine' })
  const changed = await ada({ method: 'PATCH', url: `/keys/${info.id}`, body: forged })
  t.match(changed.json(), { name: 'forged', owner: ADA, tenant: null, rateLimit: null })
  const strict = await managed(
    t,
    {},
    { server: { ajv: { customOptions: { removeAdditional: false } } } },
  )
  t.equal((await strict.ada(post('/keys', forged))).statusCode, 400)
})

t.test('whatever the validator lets through, only the known fields are used', async (t) => {
  const { ada, keep } = await managed(
    t,
    {},
    {
      routes(app) {
        app.setValidatorCompiler(() => () => true)
      },
    },
  )
  const made = await ada(post('/keys', { name: 'x', owner: { type: 'user', id: 'grace' } }))
  keep(made.json().key)
  t.same(made.json().info.owner, ADA)
  t.equal((await ada(post('/keys', { name: 7 }))).statusCode, 400)
  t.equal((await ada(post('/keys', { name: 'x', scopes: 'read' }))).statusCode, 400)
})

t.test('nobody gives more than they have', async (t) => {
  const { ada, as, issue } = await managed(t)
  const wide = await issue({ scopes: ['admin'] })
  const narrow = await issue({ scopes: ['read'] })
  const refused = async (request: InjectOptions) => {
    const response = await ada(request)
    t.equal(response.statusCode, 403)
    t.equal(response.json().code, 'LATCHKEY_API_KEY_NOT_GRANTABLE')
  }
  await refused(post('/keys', { name: 'x', scopes: ['read', 'admin'] }))
  await refused(post('/keys', { name: 'x', permissions: ['order.view'] }))
  await refused({ method: 'PATCH', url: `/keys/${narrow.info.id}`, body: { scopes: ['admin'] } })
  await refused({ method: 'PATCH', url: `/keys/${wide.info.id}`, body: { expiresAt: null } })
  await refused(post(`/keys/${wide.info.id}/rotate`))
  await refused(post(`/keys/${wide.info.id}/enable`))
  const narrowed = await ada({
    method: 'PATCH',
    url: `/keys/${wide.info.id}`,
    body: { scopes: ['read'] },
  })
  t.equal(narrowed.statusCode, 200, 'to take away is always possible')
  const made = await as({ scopes: ['admin'] }, post('/keys', { name: 'x', scopes: ['admin'] }))
  t.equal(made.statusCode, 201)
})

t.test('what can be given is the application’s to say', async (t) => {
  const { ada } = await managed(t, {
    grantable: () => ({ scopes: ['reports'], permissions: ['order.view'] }),
  })
  const rights = { scopes: ['reports'], permissions: ['order.view'] }
  t.equal((await ada(post('/keys', { name: 'x', ...rights }))).statusCode, 201)
  t.equal((await ada(post('/keys', { name: 'x', scopes: ['read'] }))).statusCode, 403)
})

t.test('V8.4.1: keys of others, and of other tenants, are not there', async (t) => {
  const { as, counting, issue, status } = await managed(t)
  const { key, info } = await issue({ tenant: 'one' })
  await status(key)
  counting.reset()
  const url = `/keys/${info.id}`
  for (const who of [
    { tenant: 'two' },
    {},
    { subject: 'grace', tenant: 'one' },
  ] as Partial<TestIdentity>[]) {
    for (const attempt of [
      { url },
      { method: 'PATCH', url, body: { name: 'taken' } },
      post(`${url}/rotate`),
      post(`${url}/enable`),
      post(`${url}/disable`),
      { method: 'DELETE', url },
    ] as InjectOptions[]) {
      const response = await as(who, attempt)
      t.equal(response.statusCode, 404)
      t.equal(response.json().code, 'LATCHKEY_API_KEY_UNKNOWN')
      t.notOk(response.body.includes('a key'))
    }
    t.same((await as(who, { url: '/keys' })).json().keys, [])
  }
  t.equal(counting.counts.replace, 0)
  t.equal((await as({ tenant: 'one' }, { url })).statusCode, 200)
})

t.test('a namesake of another issuer manages no keys', async (t) => {
  const { ada, as, counting, issue, status } = await managed(t)
  const { key, info } = await issue()
  await status(key)
  counting.reset()
  const url = `/keys/${info.id}`
  for (const attempt of [
    { url: '/keys' },
    { url },
    post('/keys', { name: 'x' }),
    post(`${url}/rotate`),
    { method: 'DELETE', url },
  ] as InjectOptions[]) {
    const response = await as({ issuer: 'https://other.example' }, attempt)
    t.equal(response.statusCode, 403)
    t.equal(response.json().code, 'LATCHKEY_API_KEY_NOT_A_MANAGER')
  }
  t.equal(counting.total(), 0)
  t.equal((await ada({ url })).statusCode, 200)
  const foreign = await managed(t, {}, { issuer: 'https://other.example' })
  t.equal((await foreign.ada({ url: '/keys' })).statusCode, 403)
  const named = await foreign.as({ issuer: 'https://other.example' }, { url: '/keys' })
  t.equal(named.statusCode, 200)
})

t.test('a cursor that is none is 400, and a store that is down is not', async (t) => {
  const { ada, failing } = await managed(t)
  const response = await ada({ url: '/keys?cursor=garbage' })
  t.equal(response.statusCode, 400)
  t.equal(response.json().code, 'LATCHKEY_API_KEY_INVALID')
  failing.fail()
  t.equal((await ada({ url: '/keys' })).statusCode, 503)
})

t.test('V3.5.3: nothing is changed by GET', async (t) => {
  const { ada, issue, status } = await managed(t)
  const { key, info } = await issue()
  for (const act of ['rotate', 'enable', 'disable', 'revoke']) {
    t.equal((await ada({ url: `/keys/${info.id}/${act}` })).statusCode, 404)
  }
  t.equal(await status(key), 200)
})
