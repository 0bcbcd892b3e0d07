import swagger from '@fastify/swagger'
import { asIdentity, type TestIdentity } from '@latchkey/identity/testing'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { type ApiKeyRoutesOptions, apiKey, apiKeyRoutes } from '../src/index.js'
import { ADA, type Stage, type StageOptions, stage } from './fixtures/stage.js'

process.env.NODE_ENV = 'test'

interface Managed extends Stage {
  /** Sends a request as somebody who has just logged in, by default Ada. */
  as(who: Partial<TestIdentity>, request: InjectOptions): ReturnType<Stage['get']>
  ada(request: InjectOptions): ReturnType<Stage['get']>
}

async function managed(
  t: Test,
  options: ApiKeyRoutesOptions = {},
  more: StageOptions = {},
): Promise<Managed> {
  const setting: Stage = await stage(t, {
    ...more,
    async routes(app) {
      await more.routes?.(app)
      await app.register(async (scope: FastifyInstance) => {
        scope.addHook('onRequest', scope.authenticate('api-key'))
        const clock = () => 1_800_000_000
        await scope.register(apiKeyRoutes, { prefix: '/keys', clock, ...options })
      })
    },
  })
  const as: Managed['as'] = (who, request) =>
    setting.app.inject(
      asIdentity(
        {
          subject: 'ada',
          kind: 'user',
          authTime: setting.clock() - 60,
          scopes: ['read', 'write'],
          ...who,
        },
        request,
      ),
    )
  return { ...setting, as, ada: (request) => as({}, request) }
}

const post = (url: string, body?: object): InjectOptions =>
  body === undefined ? { method: 'POST', url } : { method: 'POST', url, body }

t.test('a person makes, looks at, changes, rotates and ends a key', async (t) => {
  const { ada, clock, keep, status } = await managed(t)
  const made = await ada(
    post('/keys', {
      name: 'deploy',
      scopes: ['read'],
      metadata: { team: 'blue' },
      cidrs: ['127.0.0.0/8'],
    }),
  )
  t.equal(made.statusCode, 201)
  t.equal(made.headers['cache-control'], 'no-store')
  const { key, info } = made.json()
  keep(key)
  t.same(info, {
    id: key.split('_')[2],
    name: 'deploy',
    owner: ADA,
    tenant: null,
    environment: 'live',
    scopes: ['read'],
    permissions: [],
    metadata: { team: 'blue' },
    cidrs: ['127.0.0.0/8'],
    rateLimit: null,
    quota: null,
    createdAt: clock(),
    createdBy: 'ada',
    expiresAt: clock() + 7_776_000,
    lastUsedAt: null,
    state: 'active',
    overlapEndsAt: null,
  })
  t.equal(await status(key), 200)

  const url = `/keys/${info.id}`
  const looked = await ada({ url })
  t.same(looked.json(), info)
  t.equal(looked.headers['cache-control'], 'no-store')

  const changed = await ada({
    method: 'PATCH',
    url,
    body: { name: 'renamed', scopes: ['write'], expiresAt: null },
  })
  t.match(changed.json(), { name: 'renamed', scopes: ['write'], expiresAt: null })

  const rotated = await ada(post(`${url}/rotate`, { overlap: 60, expiresAt: clock() + 100 }))
  t.equal(rotated.statusCode, 200)
  keep(rotated.json().key)
  t.match(rotated.json().info, { overlapEndsAt: clock() + 60, expiresAt: clock() + 100 })
  t.same([await status(key), await status(rotated.json().key)], [200, 200])
  const again = await ada(post(`${url}/rotate`))
  t.equal(again.statusCode, 200)
  keep(again.json().key)
  t.same([await status(rotated.json().key), await status(again.json().key)], [401, 200])

  t.match((await ada(post(`${url}/disable`))).json(), { state: 'disabled' })
  t.equal(await status(again.json().key), 401)
  t.match((await ada(post(`${url}/enable`))).json(), { state: 'active' })
  t.equal(await status(again.json().key), 200)

  const ended = await ada({ method: 'DELETE', url })
  t.equal(ended.statusCode, 204)
  t.equal(ended.body, '')
  t.equal(await status(again.json().key), 401)
  t.match((await ada({ url })).json(), { state: 'revoked' })
  t.equal((await ada(post(`${url}/enable`))).statusCode, 409)
})

t.test('a list holds one’s own keys of one’s own tenant, page by page', async (t) => {
  const { as, ada, issue } = await managed(t)
  for (let index = 0; index < 3; index++) await issue({ name: `mine ${index}` })
  await issue({ name: 'of another tenant', tenant: 'acme-inc' })
  await issue({ name: 'of Grace', owner: { type: 'user', id: 'grace' } })
  await issue({ name: 'of a namesake', owner: { type: 'service', id: 'ada' } })
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; page < 10; page++) {
    const response = await ada({ url: `/keys?limit=2${cursor}` })
    t.equal(response.statusCode, 200)
    seen.push(...response.json().keys.map(({ name }: { name: string }) => name))
    if (response.json().cursor === null) break
    cursor = `&cursor=${encodeURIComponent(response.json().cursor)}`
  }
  t.same(seen.sort(), ['mine 0', 'mine 1', 'mine 2'])
  const tenant = await as({ tenant: 'acme-inc' }, { url: '/keys' })
  t.same(
    tenant.json().keys.map(({ name }: { name: string }) => name),
    ['of another tenant'],
  )
  t.equal((await ada({ url: '/keys?limit=0' })).statusCode, 400)
})

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
  for (const authTime of [undefined, clock() - 301]) {
    for (const attempt of attempts) {
      const response = await as({ authTime }, attempt)
      t.equal(response.statusCode, 401)
      t.equal(response.json().code, 'LATCHKEY_IDENTITY_STEP_UP')
    }
  }
  t.equal(counting.total(), 0)
  t.equal(await status(key), 401)
  t.equal((await as({ authTime: clock() - 300 }, post(`/keys/${info.id}/enable`))).statusCode, 200)
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

