import t from 'tap'
import { sessionRoutes } from '../src/index.js'
import { browserOf, testApp } from './fixtures/app.js'

const options = {
  routes(app: Parameters<typeof browserOf>[0]) {
    app.register(sessionRoutes, { prefix: '/sessions' })
  },
}

t.test('people list and end their own sessions, with a fresh login', async (t) => {
  const { app, clock } = await testApp(options)
  t.teardown(() => app.close())
  const [laptop, phone, stranger] = [browserOf(app), browserOf(app), browserOf(app)]
  await laptop.post('/login')
  await phone.post('/login')
  await stranger.post('/login', { subject: 'u2' })
  const response = await laptop.get('/sessions')
  t.equal(response.statusCode, 200)
  t.equal(response.headers['cache-control'], 'no-store')
  t.equal(response.headers['x-content-type-options'], 'nosniff')
  const { sessions } = response.json()
  t.equal(sessions.length, 2)
  t.equal(sessions.filter((each: { isCurrent: boolean }) => each.isCurrent).length, 1)
  t.notMatch(response.body, laptop.token().slice(23))
  t.strictSame(Object.keys(sessions[0]).sort(), [
    'address',
    'amr',
    'createdAt',
    'device',
    'expiresAt',
    'id',
    'isCurrent',
    'lastSeenAt',
  ])

  const end = (id: string) => laptop.request({ method: 'DELETE', url: `/sessions/${id}` })
  const idOf = (browser: typeof laptop) => browser.token().slice(0, 22)
  clock.advance(301)
  const stale = await end(idOf(phone))
  t.equal(stale.statusCode, 401)
  t.strictSame(stale.headers['www-authenticate'], [
    'Session error="insufficient_user_authentication", max_age="300"',
  ])
  t.equal((await laptop.request({ method: 'DELETE', url: '/sessions' })).statusCode, 401)
  t.equal((await phone.get('/me')).statusCode, 200)

  await laptop.post('/reauthenticate')
  t.equal((await end(idOf(stranger))).statusCode, 404)
  t.equal((await end('0'.repeat(22))).statusCode, 404)
  t.equal((await end('*')).statusCode, 404)
  t.equal((await end('x'.repeat(65))).statusCode, 400)
  t.equal((await stranger.get('/me')).statusCode, 200)
  t.equal((await end(idOf(phone))).statusCode, 204)
  t.equal((await phone.get('/me')).statusCode, 401)
  t.equal((await laptop.get('/me')).statusCode, 200)
})

t.test('all other sessions end in one request', async (t) => {
  const { app } = await testApp(options)
  t.teardown(() => app.close())
  const [laptop, phone] = [browserOf(app), browserOf(app)]
  await laptop.post('/login')
  await phone.post('/login')
  t.equal((await laptop.request({ method: 'DELETE', url: '/sessions' })).statusCode, 204)
  t.equal((await phone.get('/me')).statusCode, 401)
  t.equal((await laptop.get('/sessions')).json().sessions.length, 1)
})

t.test('without a session, or from another site, nothing is ended', async (t) => {
  const { app } = await testApp(options)
  t.teardown(() => app.close())
  t.equal((await browserOf(app).get('/sessions')).statusCode, 401)
  const browser = browserOf(app)
  await browser.post('/login')
  const headers = { 'sec-fetch-site': 'cross-site' }
  const response = await browser.request({ method: 'DELETE', url: '/sessions', headers })
  t.equal(response.statusCode, 403)
  t.equal((await browser.get('/sessions/anything')).statusCode, 404, 'no safe method ends one')
})
