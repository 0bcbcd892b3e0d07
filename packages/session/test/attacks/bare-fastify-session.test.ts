/**
 * What @fastify/session does by itself, with its defaults and the usual kind of store (a blind
 * `set`). Each test here passes because it fails: it is the reason for a promise of ours, which is
 * tested beside it.
 */
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { fastifySessionStore } from '../../src/index.js'
import { browserOf } from '../fixtures/app.js'
import { createGate, until } from '../fixtures/until.js'

const secret = 'a secret with at least 32 characters in it'

interface Kept {
  readonly writes: [id: string, session: unknown][]
  readonly gate: ReturnType<typeof createGate>
  readonly app: FastifyInstance
}

/** A store as they are: it serialises, and `set` overwrites. */
function usualStore(writes: Kept['writes']): fastifySession.SessionStore {
  const records = new Map<string, string>()
  return {
    set(id, session, callback) {
      writes.push([id, session])
      records.set(id, JSON.stringify(session))
      callback()
    },
    get(id, callback) {
      const record = records.get(id)
      callback(null, record === undefined ? null : JSON.parse(record))
    },
    destroy(id, callback) {
      records.delete(id)
      callback()
    },
  }
}

async function serve(
  t: Test,
  store: (writes: Kept['writes']) => fastifySession.SessionStore,
  options: Partial<fastifySession.FastifySessionOptions> = {},
): Promise<Kept> {
  const writes: Kept['writes'] = []
  const gate = createGate()
  const app = fastify() as FastifyInstance
  t.teardown(() => app.close())
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret,
    store: store(writes),
    cookie: { secure: false },
    ...options,
  })
  app.post('/set', async (request) => {
    Object.assign(request.session, request.body)
    return {}
  })
  app.post('/slow', async (request) => {
    await gate.wait()
    Object.assign(request.session, request.body)
    return {}
  })
  app.post('/destroy', async (request) => {
    await request.session.destroy()
    return {}
  })
  app.get('/bag', async (request) => {
    const {
      cookie: _,
      latchkey: __,
      ...rest
    } = request.session as unknown as Record<string, unknown>
    return rest
  })
  app.get('/nothing', async () => ({}))
  return { app, writes, gate }
}

const ours = () => fastifySessionStore(memoryStore())

for (const [what, store, resurrected] of [
  ['bare, a slow request brings a destroyed session back', usualStore, { user: 'u1', late: 1 }],
  ['over our store it does not', ours, {}],
] as const) {
  t.test(what, async (t) => {
    const { app, gate } = await serve(t, store)
    const browser = browserOf(app)
    await browser.post('/set', { user: 'u1' })
    const cookie = `sessionId=${browser.cookies.get('sessionId')}`
    const headers = { cookie }
    const writing = browserOf(app).request({
      method: 'POST',
      url: '/slow',
      headers,
      payload: { late: 1 },
    })
    t.ok(await until(() => gate.arrived() === 1))
    await browser.post('/destroy')
    gate.open()
    t.equal((await writing).statusCode, 200)
    const response = await browserOf(app).request({ url: '/bag', headers })
    t.strictSame(response.json(), resurrected)
  })
}

for (const [what, store, kept] of [
  ['bare, the slower of two requests undoes what the other wrote', usualStore, { slow: 1 }],
  ['over our store both are kept', ours, { slow: 1, quick: 1 }],
] as const) {
  t.test(what, async (t) => {
    const { app, gate } = await serve(t, store)
    const browser = browserOf(app)
    await browser.post('/set', { begun: 1 })
    const writing = browser.post('/slow', { slow: 1 })
    t.ok(await until(() => gate.arrived() === 1))
    await browser.post('/set', { quick: 1 })
    gate.open()
    await writing
    t.strictSame((await browser.get('/bag')).json(), { begun: 1, ...kept })
  })
}

t.test('bare, the store holds session ids as they are; over ours it holds digests', async (t) => {
  const bare = await serve(t, usualStore)
  const browser = browserOf(bare.app)
  await browser.post('/set', { user: 'u1' })
  const [id] = bare.writes[0] ?? ['']
  t.ok(browser.cookies.get('sessionId')?.startsWith(id))

  const store = memoryStore()
  const keys: string[] = []
  const spy = {
    ...store,
    create: (key: string, ...rest: [never, never]) => {
      keys.push(key)
      return store.create(key, ...rest)
    },
  }
  const { app } = await serve(t, () => fastifySessionStore(spy))
  const other = browserOf(app)
  await other.post('/set', { user: 'u1' })
  const token = other.cookies.get('sessionId')?.split('.')[0] ?? ''
  t.equal(keys.length, 1)
  t.equal(keys[0]?.includes(token), false)
  t.match(keys[0], /^fastify-session:[\w-]{43}$/)
})

t.test('bare, every visit writes a session, and every request writes it again', async (t) => {
  const { app, writes } = await serve(t, usualStore)
  const browser = browserOf(app)
  for (let time = 0; time < 5; time++) await browser.get('/nothing')
  t.equal(writes.length, 5)
})

t.test(
  'bare, a failing store answers 500 with its own words; ours 503 with fixed ones',
  async (t) => {
    const words = 'connect ECONNREFUSED 10.0.0.7:6379'
    const bare = await serve(t, (writes) => ({
      ...usualStore(writes),
      set: (_id, _session, callback) => callback(new Error(words)),
    }))
    const told = await browserOf(bare.app).post('/set', { a: 1 })
    t.equal(told.statusCode, 500)
    t.equal(told.json().message, words)

    const { store, fail } = failingStore(memoryStore())
    const { app } = await serve(t, () => fastifySessionStore(store))
    fail()
    const response = await browserOf(app).post('/set', { a: 1 })
    t.equal(response.statusCode, 503)
    t.equal(response.json().message, 'Sessions are not available at the moment')
  },
)

t.test('bare, a destroyed session leaves its cookie in the browser', async (t) => {
  const { app } = await serve(t, usualStore)
  const browser = browserOf(app)
  await browser.post('/set', { user: 'u1' })
  t.equal((await browser.post('/destroy')).headers['set-cookie'], undefined)
})

t.test('bare, a session that is used never ends', async (t) => {
  const { app, writes } = await serve(t, usualStore, { cookie: { secure: false, maxAge: 60_000 } })
  const browser = browserOf(app)
  await browser.post('/set', { user: 'u1' })
  await browser.get('/bag')
  const [first, last] = [writes[0], writes.at(-1)].map(
    (write = ['', undefined]) => (write[1] as { cookie: { expires: Date } }).cookie.expires,
  )
  t.ok(last !== undefined && first !== undefined && last >= first, 'each request moves the end')
})

t.test('bare, another secret drops every cookie; ours is signed with none', async (t) => {
  const store = usualStore([])
  const one = await serve(t, () => store)
  const browser = browserOf(one.app)
  await browser.post('/set', { user: 'u1' })
  const two = await serve(t, () => store, { secret: `${secret}, rotated` })
  const later = browserOf(two.app)
  later.cookies.set('sessionId', browser.cookies.get('sessionId') ?? '')
  t.strictSame((await later.get('/bag')).json(), {})
})
