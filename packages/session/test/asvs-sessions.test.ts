// Rows of the ASVS 5.0 checklist that sessions enforce or set by default: chapters 7 to 16.
import { readdir, readFile } from 'node:fs/promises'
import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { sessionRoutes } from '../src/index.js'
import { type Browser, browserOf, testApp } from './fixtures/app.js'
import { testClock } from './fixtures/clock.js'

const status = async (browser: Browser) => (await browser.get('/me')).statusCode
const routes = (app: Parameters<typeof browserOf>[0]) => {
  app.register(sessionRoutes, { prefix: '/sessions' })
}

async function stage(t: { teardown(end: () => unknown): unknown }, options = {}) {
  const test = await testApp({ routes, ...options })
  t.teardown(() => test.app.close())
  return { ...test, browser: browserOf(test.app), other: browserOf(test.app) }
}

t.test('V7.1.2 a third session ends the oldest, or is refused', async (t) => {
  for (const [policy, third, first] of [
    ['evict', 200, 401],
    ['deny', 409, 200],
  ] as const) {
    const { app, browser, other } = await stage(t, { maxSessions: { count: 2, policy } })
    await browser.post('/login')
    await other.post('/login')
    t.equal((await browserOf(app).post('/login')).statusCode, third)
    t.equal(await status(browser), first)
  }
})

t.test('V7.2.1 a tampered cookie is nobody’s and cleared once', async (t) => {
  const { browser } = await stage(t)
  await browser.post('/login')
  browser.cookies.set('session', `${browser.token().slice(0, -2)}xx`)
  const response = await browser.get('/me')
  t.equal(response.statusCode, 401)
  t.equal(response.cookies.length, 1)
  t.equal(response.cookies[0]?.maxAge, 0)
})

t.test('V7.2.2 V7.2.4 each login has a token of its own, and the one before is dead', async (t) => {
  const { app, browser, other, clock } = await stage(t)
  await browser.post('/login')
  await other.post('/login')
  t.not(browser.token(), other.token())
  const before = browserOf(app)
  before.cookies.set('session', browser.token())
  await browser.post('/login', { subject: 'u2' })
  t.equal(await status(before), 401)
  before.cookies.set('session', other.token())
  await other.post('/reauthenticate')
  clock.advance(10)
  t.equal(await status(before), 401)
})

t.test('V7.3.1 idle for 30 minutes, the session is over and its row gone', async (t) => {
  const { browser, clock, store } = await stage(t)
  const { credentialId } = (await browser.post('/login')).json()
  clock.advance(1800)
  t.equal(await status(browser), 401)
  t.equal(await store.get(`session:session:${credentialId}`), null)
})

t.test('V7.3.2 however busy, it is over after 12 hours', async (t) => {
  const { browser, clock } = await stage(t)
  await browser.post('/login')
  for (let minute = 1; minute < 720; minute++) {
    clock.advance(60)
    await browser.get('/me')
  }
  t.equal(await status(browser), 200)
  clock.advance(60)
  t.equal(await status(browser), 401)
})

t.test('V7.4.1 after a logout the cookie is worth nothing', async (t) => {
  const { app, browser } = await stage(t)
  await browser.post('/login')
  const replay = browserOf(app)
  replay.cookies.set('session', browser.token())
  await browser.post('/logout')
  t.equal(await status(replay), 401)
})

t.test('V7.4.2 V7.4.5 all sessions of one, or of everybody, end in one step', async (t) => {
  const { app, browser, other } = await stage(t)
  await browser.post('/login')
  await other.post('/login', { subject: 'u2' })
  await app.sessions.revokeAll('u1')
  t.strictSame([await status(browser), await status(other)], [401, 200])
  await app.sessions.revokeEverybody()
  t.equal(await status(other), 401)
})

t.test('V7.4.3 after a new password the others are out, this one has a new token', async (t) => {
  const { app, browser, other } = await stage(t, {
    routes(app: Parameters<typeof browserOf>[0]) {
      app.post('/password', { onRequest: app.authenticate('session') }, async (request) => {
        const { subject, credentialId } = await request.reauthenticated({ amr: ['pwd'] })
        await app.sessions.revokeAll(subject, { except: credentialId })
        return {}
      })
    },
  })
  await browser.post('/login')
  await other.post('/login')
  const before = browser.token()
  await browser.post('/password')
  t.not(browser.token(), before)
  t.strictSame([await status(browser), await status(other)], [200, 401])
  t.equal((await app.sessions.list('u1')).length, 1)
})

t.test('V7.5.1 V7.5.2 one’s sessions are listed, and ended after a fresh login only', async (t) => {
  const { browser, other, clock } = await stage(t)
  await browser.post('/login')
  await other.post('/login')
  const { sessions } = (await browser.get('/sessions')).json()
  t.equal(sessions.length, 2)
  t.equal(sessions.filter((each: { isCurrent: boolean }) => each.isCurrent).length, 1)
  const url = `/sessions/${other.token().slice(0, 22)}`
  clock.advance(600)
  const stale = await browser.request({ method: 'DELETE', url })
  t.equal(stale.statusCode, 401)
  t.match(
    String(stale.headers['www-authenticate']),
    /error="insufficient_user_authentication", max_age="300"/,
  )
  await browser.post('/reauthenticate')
  t.equal((await browser.request({ method: 'DELETE', url })).statusCode, 204)
  t.equal((await browser.request({ method: 'DELETE', url })).statusCode, 404)
})

