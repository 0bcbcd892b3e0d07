import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'

t.test('a login is an identity from the same response on', async (t) => {
  const { app, clock } = await testApp({ issuer: 'shop' })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const login = await browser.post('/login', {
    subject: 'u1',
    roles: ['admin'],
    scopes: ['orders:read'],
    amr: ['pwd'],
    acr: 'basic',
    tenant: 't1',
    claims: { email: 'a@example.com' },
  })
  t.equal(login.statusCode, 200)
  t.equal(login.headers['cache-control'], 'no-store')
  const me = await browser.get('/me')
  t.equal(me.statusCode, 200)
  t.strictSame(me.json(), login.json())
  t.match(me.json(), {
    subject: 'u1',
    issuer: 'shop',
    kind: 'user',
    mechanism: 'session',
    credentialId: /^[0-9A-Za-z]{22}$/,
    acr: 'basic',
    amr: ['pwd'],
    authTime: clock(),
    expiresAt: clock() + 43_200,
    roles: ['admin'],
    scopes: ['orders:read'],
    tenant: 't1',
    claims: { email: 'a@example.com' },
  })
})

t.test('without a cookie a protected route answers 401 and sets none', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const response = await browserOf(app).get('/me')
  t.equal(response.statusCode, 401)
  t.strictSame(response.headers['www-authenticate'], ['Session'])
  t.equal(response.headers['set-cookie'], undefined)
})

t.test('a logout ends the session and clears the cookie', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  const cookie = `session=${browser.token()}`
  t.equal((await browser.get('/me')).statusCode, 200)
  const response = await browser.post('/logout')
  t.equal(response.statusCode, 204)
  t.equal(response.headers['set-cookie'], 'session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax')
  t.equal((await browserOf(app).request({ url: '/me', headers: { cookie } })).statusCode, 401)
})

t.test(
  'a login with a token of before gives a new one, and the old one is worthless',
  async (t) => {
    const { app, clock } = await testApp()
    t.teardown(() => app.close())
    const browser = browserOf(app)
    await browser.post('/login', { subject: 'u1' })
    const before = browser.token()
    await browser.post('/login', { subject: 'u2' })
    t.not(browser.token(), before)
    const old = { cookie: `session=${before}` }
    const refused = await browserOf(app).request({ url: '/me', headers: old })
    t.equal(refused.statusCode, 401)
    t.equal(refused.headers['set-cookie'], undefined, 'the newer cookie is not cleared')
    clock.advance(10)
    const later = await browserOf(app).request({ url: '/me', headers: old })
    t.equal(later.statusCode, 401)
    t.match(later.headers['set-cookie'], /^session=; Max-Age=0/)
    t.equal((await browser.get('/me')).json().subject, 'u2')
  },
)
