import { channels } from '@latchkey/identity'
import tap from 'tap'
import { callers, documents, shelf } from './fixtures/documents.js'
import { call, NOW, serve } from './fixtures/server.js'

const load = async (request: { params: unknown }) => shelf[(request.params as { id: string }).id]

async function app() {
  const server = await serve({ policy: documents, guard: true })
  const handler = async (request: { resource: unknown }) => ({ found: request.resource })
  const guarded = (requirements: Parameters<typeof server.requires>[0]) => ({
    preHandler: server.requires(requirements),
  })
  server.get('/docs', guarded({ can: 'document.list' }), handler)
  server.get('/docs/:id', guarded({ can: 'document.read', resource: load as never }), handler)
  server.put('/docs/:id', guarded({ can: 'document.edit', resource: load as never }), handler)
  server.post(
    '/docs/:id/publish',
    guarded({ can: 'document.publish', resource: load as never }),
    handler,
  )
  server.get(
    '/secrets/:id',
    guarded({
      can: 'secret.open',
      resource: ((request: never) => (request as { params: object }).params) as never,
    }),
    handler,
  )
  server.get('/tenants/:tenant/docs', guarded({ tenant: 'tenant' }), handler)
  server.get('/reports', guarded({ permissions: ['reports.view'] }), handler)
  server.get('/export', guarded({ permissions: ['reports.export'] }), handler)
  return server
}

const { ann, bob, mia, sue, nobody } = callers
const fresh = { authTime: NOW - 10 }

const answers: [
  what: string,
  who: object,
  method: 'GET' | 'PUT' | 'POST',
  url: string,
  status: number,
][] = [
  ['a role opens what needs no object', bob, 'GET', '/docs', 200],
  ['without the role it stays closed', nobody, 'GET', '/docs', 403],
  ['an inherited role opens it too', mia, 'GET', '/docs', 200],
  ['a condition on the object lets it through', bob, 'GET', '/docs/d2', 200],
  ['a condition on the object holds it back', bob, 'GET', '/docs/d1', 403],
  ['the owner gets through', ann, 'GET', '/docs/d1', 200],
  ['an owner of another tenant does not learn that it exists', ann, 'GET', '/docs/d4', 404],
  ['a rule for any tenant reaches across', sue, 'GET', '/docs/d1', 200],
  ['an object that is not there is not found', ann, 'GET', '/docs/d9', 404],
  ['a rule that forbids outweighs ownership', ann, 'PUT', '/docs/d3', 403],
  ['the owner may edit', ann, 'PUT', '/docs/d1', 200],
  ['a stale login is challenged', mia, 'POST', '/docs/d1/publish', 401],
  ['a fresh login passes', { ...mia, ...fresh }, 'POST', '/docs/d1/publish', 200],
  ['a type that conceals answers 404 to whoever has no right', bob, 'GET', '/secrets/s1', 404],
  ['a type that conceals answers 404 for the wrong object', mia, 'GET', '/secrets/s2', 404],
  ['a type that conceals opens', mia, 'GET', '/secrets/s1', 200],
  ['the own tenant in the path passes', ann, 'GET', '/tenants/acme/docs', 200],
  ['another tenant in the path is not found', ann, 'GET', '/tenants/umbrella/docs', 404],
  [
    'a caller without tenant has none in any path',
    { subject: 'x' },
    'GET',
    '/tenants/undefined/docs',
    404,
  ],
  ['a permission about nothing passes by role', mia, 'GET', '/reports', 200],
  ['a permission about nothing is refused', bob, 'GET', '/reports', 403],
]

for (const [what, who, method, url, status] of answers) {
  tap.test(what, async (t) => {
    const answer = await call(await app(), who as never, { method, url })
    t.equal(answer.status, status)
    if (status === 200) return
    const errors: Record<number, object> = {
      401: { code: 'LATCHKEY_IDENTITY_STEP_UP', error: 'Unauthorized' },
      403: { code: 'LATCHKEY_IDENTITY_FORBIDDEN', error: 'Forbidden', message: 'Not allowed' },
      404: { code: 'LATCHKEY_AUTHZ_NOT_FOUND', error: 'Not Found', message: 'Not found' },
    }
    t.match(answer.body, errors[status] as object)
    t.equal(answer.headers['cache-control'], 'no-store')
    t.notMatch(
      JSON.stringify(answer.body),
      /ann|acme|salary|published|rule/,
      'nothing of the reasons',
    )
  })
}

