import { channels } from '@latchkey/identity'
import tap from 'tap'
import { toSql } from '../src/index.js'
import { compilePolicy } from '../src/policy.js'
import { callers, documents, shelf } from './fixtures/documents.js'
import { call, NOW, serve } from './fixtures/server.js'

const { ann, bob, mia } = callers
const load = (request: { params: unknown }) => shelf[(request.params as { id: string }).id]

tap.test('V1.2.4: a value in a list filter is a parameter, whatever it says', async (t) => {
  const attack = "' OR 1=1--"
  const { createIdentity } = await import('@latchkey/identity')
  const identity = createIdentity({
    subject: attack,
    issuer: 'app',
    kind: 'user',
    mechanism: 'm',
    credentialId: 'c',
    tenant: attack,
  })
  const plan = documents.plan({ identity, permission: 'document.read', type: 'document' })
  for (const dialect of ['postgres', 'sqlite'] as const) {
    const { text, params } = toSql(plan, { dialect })
    t.notMatch(text, /OR 1=1|'/)
    t.same(params, [attack, attack])
  }
})

tap.test(
  'V6.8.4, V7.5.1, V10.3.4: strength and age of the login are verified where asked for',
  async (t) => {
    const app = await serve({})
    const routes: [url: string, requirements: object, challenge: string][] = [
      ['/email', { maxAge: 300 }, 'Bearer error="insufficient_user_authentication", max_age="300"'],
      [
        '/acr',
        { acr: ['mfa', 'phr'] },
        'Bearer error="insufficient_user_authentication", acr_values="mfa phr"',
      ],
      ['/amr', { amr: ['otp'] }, 'Bearer error="insufficient_user_authentication"'],
      ['/bound', { bound: 'dpop' }, 'Bearer error="insufficient_user_authentication"'],
    ]
    for (const [url, requirements] of routes) {
      app.post(url, { preHandler: app.requires(requirements) }, async () => ({ done: true }))
    }
    for (const [url, , challenge] of routes) {
      for (const who of [
        { subject: 'u' },
        { subject: 'u', authTime: NOW - 600, acr: 'pwd', amr: ['pwd'], bound: 'mtls' as const },
      ]) {
        const answer = await call(app, who, { method: 'POST', url })
        t.equal(answer.status, 401, url)
        t.same(answer.headers['www-authenticate'], [challenge])
      }
      const strong = {
        subject: 'u',
        authTime: NOW - 300,
        acr: 'phr',
        amr: ['otp'],
        bound: 'dpop' as const,
      }
      t.equal((await call(app, strong, { method: 'POST', url })).status, 200)
    }
  },
)

tap.test('V8.2.1: without a permission that is granted, the answer is no', async (t) => {
  const app = await serve({ permissions: ['x'], scopes: ['orders:write'] })
  app.get('/x', { preHandler: app.requires({ can: 'x' }) }, async () => 'never')
  app.get(
    '/scoped',
    { preHandler: app.requires({ scopes: ['orders:write'] }) },
    async () => 'never',
  )
  t.equal(
    (await call(app, { subject: 'u', roles: ['admin'], scopes: ['x', '*'] }, { url: '/x' })).status,
    403,
  )
  const scoped = await call(app, { subject: 'u' }, { url: '/scoped' })
  t.equal(scoped.status, 403)
  t.same(scoped.headers['www-authenticate'], [
    'Bearer error="insufficient_scope", scope="orders:write"',
  ])
})

tap.test(
  'V8.2.2: the object of another owner is refused, and a forgotten check is found',
  async (t) => {
    const app = await serve({ policy: documents, guard: true })
    app.get(
      '/docs/:id',
      { preHandler: app.requires({ can: 'document.read', resource: load as never }) },
      async () => ({ ok: 1 }),
    )
    app.get(
      '/forgets/:id',
      { preHandler: app.requires({ resource: load as never }) },
      async () => ({ leak: 1 }),
    )
    t.equal((await call(app, bob, { url: '/docs/d1' })).status, 403)
    const forgotten = await call(app, bob, { url: '/forgets/d1' })
    t.equal(forgotten.status, 500)
    t.match(forgotten.body, { code: 'LATCHKEY_AUTHZ_UNCHECKED_RESOURCE' })
  },
)

tap.test('V8.3.1: what the client says of itself has no effect', async (t) => {
  const app = await serve({ policy: documents })
  app.post('/reports', { preHandler: app.requires({ can: 'reports.view' }) }, async () => 'never')
  const answer = await call(app, bob, {
    method: 'POST',
    url: '/reports?role=manager&roles=manager',
    headers: { 'x-user-id': 'mia', 'x-role': 'manager', 'x-roles': 'manager' },
    payload: {
      role: 'manager',
      roles: ['manager'],
      identity: { roles: ['manager'] },
      subject: 'mia',
    },
  })
  t.equal(answer.status, 403)
})

tap.test('V8.3.2: a role that is taken away is gone with the next request', async (t) => {
  const app = await serve({ policy: documents })
  app.get('/reports', { preHandler: app.requires({ can: 'reports.view' }) }, async () => ({
    ok: 1,
  }))
  t.equal((await call(app, mia, { url: '/reports' })).status, 200)
  t.equal((await call(app, { ...mia, roles: ['reader'] }, { url: '/reports' })).status, 403)
})

tap.test('V8.4.1: tenants stay apart, and nothing of another is read', async (t) => {
  const app = await serve({ policy: documents })
  let reads = 0
  const resource = () => {
    reads++
    return shelf.d4
  }
  app.get(
    '/tenants/:org/docs/:id',
    { preHandler: app.requires({ tenant: 'org', can: 'document.read', resource }) },
    async () => 'never',
  )
  app.get(
    '/docs/:id',
    { preHandler: app.requires({ can: 'document.read', resource }) },
    async () => 'never',
  )
  t.equal((await call(app, ann, { url: '/tenants/umbrella/docs/d4' })).status, 404)
  t.equal(reads, 0)
  t.equal((await call(app, ann, { url: '/docs/d4' })).status, 404)
  const { createIdentity } = await import('@latchkey/identity')
  const parts = { issuer: 'app', kind: 'user', mechanism: 'm', credentialId: 'c' } as const
  for (const who of [ann, bob, mia]) {
    const identity = createIdentity({ ...parts, ...who })
    const plan = documents.plan({ identity, permission: 'document.read', type: 'document' })
    t.match(toSql(plan, { dialect: 'postgres' }).text, /^\(?"tenantId" = \$1/, who.subject)
  }
})

tap.test(
  'V10.3.2: a token without the scope is told which, and a covering role does not help',
  async (t) => {
    const app = await serve({
      scopes: ['orders:read', 'orders:write'],
      roles: { admin: { scopes: ['orders:write'] } },
      scopesFromRoles: ['session'],
    })
    app.get('/orders', { preHandler: app.requires({ scopes: ['orders:write'] }) }, async () => ({
      ok: 1,
    }))
    const token = { subject: 'u', clientId: 'app', scopes: ['orders:read'], roles: ['admin'] }
    const answer = await call(app, token, { url: '/orders' })
    t.equal(answer.status, 403)
    t.same(answer.headers['www-authenticate'], [
      'Bearer error="insufficient_scope", scope="orders:write"',
    ])
  },
)

tap.test(
  'V15.3.5, V15.3.6: claims of the wrong type and hostile names grant nothing',
  async (t) => {
    const { createIdentity } = await import('@latchkey/identity')
    const policy = compilePolicy({
      resources: { doc: { actions: ['read'], attributes: { dept: 'string' } } },
      rules: [
        {
          allow: 'doc.read',
          when: { op: 'eq', left: 'dept', value: { caller: 'claims.dept' } } as never,
        },
      ],
    })
    for (const dept of [1, true, null, undefined, {}, ['a'], Number.NaN]) {
      const identity = createIdentity({
        subject: 'u',
        issuer: 'a',
        kind: 'user',
        mechanism: 'm',
        credentialId: 'c',
        claims: { dept },
      })
      for (const held of ['a', 1, true, null, {}, ['a']]) {
        t.equal(policy.can(identity, 'doc.read', { dept: held }), false)
      }
    }
    const hostile = createIdentity({
      subject: '__proto__',
      issuer: 'a',
      kind: 'user',
      mechanism: 'm',
      credentialId: 'c',
      roles: ['__proto__', 'constructor', 'toString'],
    })
    t.equal(
      policy.can(hostile, 'doc.read', JSON.parse('{"__proto__":{"dept":"a"},"dept":null}')),
      false,
    )
    for (const name of ['__proto__', 'constructor', 'toString']) {
      t.throws(() => policy.can(hostile, name), { code: 'LATCHKEY_AUTHZ_UNKNOWN_NAME' })
    }
    t.same(Object.keys(Object.prototype), [])
  },
)

tap.test('V16.3.2: one refusal is one event that names the rule', async (t) => {
  const events: { details?: { rules?: unknown } }[] = []
  const listen = (event: unknown) => events.push(event as never)
  channels.denied.subscribe(listen)
  t.teardown(() => channels.denied.unsubscribe(listen))
  const app = await serve({ policy: documents })
  app.put(
    '/docs/:id',
    { preHandler: app.requires({ can: 'document.edit', resource: load as never }) },
    async () => 'never',
  )
  t.equal((await call(app, ann, { method: 'PUT', url: '/docs/d3' })).status, 403)
  t.equal(events.length, 1)
  t.same(events[0]?.details?.rules, ['frozen'])
})

tap.test('V16.5.3: whatever throws while deciding, the handler does not run', async (t) => {
  const app = await serve({ policy: documents })
  let runs = 0
  const handler = async () => ++runs
  const resource = () => {
    throw new Error('the database is down')
  }
  const trap = new Proxy(
    {},
    {
      get: () => {
        throw new Error('a getter')
      },
    },
  )
  app.get('/loader', { preHandler: app.requires({ can: 'document.read', resource }) }, handler)
  app.get(
    '/later',
    { preHandler: app.requires({ can: 'document.read', resource: async () => resource() }) },
    handler,
  )
  app.get(
    '/getter',
    { preHandler: app.requires({ can: 'document.read', resource: () => trap }) },
    handler,
  )
  for (const url of ['/loader', '/later', '/getter']) {
    t.equal((await call(app, ann, { url })).status, 500, url)
  }
  t.equal(runs, 0)
})
