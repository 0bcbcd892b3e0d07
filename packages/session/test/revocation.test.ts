import { memoryStore, type Store } from '@latchkey/store'
import { countingStore, failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { type Browser, browserOf, testApp } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'

async function loggedIn(app: Parameters<typeof browserOf>[0], subject = 'u1'): Promise<Browser> {
  const browser = browserOf(app)
  await browser.post('/login', { subject })
  await browser.get('/me')
  return browser
}

const status = async (browser: Browser) => (await browser.get('/me')).statusCode

t.test('a subject sees their sessions, the oldest first, and no token', async (t) => {
  const { app, clock } = await testApp()
  t.teardown(() => app.close())
  const phone = browserOf(app)
  await phone.request({
    method: 'POST',
    url: '/login',
    payload: { amr: ['pwd', 'otp'] },
    headers: {
      'user-agent': 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0',
      'x-forwarded-for': '203.0.113.7',
    },
  })
  clock.advance(100)
  const laptop = await loggedIn(app)
  const stranger = await loggedIn(app, 'u2')
  const current = laptop.token().slice(0, 22)
  const list = await app.sessions.list('u1', { current })
  t.strictSame(list, [
    {
      id: phone.token().slice(0, 22),
      createdAt: clock() - 100,
      lastSeenAt: clock() - 100,
      expiresAt: clock() + 43_100,
      device: 'Firefox on Android',
      address: '203.0.113.7',
      amr: ['pwd', 'otp'],
      isCurrent: false,
    },
    {
      id: current,
      createdAt: clock(),
      lastSeenAt: clock(),
      expiresAt: clock() + 43_200,
      device: 'Unknown device',
      address: '127.0.0.1',
      amr: [],
      isCurrent: true,
    },
  ])
  for (const browser of [phone, laptop, stranger]) {
    t.notMatch(JSON.stringify(list), browser.token().slice(23))
  }
})

t.test('a session is found by its public id while it lives', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/visit', { config: { session: true } }, async (request) => {
        Object.assign(request.session, { a: 1 })
        return { id: request.session.sessionId }
      })
    },
  })
  t.teardown(() => app.close())
  const browser = await loggedIn(app)
  const id = browser.token().slice(0, 22)
  t.match(await app.sessions.find(id), { id, subject: 'u1', isCurrent: false })
  t.equal(await app.sessions.find(browser.token()), null)
  t.equal(await app.sessions.find('0'.repeat(22)), null)
  const anonymous = (await browserOf(app).post('/visit')).json()
  t.equal(await app.sessions.find(anonymous.id), null, 'one without a login is nobody’s')
  await app.sessions.revokeAll('u1')
  t.equal(await app.sessions.find(id), null)
})

t.test('a revoked session ends at once, and only it', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const one = await loggedIn(app)
  const two = await loggedIn(app)
  t.equal(await app.sessions.revoke(one.token().slice(0, 22)), true)
  t.equal(await status(one), 401)
  t.equal(await status(two), 200)
  t.equal(await app.sessions.revoke('0'.repeat(22)), false)
  t.equal(await app.sessions.revoke('*'), false)
  t.equal((await app.sessions.list('u1')).length, 1)
})

t.test(
  'revokeAll() ends all sessions of a subject but one, and none of later logins',
  async (t) => {
    const { app } = await testApp()
    t.teardown(() => app.close())
    const one = await loggedIn(app)
    const two = await loggedIn(app)
    const stranger = await loggedIn(app, 'u2')
    await app.sessions.revokeAll('u1', { except: one.token().slice(0, 22) })
    t.equal(await status(one), 200)
    t.equal(await status(two), 401)
    t.equal(await status(stranger), 200)
    const later = await loggedIn(app)
    t.equal(await status(later), 200, 'a login in the same second')
    t.equal((await app.sessions.list('u1')).length, 2)
    await app.sessions.revokeAll('u1')
    for (const browser of [one, later]) t.equal(await status(browser), 401)
  },
)

