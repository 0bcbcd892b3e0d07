import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { memoryStore, type Store } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type FastifySessionStoreOptions, fastifySessionStore } from '../src/index.js'
import { browserOf } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'

async function stage(
  t: Test,
  store: Store,
  options: FastifySessionStoreOptions = {},
  session: Partial<fastifySession.FastifySessionOptions> = {},
) {
  const app = fastify() as FastifyInstance
  t.teardown(() => app.close())
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret: 'a secret with at least 32 characters in it',
    store: fastifySessionStore(store, options),
    cookie: { secure: false },
    ...session,
  })
  app.post('/set', async (request) => {
    Object.assign(request.session, request.body)
    return {}
  })
  app.get('/bag', async (request) => JSON.parse(JSON.stringify({ ...request.session, cookie: 0 })))
  app.get('/modified', async (request) => ({ modified: request.session.isModified() }))
  app.post('/regenerate', async (request) => {
    await request.session.regenerate(request.body as string[])
    return {}
  })
  app.post('/destroy', async (request) => {
    await request.session.destroy()
    return {}
  })
  app.post('/twice', async (request) => {
    Object.assign(request.session, { one: 1 })
    await request.session.save()
    Object.assign(request.session, { two: 2 })
    await request.session.save()
    return {}
  })
  return { app, browser: browserOf(app) }
}

t.test('it keeps, changes and ends sessions as @fastify/session asks', async (t) => {
  const { browser } = await stage(t, memoryStore())
  await browser.post('/set', { a: 1, b: { c: [1] } })
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0, a: 1, b: { c: [1] } })
  t.strictSame((await browser.get('/modified')).json(), { modified: false })
  await browser.post('/set', { a: 2 })
  await browser.post('/twice')
  t.strictSame((await browser.get('/bag')).json(), {
    cookie: 0,
    a: 2,
    b: { c: [1] },
    one: 1,
    two: 2,
  })
  await browser.post('/regenerate', ['a'])
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0, a: 2 })
  await browser.post('/destroy')
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0 })
})

t.test('a new session can be stored twice in one request', async (t) => {
  const { browser } = await stage(t, memoryStore())
  await browser.post('/twice')
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0, one: 1, two: 2 })
})

t.test('visits write nothing, uses are noted once a minute', async (t) => {
  const clock = testClock()
  const counting = countingStore(memoryStore({ clock }))
  const { browser } = await stage(t, counting.store, { clock })
  for (let time = 0; time < 3; time++) await browser.get('/bag')
  t.equal(counting.counts.create, 0)
  await browser.post('/set', { a: 1 })
  counting.reset()
  for (let time = 0; time < 30; time++) {
    clock.advance(10)
    await browser.get('/bag')
  }
  t.equal(counting.counts.replace, 5)
})

t.test('a session ends after 1800 seconds without a request, to the second', async (t) => {
  const clock = testClock()
  const store = memoryStore({ clock })
  const { browser } = await stage(t, store, { clock })
  await browser.post('/set', { a: 1 })
  clock.advance(1799)
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0, a: 1 })
  clock.advance(1800)
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0 })
  t.equal((await store.stats()).records, 0)
})

t.test('the cookie’s maxAge is the idle timeout, unless another is given', async (t) => {
  for (const [options, seconds] of [
    [{}, 100],
    [{ idleTimeout: 50 }, 50],
  ] as const) {
    const clock = testClock()
    const session = { cookie: { secure: false, maxAge: 100_000 } }
    const { browser } = await stage(t, memoryStore({ clock }), { clock, ...options }, session)
    await browser.post('/set', { a: 1 })
    clock.advance(seconds - 1)
    t.strictSame((await browser.get('/bag')).json(), { cookie: 0, a: 1 })
    clock.advance(seconds)
    t.strictSame((await browser.get('/bag')).json(), { cookie: 0 })
  }
})

t.test('a session ends absolutely, however much it is used', async (t) => {
  const clock = testClock()
  const options = { clock, absoluteTimeout: 3600 }
  const { browser } = await stage(t, memoryStore({ clock }), options)
  await browser.post('/set', { a: 1 })
  for (let minute = 0; minute < 59; minute++) {
    clock.advance(60)
    await browser.post('/set', { minute })
  }
  clock.advance(59)
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0, a: 1, minute: 58 })
  clock.advance(1)
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0 })
})

t.test('a cookie that expires at an instant keeps it', async (t) => {
  const expires = new Date(Date.now() + 3_600_000)
  const session = { cookie: { secure: false, expires } }
  const { browser } = await stage(t, memoryStore(), {}, session)
  await browser.post('/set', { a: 1 })
  const response = await browser.post('/set', { a: 2 })
  t.match(response.headers['set-cookie'], `Expires=${expires.toUTCString()}`)
  t.strictSame((await browser.get('/bag')).json(), { cookie: 0, a: 2 })
})

t.test('what is no JSON is a programmer error, no outage', async (t) => {
  const { app } = await stage(t, memoryStore())
  const other = fastifySessionStore(memoryStore())
  const session = { cookie: {}, a: 1n } as never
  const error = await new Promise((resolve) => other.set('id', session, resolve))
  t.match(error, { code: 'LATCHKEY_SESSION_INVALID_BAG' })
  await app.ready()
})

t.test('a session that is always changed by others is given up', async (t) => {
  const inner = memoryStore()
  let isBusy = false
  const store: Store = {
    ...inner,
    replace: (...args) => (isBusy ? Promise.resolve(false) : inner.replace(...args)),
  }
  const { browser } = await stage(t, store)
  await browser.post('/set', { a: 1 })
  isBusy = true
  t.equal((await browser.post('/set', { a: 2 })).statusCode, 503)
})

t.test('a store that does not answer is 503 for every operation', async (t) => {
  const down = async () => {
    throw new Error('10.0.0.7')
  }
  const inner = memoryStore()
  let isDown = false
  const store: Store = {
    ...inner,
    get: (...args) => (isDown ? down() : inner.get(...args)),
    delete: (...args) => (isDown ? down() : inner.delete(...args)),
  }
  const { browser } = await stage(t, store)
  await browser.post('/set', { a: 1 })
  isDown = true
  const response = await browser.get('/bag')
  t.equal(response.statusCode, 503)
  t.equal(response.json().message, 'Sessions are not available at the moment')
  const error = await new Promise((resolve) => fastifySessionStore(store).destroy('x', resolve))
  t.match(error, { code: 'LATCHKEY_SESSION_UNAVAILABLE' })
})

for (const options of [
  { absoluteTimeout: 0 },
  { idleTimeout: 0.5 },
  { touchInterval: -1 },
] as const) {
  t.test(`${JSON.stringify(options)} is refused`, async (t) => {
    t.throws(() => fastifySessionStore(memoryStore(), options), {
      code: 'LATCHKEY_SESSION_INVALID_OPTIONS',
    })
  })
}