t.test('V7.6.1 a session ends no later than the provider’s', async (t) => {
  const { browser, clock } = await stage(t)
  await browser.post('/login', { expiresAt: clock() + 60 })
  clock.advance(60)
  t.equal(await status(browser), 401)
})

t.test('V8.4.1 a session of one tenant does not go on as another’s', async (t) => {
  const { browser } = await stage(t)
  const first = (await browser.post('/login', { tenant: 'a' })).json()
  const second = (await browser.post('/login', { tenant: 'b' })).json()
  t.equal(second.tenant, 'b')
  t.not(first.credentialId, second.credentialId)
})

t.test('V11.2.2 records tell their version, and an unknown one is no session', async (t) => {
  const { browser, store } = await stage(t)
  const { credentialId } = (await browser.post('/login')).json()
  const key = `session:session:${credentialId}`
  const record = await store.get(key)
  t.match(record?.value, { v: 1 })
  await store.replace(key, record?.version ?? '', { ...(record?.value as object), v: 9 })
  t.equal(await status(browser), 401)
})

t.test(
  'V11.2.1 V11.2.4 V11.4.1 V13.2.3 no cryptography, comparison or secret of its own',
  async (t) => {
    const folder = new URL('../src/', import.meta.url)
    const files = (await readdir(folder, { recursive: true })).filter((file) =>
      file.endsWith('.ts'),
    )
    for (const file of files) {
      const text = await readFile(new URL(file, folder), 'utf8')
      t.notMatch(text, /node:crypto|Math\.random|md5|sha-?1\b/i, file)
    }
    t.match(await readFile(new URL('inspect.ts', folder), 'utf8'), 'isEqualDigest')
  },
)

t.test('V11.2.3 V11.2.5 every bad cookie gets the same answer', async (t) => {
  const { browser, app } = await stage(t)
  await browser.post('/login')
  const good = browser.token()
  const bodies = new Set<string>()
  for (const token of [
    '',
    'x',
    `${good}x`,
    `${'0'.repeat(22)}${good.slice(22)}`,
    `${good.slice(0, 23)}${'A'.repeat(43)}`,
  ]) {
    const response = await browserOf(app).request({
      url: '/me',
      headers: { cookie: `session=${token}` },
    })
    bodies.add(`${response.statusCode} ${response.body} ${response.headers['www-authenticate']}`)
  }
  t.equal(bodies.size, 1)
})

t.test('V14.2.1 a token in the URL is ignored', async (t) => {
  const { browser, app } = await stage(t)
  await browser.post('/login')
  const url = `/me?session=${browser.token()}&access_token=${browser.token()}`
  t.equal((await browserOf(app).get(url)).statusCode, 401)
})

t.test('V14.3.2 V15.3.1 what is sensitive is not cached, and no more than needed', async (t) => {
  const { browser } = await stage(t)
  for (const response of [
    await browser.post('/login'),
    await browser.get('/sessions'),
    await browser.post('/logout'),
    await browser.get('/me'),
  ]) {
    t.equal(response.headers['cache-control'], 'no-store')
    t.notMatch(response.body, /digest|hash|token/i)
  }
})

t.test('V15.4.1 V15.4.2 two requests that write different keys are both kept', async (t) => {
  const { browser } = await stage(t, {
    routes(app: Parameters<typeof browserOf>[0]) {
      app.post('/set', { config: { session: true } }, async (request) => {
        Object.assign(request.session, request.body)
        return {}
      })
      app.get('/bag', { config: { session: true } }, async (request) =>
        Object.keys(request.session),
      )
    },
  })
  await browser.post('/login')
  await Promise.all([1, 2, 3, 4, 5].map((key) => browser.post('/set', { [`k${key}`]: 1 })))
  t.strictSame((await browser.get('/bag')).json().sort(), ['cookie', 'k1', 'k2', 'k3', 'k4', 'k5'])
})

t.test('V16.5.2 V16.5.3 without the store 503, and no handler runs', async (t) => {
  const clock = testClock()
  const { store, fail, heal } = failingStore(memoryStore({ clock }))
  let calls = 0
  const { browser } = await stage(t, {
    store,
    clock,
    routes(app: Parameters<typeof browserOf>[0]) {
      app.get('/mine', { onRequest: app.authenticate('session') }, async () => ++calls)
    },
  })
  await browser.post('/login')
  fail()
  t.equal((await browser.get('/mine')).statusCode, 503)
  t.equal(calls, 0)
  heal()
  t.equal((await browser.get('/mine')).statusCode, 200)
})