t.test('the exception of revokeAll() must be a session of the subject', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const one = await loggedIn(app)
  const stranger = await loggedIn(app, 'u2')
  await app.sessions.revokeAll('u1', { except: stranger.token().slice(0, 22) })
  t.equal(await status(one), 401)
  t.equal(await status(stranger), 200)
  await app.sessions.revokeAll('u2')
  t.equal(await status(stranger), 401, 'it was not spared for the future')
})

t.test('revokeEverybody() ends all sessions, and none of later logins', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browsers = [await loggedIn(app), await loggedIn(app, 'u2')]
  await app.sessions.revokeEverybody()
  for (const browser of browsers) t.equal(await status(browser), 401)
  const later = await loggedIn(app)
  t.equal(await status(later), 200)
  await app.sessions.revokeEverybody()
  t.equal(await status(later), 401, 'twice in one second')
})

t.test('revokeAll() holds when the index knows nothing', async (t) => {
  const store = memoryStore()
  const blind: Store = { ...store, link: async () => {} }
  const { app } = await testApp({ store: blind })
  t.teardown(() => app.close())
  const browser = await loggedIn(app)
  t.strictSame(await app.sessions.list('u1'), [])
  await app.sessions.revokeAll('u1')
  t.equal(await status(browser), 401)
})

t.test('revokeAll() of 10,000 sessions is as many operations as of one', async (t) => {
  const counting = countingStore(memoryStore())
  const { app } = await testApp({ store: counting.store })
  t.teardown(() => app.close())
  await loggedIn(app, 'one')
  counting.reset()
  await app.sessions.revokeAll('one')
  const forOne = counting.total()
  const many = browserOf(app)
  const login = { method: 'POST', url: '/login', payload: { subject: 'many' } } as const
  for (let count = 0; count < 100; count++) {
    await Promise.all(Array.from({ length: 100 }, () => app.inject(login)))
  }
  await many.post('/login', { subject: 'many' })
  counting.reset()
  await app.sessions.revokeAll('many')
  t.equal(counting.total(), forOne)
  t.ok(forOne <= 4, `${forOne} operations`)
  t.equal(await status(many), 401)
})

t.test('a member of the index that names nothing is dropped', async (t) => {
  const store = memoryStore()
  const { app } = await testApp({ store })
  t.teardown(() => app.close())
  await store.link('session-of:session:u1', '0'.repeat(22), 4e9)
  t.strictSame(await app.sessions.list('u1'), [])
  t.strictSame((await store.list('session-of:session:u1')).members, [])
})

t.test('what one process ends, another knows at once', async (t) => {
  const clock = testClock()
  const store = memoryStore({ clock })
  const here = await testApp({ clock, store })
  const there = await testApp({ clock, store })
  t.teardown(() => Promise.all([here.app.close(), there.app.close()]))
  const rows: [what: string, act: (browser: Browser) => Promise<unknown>][] = [
    ['logout', (browser) => browser.post('/logout')],
    ['revoke()', (browser) => here.app.sessions.revoke(browser.token().slice(0, 22))],
    ['revokeAll()', () => here.app.sessions.revokeAll('u1')],
    ['revokeEverybody()', () => here.app.sessions.revokeEverybody()],
  ]
  for (const [what, act] of rows) {
    await t.test(what, async (t) => {
      const browser = await loggedIn(here.app)
      const other = browserOf(there.app)
      other.cookies.set('session', browser.token())
      t.equal(await status(other), 200)
      await act(browser)
      t.equal(await status(other), 401)
    })
  }
  await t.test('a step-up', async (t) => {
    const browser = await loggedIn(here.app)
    const other = browserOf(there.app)
    other.cookies.set('session', browser.token())
    await status(other)
    await browser.post('/elevate', { acr: 'high' })
    other.cookies.set('session', browser.token())
    t.match((await other.get('/me')).json(), { acr: 'high' })
  })
})

