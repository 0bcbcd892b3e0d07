import swagger from '@fastify/swagger'
import { memoryStore } from '@latchkey/store'
import t from 'tap'
import { apiKey, apiKeyRoutes } from '../src/index.js'
import { managed, post } from './fixtures/managed.js'
import { ADA, stage } from './fixtures/stage.js'

t.test(
  'V14.3.2: a person makes, looks at, changes, rotates and ends a key, and nothing of it is kept by caches',
  async (t) => {
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
  },
)

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