tap.test('a stale login is told how fresh it must be, and passes once it is', async (t) => {
  const server = await app()
  const request = { method: 'POST', url: '/docs/d1/publish' } as const
  const stale = await call(server, { ...mia, authTime: NOW - 900 }, request)
  t.equal(stale.status, 401)
  t.same(stale.headers['www-authenticate'], [
    'Bearer error="insufficient_user_authentication", max_age="300"',
  ])
  t.equal((await call(server, { ...mia, authTime: NOW - 300 }, request)).status, 200)
})

tap.test('a rule that lacks only a scope is answered with the scope', async (t) => {
  const answer = await call(await app(), mia, { url: '/export' })
  t.equal(answer.status, 403)
  t.same(answer.headers['www-authenticate'], [
    'Bearer error="insufficient_scope", scope="docs:read"',
  ])
})

tap.test(
  'a rule that lacks scope and login asks for the scope first, then for the login',
  async (t) => {
    const server = await app()
    const scoped = { ...mia, scopes: ['docs:read'] }
    const weak = await call(server, { ...scoped, ...fresh }, { url: '/export' })
    t.same(weak.headers['www-authenticate'], [
      'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="60"',
    ])
    t.equal(
      (await call(server, { ...scoped, ...fresh, acr: 'mfa' }, { url: '/export' })).status,
      200,
    )
  },
)

tap.test('whoever could never be allowed is refused before the object is loaded', async (t) => {
  const server = await serve({ policy: documents })
  let loads = 0
  const resource = () => {
    loads++
    return null
  }
  server.get('/x', { preHandler: server.requires({ can: 'document.publish', resource }) }, () => '')
  t.equal((await call(server, bob, { url: '/x' })).status, 403)
  t.equal((await call(server, mia, { url: '/x' })).status, 401)
  t.equal(loads, 0, 'nothing was loaded')
  t.equal((await call(server, { ...mia, ...fresh }, { url: '/x' })).status, 404)
  t.equal(loads, 1)
})

tap.test('the log learns what was missing, and no value of the object', async (t) => {
  const events: unknown[] = []
  const listen = (event: unknown): unknown => events.push(event)
  channels.denied.subscribe(listen)
  t.teardown(() => channels.denied.unsubscribe(listen))
  await call(await app(), bob, { url: '/docs/d1' })
  t.match(events, [
    {
      outcome: 'denied',
      subject: 'bob',
      route: '/docs/:id',
      reason: 'no-rule',
      details: {
        permission: 'document.read',
        rules: [],
        candidates: [
          { rule: 'audit', requirement: 'role', needs: 'auditor' },
          { rule: 'own', requirement: 'condition', needs: 'ownerId = caller.subject' },
          { rule: 'published', requirement: 'condition', needs: 'status = "published"' },
          { rule: 'role manager: document.read', requirement: 'role', needs: 'manager' },
        ],
      },
    },
  ])
  t.notMatch(JSON.stringify(events), /draft|salary|"ann"/)
})

tap.test('a hidden object is in the log', async (t) => {
  const events: unknown[] = []
  const listen = (event: unknown): unknown => events.push(event)
  channels.denied.subscribe(listen)
  t.teardown(() => channels.denied.unsubscribe(listen))
  await call(await app(), ann, { url: '/docs/d4' })
  t.match(events, [{ outcome: 'denied', subject: 'ann', reason: 'other-tenant' }])
})

tap.test('the client is told why where the application wants it', async (t) => {
  const server = await serve({ policy: documents, disclose: true })
  const requirements = { can: 'document.read', resource: load as never }
  server.get('/docs/:id', { preHandler: server.requires(requirements) }, () => '')
  const answer = await call(server, bob, { url: '/docs/d1' })
  t.equal(answer.status, 403)
  t.match(answer.body, { message: /^DENY document.read on document "d1": no rule allows it/ })
})

tap.test('the hook needs an authenticated route', async (t) => {
  const server = await app()
  const response = await server.inject('/reports')
  t.equal(response.statusCode, 500)
  t.match(response.json(), { code: 'LATCHKEY_IDENTITY_MISSING' })
})
