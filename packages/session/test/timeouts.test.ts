import { memoryStore } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'

t.test('a session ends after 1800 seconds without a request, to the second', async (t) => {
  const { app, clock, store } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const { credentialId } = (await browser.post('/login')).json()
  clock.advance(1799)
  t.equal((await browser.get('/me')).statusCode, 200)
  clock.advance(30)
  t.equal((await browser.get('/me')).statusCode, 200, 'noted here, too early to be stored')
  clock.advance(1799)
  t.equal((await browser.get('/me')).statusCode, 200, 'what was noted here counts')
  clock.advance(1800)
  const response = await browser.get('/me')
  t.equal(response.statusCode, 401)
  t.match(response.headers['set-cookie'], /Max-Age=0/)
  t.equal(await store.get(`session:session:${credentialId}`), null, 'the record is gone')
})

t.test('a session ends 43200 seconds after the login, however much it is used', async (t) => {
  const { app, clock } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  for (let minute = 0; minute < 719; minute++) {
    clock.advance(60)
    if ((await browser.get('/me')).statusCode !== 200) t.fail(`it ended in minute ${minute}`)
  }
  clock.advance(59)
  t.equal((await browser.get('/me')).statusCode, 200)
  clock.advance(1)
  t.equal((await browser.get('/me')).statusCode, 401)
})

t.test('a login may end before, at the end of another one', async (t) => {
  const { app, clock } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const login = await browser.post('/login', { expiresAt: clock() + 100 })
  t.equal(login.json().expiresAt, clock() + 100)
  clock.advance(99)
  t.equal((await browser.get('/me')).statusCode, 200)
  clock.advance(1)
  t.equal((await browser.get('/me')).statusCode, 401)
})

t.test('a shorter absolute timeout holds for sessions of before, too', async (t) => {
  const clock = testClock()
  const store = memoryStore({ clock })
  const before = await testApp({ clock, store, idleTimeout: 900, absoluteTimeout: 43_200 })
  const browser = browserOf(before.app)
  await browser.post('/login')
  await before.app.close()
  const { app } = await testApp({ clock, store, idleTimeout: 900, absoluteTimeout: 1000 })
  t.teardown(() => app.close())
  const after = browserOf(app)
  after.cookies.set('session', browser.token())
  clock.advance(899)
  t.equal((await after.get('/me')).statusCode, 200)
  clock.advance(100)
  t.equal((await after.get('/me')).statusCode, 200)
  clock.advance(1)
  t.equal((await after.get('/me')).statusCode, 401)
})

t.test('uses are noted at most once a minute, in two processes together', async (t) => {
  const clock = testClock()
  const inner = memoryStore({ clock })
  const counting = countingStore(inner)
  const one = await testApp({ clock, store: counting.store })
  const two = await testApp({ clock, store: counting.store })
  t.teardown(() => Promise.all([one.app.close(), two.app.close()]))
  const browser = browserOf(one.app)
  await browser.post('/login')
  const other = browserOf(two.app)
  other.cookies.set('session', browser.token())
  counting.reset()
  for (let second = 0; second < 600; second++) {
    clock.advance(1)
    await browser.get('/me')
    await other.get('/me')
  }
  t.equal(counting.counts.replace, 10)
  t.equal(counting.counts.get, 22, 'one a minute each, and one to begin with')
})

t.test('a touch that comes too late brings nothing back', async (t) => {
  const clock = testClock()
  const store = memoryStore({ clock })
  const { app } = await testApp({ clock, store })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const { credentialId } = (await browser.post('/login')).json()
  await browser.get('/me')
  clock.advance(61)
  // Gone behind the back of this process, which still remembers it for the moment.
  await store.delete(`session:session:${credentialId}`)
  t.equal((await browser.get('/me')).statusCode, 200)
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(await store.get(`session:session:${credentialId}`), null)
  t.equal((await browser.get('/me')).statusCode, 401, 'the touch found that it is gone')
})

t.test('a hit in memory asks the store nothing, and answers at once', async (t) => {
  const counting = countingStore(memoryStore())
  const { app } = await testApp({ store: counting.store, clock: testClock() })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  await browser.get('/me')
  counting.reset()
  for (let time = 0; time < 50; time++) await browser.get('/me')
  t.equal(counting.total(), 0)
  const mechanism = app.mechanisms.find('session')
  const request = {
    method: 'GET',
    protocol: 'http',
    hostname: 'localhost',
    headers: { cookie: `session=${browser.token()}` },
    raw: { socket: { remoteAddress: '127.0.0.1' } },
  }
  const outcome = mechanism?.authenticate(request as never, {} as never)
  t.match(outcome, { identity: { subject: 'u1' } })
})
