import { channels } from '@latchkey/identity'
import tap from 'tap'
import { toPredicate } from '../src/index.js'
import { callers, documents, shelf } from './fixtures/documents.js'
import { call, NOW, serve } from './fixtures/server.js'

const { ann, bob, mia } = callers
const idOf = (request: { params: unknown }) => (request.params as { id: string }).id

async function app(settings = {}) {
  const server = await serve({ policy: documents, ...settings })
  server.get('/can/:id', async (request) => ({
    answer: await request.can('document.edit', shelf[idOf(request)]),
  }))
  server.get('/authorize/:id', async (request) => {
    await request.authorize('document.edit', shelf[idOf(request)])
    return { done: true }
  })
  server.get('/publish/:id', async (request) => {
    await request.authorize('document.publish', shelf[idOf(request)])
    return { done: true }
  })
  server.get('/explain/:id', async (request) => ({
    text: (await request.explain('document.edit', shelf[idOf(request)])).text,
  }))
  server.get('/plan', async (request) => {
    const plan = await request.plan('document.read')
    const rows = Object.values(shelf) as object[]
    return { ids: rows.filter(toPredicate(plan) as never).map((row) => (row as { id: string }).id) }
  })
  server.get('/fields/:id', async (request) => ({
    fields: request
      .fields('document.read', shelf[idOf(request)] ?? {})
      .pick(shelf[idOf(request)] ?? {}),
  }))
  return server
}

tap.test('a handler asks whether the caller may', async (t) => {
  const server = await app()
  t.same((await call(server, ann, { url: '/can/d1' })).body, { answer: true })
  t.same((await call(server, ann, { url: '/can/d2' })).body, { answer: false })
  t.same((await call(server, ann, { url: '/can/none' })).body, { answer: false }, 'no object')
})

tap.test('a handler that demands ends the request', async (t) => {
  const server = await app()
  t.same((await call(server, ann, { url: '/authorize/d1' })).body, { done: true })
  const refused = await call(server, ann, { url: '/authorize/d2' })
  t.equal(refused.status, 403)
  t.match(refused.body, { code: 'LATCHKEY_IDENTITY_FORBIDDEN', message: 'Not allowed' })
  t.equal((await call(server, ann, { url: '/authorize/d4' })).status, 404, 'another tenant')
  const stale = await call(server, mia, { url: '/publish/d1' })
  t.equal(stale.status, 401)
  t.match(stale.headers['www-authenticate'], [/insufficient_user_authentication.*max_age="300"/])
  t.equal((await call(server, { ...mia, authTime: NOW }, { url: '/publish/d1' })).status, 200)
})

tap.test('a handler that demands without await is obeyed too', async (t) => {
  const server = await serve({ policy: documents })
  server.get('/', async (request) => {
    request.authorize('document.edit', shelf.d2)
    return { leaked: true }
  })
  const answer = await call(server, ann, { url: '/' })
  t.equal(answer.status, 403)
})

tap.test('nobody may do anything where nobody is logged in', async (t) => {
  const server = await app()
  const get = async (url: string) => {
    const response = await server.inject(url)
    return [response.statusCode, response.json()]
  }
  t.same(await get('/can/d1'), [200, { answer: false }])
  t.match(await get('/authorize/d1'), [403, { code: 'LATCHKEY_AUTHZ_NO_IDENTITY' }])
  t.same(await get('/plan'), [200, { ids: [] }])
  t.same(await get('/fields/d1'), [200, { fields: {} }])
  t.same(await get('/explain/d1'), [200, { text: 'DENY document.edit: nobody is logged in' }])
})

tap.test('a handler reads what a list may hold, and which fields', async (t) => {
  const server = await app()
  t.same((await call(server, ann, { url: '/plan' })).body, { ids: ['d1', 'd2', 'd3'] })
  t.same((await call(server, bob, { url: '/fields/d2' })).body, { fields: shelf.d2 }, 'its owner')
  const { id, status, title } = shelf.d2 as { id: string; status: string; title: string }
  t.same((await call(server, ann, { url: '/fields/d2' })).body, { fields: { id, status, title } })
  t.same((await call(server, bob, { url: '/fields/d1' })).body, { fields: {} })
})

tap.test('an explanation reads like a letter', async (t) => {
  const answer = await call(await app(), ann, { url: '/explain/d3' })
  t.matchSnapshot((answer.body as { text: string }).text)
})

tap.test('a permission that does not exist is a fault of the program', async (t) => {
  const server = await serve({ policy: documents })
  server.get('/', async (request) => request.can('document.eddit' as never))
  const answer = await call(server, ann, { url: '/' })
  t.equal(answer.status, 500)
  t.match(answer.body, { code: 'LATCHKEY_AUTHZ_UNKNOWN_NAME' })
})

tap.test('every denial is an event, of the others a sample', async (t) => {
  const events: Record<string, unknown>[] = []
  const listen = (event: unknown) => events.push(event as Record<string, unknown>)
  channels.denied.subscribe(listen)
  channels.allowed.subscribe(listen)
  t.teardown(() => {
    channels.denied.unsubscribe(listen)
    channels.allowed.unsubscribe(listen)
  })
  const all = await app({ sampleAllows: 1 })
  await call(all, ann, { url: '/can/d1' })
  await call(all, ann, { url: '/authorize/d1' })
  await call(all, ann, { url: '/can/d2' })
  await call(all, ann, { url: '/authorize/d2' })
  const own = { permission: 'document.edit', rules: ['own'] }
  t.match(events, [
    { outcome: 'allowed', subject: 'ann', reason: 'allowed', details: own },
    { outcome: 'allowed', subject: 'ann', reason: 'allowed', details: own },
    { outcome: 'denied', subject: 'ann', reason: 'no-rule', details: { rules: [] } },
    { outcome: 'denied', subject: 'ann', reason: 'no-rule', details: { rules: [] } },
  ])
  t.equal(events.length, 4)
  events.length = 0
  const none = await app({ sampleAllows: 0 })
  await call(none, ann, { url: '/can/d1' })
  await call(none, ann, { url: '/can/d2' })
  t.match(events, [{ outcome: 'denied' }])
  t.equal(events.length, 1)
})