for (const [whenStale, statuses] of [
  ['lookup', [200, 401]],
  ['closed', [503, 503]],
  ['open', [200, 200]],
] as const) {
  t.test(`out of touch, "${whenStale}" answers ${statuses.join(' and ')}`, async (t) => {
    const clock = testClock()
    const store = memoryStore({ clock })
    const here = await testApp({ clock, store })
    // It never hears a word, from the first heartbeat on.
    const deaf: Store = { ...store, follow: async () => async () => {} }
    const there = await testApp({ clock, store: deaf, whenStale })
    t.teardown(() => Promise.all([here.app.close(), there.app.close()]))
    const browser = await loggedIn(here.app)
    const other = browserOf(there.app)
    other.cookies.set('session', browser.token())
    t.equal(await status(other), statuses[0])
    await here.app.sessions.revokeAll('u1')
    t.equal(await status(other), statuses[1])
    if (whenStale === 'lookup') {
      const again = await loggedIn(here.app)
      other.cookies.set('session', again.token())
      t.equal(await status(other), 200)
      t.equal((await other.post('/elevate', { acr: 'high' })).statusCode, 200)
    }
  })
}

t.test(
  'a logout that the store interrupts can be repeated, and then holds everywhere',
  async (t) => {
    const clock = testClock()
    const inner = memoryStore({ clock })
    let appendFails = false
    const store: Store = {
      ...inner,
      append: (...args) => {
        return appendFails ? Promise.reject(new Error('cut')) : inner.append(...args)
      },
    }
    const here = await testApp({ clock, store })
    const there = await testApp({ clock, store: inner })
    t.teardown(() => Promise.all([here.app.close(), there.app.close()]))
    const browser = await loggedIn(here.app)
    const other = browserOf(there.app)
    other.cookies.set('session', browser.token())
    t.equal(await status(other), 200)
    appendFails = true
    const interrupted = await browser.post('/logout')
    t.equal(interrupted.statusCode, 503)
    t.equal(interrupted.headers['set-cookie'], undefined)
    t.equal(await status(browser), 401, 'here it has ended already')
    browser.cookies.set('session', other.token())
    appendFails = false
    t.equal((await browser.post('/logout')).statusCode, 204)
    t.equal(await status(other), 401)
  },
)

t.test('a session of the other kind is none of this', async (t) => {
  const store = memoryStore()
  const users = await testApp({ store })
  const admins = await testApp({ store, name: 'admin' })
  t.teardown(() => Promise.all([users.app.close(), admins.app.close()]))
  const user = await loggedIn(users.app)
  const admin = browserOf(admins.app)
  admin.cookies.set('admin', user.token())
  t.equal(await status(admin), 401)
  await admin.post('/login')
  await users.app.sessions.revokeEverybody()
  await users.app.sessions.revokeAll('u1')
  t.equal(await status(user), 401)
  t.equal(await status(admin), 200)
})

t.test('what was read before a change is not remembered after it', async (t) => {
  const clock = testClock()
  const inner = memoryStore({ clock })
  const { store, hang, heal } = failingStore(inner)
  const here = await testApp({ clock, store: inner })
  let answer: (() => void) | undefined
  const slow: Store = {
    ...store,
    async get(key) {
      const found = await inner.get(key)
      if (answer !== undefined && key.startsWith('session:')) {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
      }
      return found
    },
  }
  hang()
  heal()
  const there = await testApp({ clock, store: slow })
  t.teardown(() => Promise.all([here.app.close(), there.app.close()]))
  const browser = await loggedIn(here.app)
  const other = browserOf(there.app)
  other.cookies.set('session', browser.token())
  const waiting = (): void => {}
  answer = waiting
  const under = other.get('/me')
  while (answer === waiting) await new Promise((resolve) => setImmediate(resolve))
  await browser.post('/logout')
  ;(answer as () => void)()
  t.equal((await under).statusCode, 200, 'it came before the logout')
  answer = undefined
  t.equal(await status(other), 401)
})
