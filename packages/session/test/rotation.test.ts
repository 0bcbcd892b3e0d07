import t from 'tap'
import { browserOf, testApp } from './fixtures/app.js'

function reading(token: string) {
  return { url: '/me', headers: { cookie: `session=${token}` } }
}

t.test('a token from before the login of a visitor is worthless after it', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/visit', { config: { session: true } }, async (request) => {
        Object.assign(request.session, request.body)
        return {}
      })
      app.get('/bag', { config: { session: true } }, async (request) => ({
        ...request.session,
        cookie: undefined,
      }))
    },
  })
  t.teardown(() => app.close())
  const victim = browserOf(app)
  await victim.post('/visit', { planted: 'by the attacker', cart: ['apple'] })
  const planted = victim.token()
  await victim.post('/login', { subject: 'victim', keep: ['cart'] })
  t.not(victim.token(), planted)

  const attacker = browserOf(app)
  attacker.cookies.set('session', planted)
  t.equal((await attacker.request({ ...reading(planted) })).statusCode, 401)
  t.strictSame((await attacker.get('/bag')).json(), {})
  await attacker.post('/visit', { planted: 'again' })
  t.strictSame(
    (await victim.get('/bag')).json(),
    { cart: ['apple'] },
    'only what is kept came along',
  )
})

t.test('after a step-up the token before reads for ten seconds, and proves less', async (t) => {
  const { app, clock } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login', { amr: ['pwd'], acr: 'low' })
  const before = browser.token()
  const lifted = await browser.post('/elevate', { acr: 'high', amr: ['otp'], ttl: 60 })
  t.match(lifted.json(), { acr: 'high', amr: ['pwd', 'otp'] })
  t.not(browser.token(), before)
  t.match((await browser.get('/me')).json(), { acr: 'high' })

  const parallel = browserOf(app)
  clock.advance(9)
  const read = await parallel.request(reading(before))
  t.equal(read.statusCode, 200)
  t.equal(read.json().subject, 'u1')
  t.strictSame([read.json().acr, read.json().amr, read.json().authTime], [undefined, [], undefined])
  const head = await parallel.request({ ...reading(before), method: 'HEAD' })
  t.equal(head.statusCode, 200)
  const write = await parallel.request({ ...reading(before), method: 'POST' })
  t.equal(write.statusCode, 401)
  t.equal(write.headers['set-cookie'], undefined, 'the newer cookie is not cleared')
  const upgrade = await parallel.request({
    ...reading(before),
    headers: { ...reading(before).headers, upgrade: 'websocket' },
  })
  t.equal(upgrade.statusCode, 401)
  clock.advance(1)
  const late = await parallel.request(reading(before))
  t.equal(late.statusCode, 401)
  t.match(late.headers['set-cookie'], /Max-Age=0/)

  clock.advance(49)
  t.match((await browser.get('/me')).json(), { acr: 'high' }, 'one second before its end')
  clock.advance(1)
  t.match((await browser.get('/me')).json(), { acr: 'low', amr: ['pwd'] }, 'it came down by itself')
})

t.test('reauthenticated() renews the time of the proof, under a new token', async (t) => {
  const { app, clock } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login', { amr: ['pwd'], acr: 'low' })
  const before = browser.token()
  clock.advance(600)
  const renewed = await browser.post('/reauthenticate', {})
  t.match(renewed.json(), { authTime: clock(), acr: 'low', amr: ['pwd'] })
  t.not(browser.token(), before)
  const other = await browser.post('/reauthenticate', { acr: 'high', amr: ['webauthn'] })
  t.match(other.json(), { acr: 'high', amr: ['webauthn'] })
})

t.test('another login of the same subject goes on with the session', async (t) => {
  const { app, clock } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const first = (await browser.post('/login')).json()
  const before = browser.token()
  clock.advance(100)
  const second = (await browser.post('/login')).json()
  t.equal(second.credentialId, first.credentialId)
  t.equal(second.expiresAt, first.expiresAt + 100)
  t.not(browser.token(), before)
  t.equal((await app.sessions.list('u1')).length, 1)
  t.equal((await browserOf(app).request(reading(before))).statusCode, 200, 'for parallel tabs')
})

t.test('another tenant of the same subject does not', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const first = (await browser.post('/login', { tenant: 'a' })).json()
  const second = (await browser.post('/login', { tenant: 'b' })).json()
  t.not(second.credentialId, first.credentialId)
  t.equal((await app.sessions.list('u1')).length, 1)
})

t.test('of two rotations at the same time both succeed, and one token is good', async (t) => {
  const { app, clock } = await testApp({
    routes(app) {
      app.post('/twice', async (request) => {
        await Promise.all([request.elevate({ acr: 'a' }), request.elevate({ amr: ['otp'] })])
        return {}
      })
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  const response = await browser.post('/twice')
  t.equal(response.statusCode, 200)
  t.equal(response.cookies.length, 1, 'the slower one leaves the token of the faster one')
  clock.advance(11)
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('a step-up needs a login, and the current token', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/lift', async (request) => request.elevate({ acr: 'high' }))
      app.get('/lift', async (request) => request.elevate({ acr: 'high' }))
      app.post('/lift-for-nothing', async (request) => request.elevate({ ttl: 0 }))
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const anonymous = await browser.post('/lift')
  t.equal(anonymous.statusCode, 401)
  t.equal(anonymous.json().code, 'LATCHKEY_SESSION_ENDED')
  await browser.post('/login')
  const before = browser.token()
  await browser.post('/lift')
  const headers = { cookie: `session=${before}` }
  t.equal((await browserOf(app).request({ url: '/lift', headers })).statusCode, 401)
  t.equal((await browser.post('/lift-for-nothing')).json().code, 'LATCHKEY_SESSION_INVALID_LOGIN')
})

t.test('a session that ends between two steps of a request is not brought back', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/race', async (request) => {
        const { credentialId } = await request.login('u1')
        const lifting = request.elevate({ acr: 'high' })
        await app.sessions.revoke(credentialId)
        return lifting
      })
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const response = await browser.post('/race')
  t.equal(response.statusCode, 401)
  t.equal((await browser.get('/me')).statusCode, 401)
})

t.test('login, step-up and logout work one after the other in one request', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/all', async (request) => {
        await request.login('u1')
        await request.elevate({ acr: 'high' })
        await request.reauthenticated()
        const count = (await app.sessions.list('u1')).length
        await request.logout()
        return { count, left: (await app.sessions.list('u1')).length, identity: request.identity }
      })
    },
  })
  t.teardown(() => app.close())
  const response = await browserOf(app).post('/all')
  t.strictSame(response.json(), { count: 1, left: 0, identity: null })
  t.equal(response.cookies.length, 1)
  t.equal(response.cookies[0]?.maxAge, 0)
})

t.test('a login that comes back with the token before a rotation starts anew', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.get('/callback', async (request) => request.login('u1'))
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const { credentialId } = (await browser.post('/login')).json()
  const late = browserOf(app)
  late.cookies.set('session', browser.token())
  await browser.post('/elevate', { acr: 'high' })
  t.not((await late.get('/callback')).json().credentialId, credentialId)
  t.equal((await app.sessions.list('u1')).length, 1)
})

t.test('a repeated login whose session ends meanwhile begins another', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/again', async (request) => {
        const { credentialId } = await request.login('u1')
        const again = request.login('u1')
        await app.sessions.revoke(credentialId)
        return { before: credentialId, after: (await again).credentialId }
      })
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const { before, after } = (await browser.post('/again')).json()
  t.not(after, before)
  t.equal((await browser.get('/me')).json().credentialId, after)
})