t.test('V3.5.3: nothing is changed by GET', async (t) => {
  const { ada, issue, status } = await managed(t)
  const { key, info } = await issue()
  for (const act of ['rotate', 'enable', 'disable', 'revoke']) {
    t.equal((await ada({ url: `/keys/${info.id}/${act}` })).statusCode, 404)
  }
  t.equal(await status(key), 200)
})

t.test('keys of an organization are managed by whom the application says', async (t) => {
  const { as, eventsOf, keep } = await managed(t, {
    owner: ({ roles, tenant }) =>
      roles.has('admin') && tenant !== undefined ? { type: 'organization', id: tenant } : null,
  })
  const admin = { tenant: 'acme-inc', roles: ['admin'] }
  const made = await as(admin, post('/keys', { name: 'shared' }))
  t.equal(made.statusCode, 201)
  keep(made.json().key)
  const { info } = made.json()
  t.match(info, {
    owner: { type: 'organization', id: 'acme-inc' },
    tenant: 'acme-inc',
    createdBy: 'ada',
  })
  const other = await as({ ...admin, subject: 'grace' }, { url: `/keys/${info.id}` })
  t.equal(other.statusCode, 200, 'it outlives who made it')
  await as({ ...admin, subject: 'grace' }, { method: 'DELETE', url: `/keys/${info.id}` })
  t.match(eventsOf('latchkey:revoked'), [{ subject: 'acme-inc', by: 'grace', requestId: /^req-/ }])
  t.equal((await as({ tenant: 'acme-inc' }, { url: `/keys/${info.id}` })).statusCode, 403)
})

t.test('environment and expiry of a key may be said', async (t) => {
  const { ada, clock, keep } = await managed(t, {}, { environments: ['live', 'test'] })
  const expiresAt = clock() + 60
  const made = await ada(post('/keys', { name: 'x', environment: 'test', expiresAt }))
  keep(made.json().key)
  t.match(made.json().info, { environment: 'test', expiresAt })
})

t.test('an organization without a tenant of its own is its own tenant', async (t) => {
  const { ada, keep } = await managed(t, {
    owner: () => ({ type: 'organization', id: 'acme-inc' }),
  })
  const made = await ada(post('/keys', { name: 'shared' }))
  keep(made.json().key)
  t.equal((await ada({ url: `/keys/${made.json().info.id}` })).statusCode, 200)
})

t.test('a service owns no keys of its own', async (t) => {
  const { as } = await managed(t)
  const response = await as({ kind: 'service' }, { url: '/keys' })
  t.equal(response.statusCode, 403)
})

t.test('without authentication nothing is possible', async (t) => {
  const { app } = await stage(t, {
    routes: async (app) => {
      await app.register(apiKeyRoutes, { prefix: '/keys' })
    },
  })
  const response = await app.inject('/keys')
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_MISSING')
})

t.test('the keys of a registration by name are managed', async (t) => {
  const { ada, app, issue } = await managed(
    t,
    { keys: 'partner' },
    {
      async routes(app) {
        const { memoryStore } = await import('@latchkey/store')
        await app.register(apiKey, { prefix: 'partner', name: 'partner', store: memoryStore() })
      },
    },
  )
  await issue()
  await app.apiKeysOf('partner').create({ name: 'p', owner: ADA })
  const response = await ada({ url: '/keys' })
  t.match(response.json().keys, [{ name: 'p' }])
  t.equal(response.json().keys.length, 1)
})

t.test('the routes are in the OpenAPI document, with the auth of the option', async (t) => {
  const configs: unknown[] = []
  const { app } = await managed(
    t,
    { auth: { any: ['session'] } },
    {
      async routes(app) {
        await app.register(swagger, { openapi: { info: { title: 'x', version: '1' } } })
        app.addHook('onRoute', ({ config, url }) => {
          if (url.startsWith('/keys')) configs.push((config as { auth?: unknown }).auth)
        })
      },
    },
  )
  const { paths = {} } = app.swagger() as { paths?: Record<string, Record<string, unknown>> }
  t.same(Object.keys(paths['/keys/'] ?? {}).sort(), ['get', 'post'])
  t.same(Object.keys(paths['/keys/{id}'] ?? {}).sort(), ['delete', 'get', 'patch'])
  for (const act of ['rotate', 'enable', 'disable']) t.ok(paths[`/keys/{id}/${act}`])
  t.ok(configs.length >= 8)
  for (const config of configs) t.same(config, { any: ['session'] })
})
