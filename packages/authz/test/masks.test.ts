import tap from 'tap'
import { authz, eq, isOwner } from '../src/index.js'
import { definePolicy } from '../src/policy.js'
import { call, serve } from './fixtures/server.js'

const policy = definePolicy({
  resources: {
    user: {
      actions: ['read', 'edit'],
      collection: ['invite'],
      attributes: {
        id: 'string',
        org: 'string',
        email: 'string',
        name: 'string',
        admin: 'boolean',
      },
      tenant: 'org',
      owner: 'id',
    },
    thing: { actions: ['read'] },
  },
  permissions: ['misc'],
  rules: [
    { allow: 'user.read', fields: ['id', 'name'], when: eq('admin', false) },
    { allow: ['user.read', 'user.edit'], when: isOwner() },
    { deny: ['user.edit', 'user.invite'], fields: ['admin'] },
    { allow: 'user.invite' },
    { allow: ['thing.read', 'misc'] },
  ],
})

const ann = { id: 'ann', org: 'o', email: 'ann@x', name: 'Ann', admin: false }
const bob = { id: 'bob', org: 'o', email: 'bob@x', name: 'Bob', admin: false }
const root = { id: 'root', org: 'o', email: 'root@x', name: 'Root', admin: true }
const caller = { subject: 'ann', tenant: 'o' }

tap.test('an answer shows of each object what the caller may read', async (t) => {
  const app = await serve({ policy })
  const preHandler = app.requires({ mask: { read: 'user.read' } })
  app.get('/one', { preHandler }, async () => bob)
  app.get('/own', { preHandler }, async () => ann)
  app.get('/hidden', { preHandler }, async () => root)
  app.get('/text', { preHandler }, async () => 'plain')
  app.get('/list', { preHandler }, async () => [ann, bob, root, 7])
  app.get(
    '/page',
    { preHandler: app.requires({ mask: { read: 'user.read', at: 'items' } }) },
    async () => ({
      total: 3,
      items: [ann, bob, root],
    }),
  )
  app.get('/fails', { preHandler }, async (_request, reply) => reply.code(409).send({ why: 'so' }))
  const body = async (url: string) => (await call(app, caller, { url })).body
  t.same(await body('/one'), { id: 'bob', name: 'Bob' })
  t.same(await body('/own'), ann)
  t.same(await body('/hidden'), null)
  t.same(await body('/list'), [ann, { id: 'bob', name: 'Bob' }])
  t.same(await body('/page'), { total: 3, items: [ann, { id: 'bob', name: 'Bob' }] })
  t.same(await body('/fails'), { why: 'so' }, 'errors are not masked')
})

tap.test('a body may set what the caller may write', async (t) => {
  const app = await serve({ policy })
  const resource = () => ann
  app.patch(
    '/me',
    { preHandler: app.requires({ can: 'user.edit', resource, mask: { write: 'user.edit' } }) },
    async (request) => request.body,
  )
  app.patch(
    '/unasked',
    { preHandler: app.requires({ resource, mask: { write: 'user.edit' } }) },
    async (request) => {
      await request.authorize('user.edit', ann)
      return request.body
    },
  )
  app.post(
    '/invite',
    { preHandler: app.requires({ can: 'user.invite', mask: { write: 'user.invite' } }) },
    async (request) => request.body,
  )
  const send = async (
    method: 'PATCH' | 'POST',
    url: string,
    payload: object | undefined,
    who: { subject: string; tenant: string } = caller,
  ) => {
    const answer = await call(
      app,
      who,
      payload === undefined ? { method, url } : { method, url, payload },
    )
    return [answer.status, answer.body]
  }
  const rename = { name: 'Anna' }
  t.same(await send('PATCH', '/me', rename), [200, rename])
  t.same(await send('PATCH', '/unasked', rename), [200, rename])
  t.match(await send('PATCH', '/me', { name: 'A', admin: true }), [
    403,
    { code: 'LATCHKEY_IDENTITY_FORBIDDEN', message: 'Not allowed to set "admin"' },
  ])
  t.match(await send('PATCH', '/me', { org: 'other' }), [
    403,
    { message: 'Not allowed to set "org"' },
  ])
  t.same(await send('PATCH', '/me', { org: 'o' }), [200, { org: 'o' }], 'unchanged')
  t.match(await send('PATCH', '/me', rename, { subject: 'bob', tenant: 'o' }), [
    403,
    { message: 'Not allowed' },
  ])
  t.match(await send('PATCH', '/unasked', rename, { subject: 'bob', tenant: 'o' }), [
    403,
    { message: 'Not allowed' },
  ])
  t.same(await send('POST', '/invite', { org: 'o', name: 'C' }), [200, { org: 'o', name: 'C' }])
  t.match(await send('POST', '/invite', { org: 'x', name: 'C' }), [
    404,
    { code: 'LATCHKEY_AUTHZ_NOT_FOUND' },
  ])
  t.match(await send('POST', '/invite', { org: 'o', admin: true }), [
    403,
    { message: 'Not allowed to set "admin"' },
  ])
  t.equal((await send('POST', '/invite', undefined))[0], 404, 'no body is of no tenant')
})

tap.test('a mask by what has no fields does not start', async (t) => {
  const app = await serve({
    policy,
    engines: {
      thing: {
        name: 'other',
        evaluate: () => ({ effect: 'deny', reason: 'engine', rules: [] }),
        evaluateMany: () => [],
      },
    },
  }).catch((error) => error)
  t.match(app, { code: 'LATCHKEY_AUTHZ_INVALID_POLICY' }, 'rules speak of it')
  const server = await serve({ policy })
  for (const mask of [{ read: 'misc' }, { write: 'misc' }]) {
    t.throws(() => server.requires({ mask }), { code: 'LATCHKEY_AUTHZ_INVALID_REQUIREMENT' })
  }
  t.ok(authz)
})
