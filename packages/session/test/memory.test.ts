import { memoryStore } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'

t.test('what leaves the objects is remembered as text, and comes back the same', async (t) => {
  const clock = testClock()
  const counting = countingStore(memoryStore({ clock }))
  const { app } = await testApp({ clock, store: counting.store })
  t.teardown(() => app.close())
  const full = browserOf(app)
  const login = await full.post('/login', {
    kind: 'service',
    tenant: 't1',
    roles: ['admin'],
    scopes: ['a', 'b'],
    amr: ['pwd', 'otp'],
    acr: 'high',
    claims: { email: 'ada@example.com', nested: { a: [1] } },
  })
  await full.get('/me')
  const plain = browserOf(app)
  const plainLogin = await plain.post('/login', { subject: 'plain' })
  await plain.get('/me')
  const many = browserOf(app)
  for (let index = 0; index < 4200; index++) {
    many.cookies.clear()
    await many.post('/login', { subject: `u${index % 7}` })
    await many.get('/me')
  }
  counting.reset()
  t.strictSame((await full.get('/me')).json(), login.json())
  t.strictSame((await plain.get('/me')).json(), plainLogin.json())
  t.equal(counting.total(), 0, 'without asking the store')

  await app.sessions.revokeAll('plain')
  t.equal((await plain.get('/me')).statusCode, 401)
  clock.advance(61)
  await full.get('/me')
  await new Promise((resolve) => setImmediate(resolve))
  counting.reset()
  t.equal((await full.get('/me')).statusCode, 200)
  t.equal(counting.total(), 0)
})

t.test('without a cache every request asks the store', async (t) => {
  const counting = countingStore(memoryStore())
  const { app } = await testApp({ store: counting.store, cacheSize: 0 })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  counting.reset()
  for (let time = 0; time < 3; time++) await browser.get('/me')
  t.equal(counting.counts.get, 3)
})
