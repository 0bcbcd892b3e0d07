import { memoryStore, type Store } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'

const routes = (app: Parameters<typeof browserOf>[0]) => {
  app.get('/bag', { config: { session: true } }, async () => ({}))
  app.post('/bag', { config: { session: true } }, async (request) => {
    Object.assign(request.session, request.body)
    return {}
  })
  app.post('/all', async (request) => {
    await app.sessions.revokeAll('u1')
    return request.identity
  })
}

t.test('while the store is down, 503 with a fixed body, and the cookie stays', async (t) => {
  const clock = testClock()
  const { store, fail, heal } = failingStore(memoryStore({ clock }))
  const { app } = await testApp({ clock, store, routes })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  await browser.post('/bag', { a: 1 })
  const token = browser.token()
  fail()
  const rows: [string, Promise<Awaited<ReturnType<typeof browser.get>>>, string][] = [
    ['read', browser.get('/me'), 'LATCHKEY_IDENTITY_UNAVAILABLE'],
    ['optional', browser.get('/maybe'), 'LATCHKEY_IDENTITY_UNAVAILABLE'],
    ['login', browser.post('/login'), 'LATCHKEY_SESSION_UNAVAILABLE'],
    ['logout', browser.post('/logout'), 'LATCHKEY_SESSION_UNAVAILABLE'],
    ['bag', browser.get('/bag'), 'LATCHKEY_SESSION_UNAVAILABLE'],
    ['revokeAll', browser.post('/all'), 'LATCHKEY_SESSION_UNAVAILABLE'],
  ]
  for (const [what, request, code] of rows) {
    const response = await request
    t.equal(response.statusCode, 503, what)
    t.equal(response.json().code, code, what)
    t.equal(response.json().message.includes('told'), false, what)
    t.equal(response.headers['set-cookie'], undefined, what)
    t.equal(response.headers['www-authenticate'], undefined, what)
  }
  t.equal(browser.token(), token)
  heal()
  t.equal((await browser.get('/me')).statusCode, 200, 'it recovers without a restart')
})

t.test('a store that fails while the bag is written is 503, once', async (t) => {
  const clock = testClock()
  const { store, fail } = failingStore(memoryStore({ clock }))
  let calls = 0
  const { app } = await testApp({
    clock,
    store,
    routes(app) {
      app.post('/bag', { config: { session: true } }, async (request) => {
        calls++
        Object.assign(request.session, { a: 1 })
        fail()
        return { fine: true }
      })
    },
  })
  t.teardown(() => app.close())
  const response = await browserOf(app).post('/bag')
  t.equal(response.statusCode, 503)
  t.strictSame(response.json(), {
    statusCode: 503,
    code: 'LATCHKEY_SESSION_UNAVAILABLE',
    error: 'Service Unavailable',
    message: 'Sessions are not available at the moment',
  })
  t.equal(response.headers['set-cookie'], undefined)
  t.equal(calls, 1)
})

t.test('an application starts while the store is down, and works when it is up', async (t) => {
  const clock = testClock()
  const { store, fail, heal } = failingStore(memoryStore({ clock }))
  fail()
  const { app } = await testApp({ clock, store: { ...store, ready: async () => {} } })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  t.equal((await browser.post('/login')).statusCode, 503)
  heal()
  t.equal((await browser.post('/login')).statusCode, 200)
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('a touch that the store refuses is no matter of the request', async (t) => {
  const clock = testClock()
  const inner = memoryStore({ clock })
  let isDown = false
  const store: Store = {
    ...inner,
    replace: (...args) => (isDown ? Promise.reject(new Error('down')) : inner.replace(...args)),
  }
  const { app } = await testApp({ clock, store })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  await browser.get('/me')
  isDown = true
  clock.advance(61)
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('a record that is always changed by others is given up', async (t) => {
  const inner = memoryStore()
  let isBusy = false
  const store: Store = {
    ...inner,
    replace: (...args) => (isBusy ? Promise.resolve(false) : inner.replace(...args)),
  }
  const { app } = await testApp({ store })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  isBusy = true
  const response = await browser.post('/logout')
  t.equal(response.statusCode, 503)
  isBusy = false
  t.equal((await browser.post('/logout')).statusCode, 204)
})

t.test('a session id that is taken is never taken over', async (t) => {
  const inner = memoryStore()
  const store: Store = { ...inner, create: async () => false }
  const { app } = await testApp({ store })
  t.teardown(() => app.close())
  const response = await browserOf(app).post('/login')
  t.equal(response.statusCode, 503)
  t.equal(response.headers['set-cookie'], undefined)
})

t.test('a record that a later version wrote counts as none', async (t) => {
  const store = memoryStore()
  const { app } = await testApp({ store })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const { credentialId } = (await browser.post('/login')).json()
  const key = `session:session:${credentialId}`
  const record = await store.get(key)
  const value = { ...(record?.value as object), v: 2 }
  await store.replace(key, record?.version ?? '', value)
  t.equal((await browser.get('/me')).statusCode, 401)
})
