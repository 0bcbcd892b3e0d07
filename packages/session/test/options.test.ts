import { memoryStore } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { type SessionOptions, session } from '../src/index.js'
import { browserOf, testApp } from './fixtures/app.js'

const rows: readonly (readonly [what: string, options: object, message: RegExp])[] = [
  ['no store', { store: undefined }, /"store" is missing/],
  ['an unknown option', { ttl: 1 }, /the option "ttl" does not exist; there is store,/],
  ['an unknown cookie option', { cookie: { path: '/' } }, /"cookie.path" does not exist/],
  ['milliseconds', { idleTimeout: 0.5 }, /"idleTimeout" is not a whole number from 1 up/],
  ['no idle timeout', { idleTimeout: 0 }, /"idleTimeout"/],
  ['absolute below idle', { absoluteTimeout: 1000 }, /"absoluteTimeout" is not .* from 1800 up/],
  ['touching too rarely', { touchInterval: 1800 }, /"touchInterval" is not below "idleTimeout"/],
  ['a negative grace', { rotationGrace: -1 }, /"rotationGrace"/],
  ['no window', { maxStale: 0 }, /"maxStale"/],
  ['half a cache', { cacheSize: 0.5 }, /"cacheSize"/],
  [
    'another policy',
    { whenStale: 'maybe' },
    /"whenStale" is not one of "closed", "lookup", "open"/,
  ],
  ['another bag', { bag: true }, /"bag" is not one of/],
  ['another CSRF mode', { csrf: 'none' }, /"csrf" is not one of/],
  ['a prefix by hand', { cookie: { name: '__Host-id' } }, /the prefix comes by itself/],
  ['a strange cookie name', { cookie: { name: 'a;b' } }, /"cookie.name"/],
  ['a strange domain', { cookie: { domain: 'localhost; Secure' } }, /"cookie.domain"/],
  ['another SameSite', { cookie: { sameSite: 'Lax' } }, /"cookie.sameSite"/],
  ['a login page elsewhere', { loginPath: '//evil.example/login' }, /"loginPath"/],
  ['a login page by URL', { loginPath: 'https://evil.example' }, /"loginPath"/],
  ['an origin with a path', { trustedOrigins: ['https://a.example/'] }, /"https:\/\/a.example\/"/],
  ['no origin', { trustedOrigins: ['a.example'] }, /is not an origin/],
  ['no sessions at all', { maxSessions: { count: 0, policy: 'evict' } }, /"maxSessions"/],
  ['another limit', { maxSessions: { count: 1, policy: 'ask' } }, /"maxSessions"/],
]

for (const [what, options, message] of rows) {
  t.test(`${what} is refused at registration`, async (t) => {
    const app = fastify()
    t.teardown(() => app.close())
    await t.rejects(
      async () => app.register(session, { store: memoryStore(), ...options } as SessionOptions),
      { code: 'LATCHKEY_SESSION_INVALID_OPTIONS', message },
    )
  })
}

for (const [what, subject, details] of [
  ['no subject', '', {}],
  ['a number', 7, {}],
  ['NUL in the subject', 'a\0b', {}],
  ['half a character', '\ud800', {}],
  ['a long subject', 'x'.repeat(256), {}],
  ['a role that is no array', 'u1', { roles: 'admin' }],
  ['scopes that are no texts', 'u1', { scopes: [1] }],
  ['milliseconds', 'u1', { expiresAt: 1.5 }],
  ['claims without end', 'u1', { claims: { text: 'x'.repeat(9000) } }],
  ['claims that are no JSON', 'u1', { claims: { big: 1n } }],
  ['claims of too many levels', 'u1', { claims: { deep: nested(40) } }],
  ['an acr that is no text', 'u1', { acr: 5 }],
  ['an unknown mechanism', 'u1', { mechanism: 'other' }],
] as const) {
  t.test(`a login with ${what} is a programmer error`, async (t) => {
    const counting = countingStore(memoryStore())
    const { app } = await testApp({
      store: counting.store,
      routes(app) {
        app.post('/bad', async (request) => request.login(subject as string, details as object))
      },
    })
    t.teardown(() => app.close())
    const response = await browserOf(app).post('/bad')
    t.equal(response.statusCode, 500)
    t.equal(response.json().code, 'LATCHKEY_SESSION_INVALID_LOGIN')
    t.equal(response.headers['set-cookie'], undefined)
    t.equal(counting.counts.create, 0, 'nothing is stored')
  })
}

/** An object in an object, and so on. */
function nested(levels: number): object {
  return levels === 0 ? {} : { in: nested(levels - 1) }
}

t.test('the longest and strangest subjects log in, and are listed', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  for (const subject of ['x'.repeat(255), '☃'.repeat(255), ':', '*', '__proto__', '{a}', ' ']) {
    const browser = browserOf(app)
    t.equal((await browser.post('/login', { subject })).statusCode, 200)
    t.equal((await browser.get('/me')).json().subject, subject)
    t.equal((await app.sessions.list(subject)).length, 1)
    await app.sessions.revokeAll(subject)
    t.equal((await browser.get('/me')).statusCode, 401)
  }
  await t.rejects(app.sessions.list(''), { code: 'LATCHKEY_SESSION_INVALID_LOGIN' })
  await t.rejects(app.sessions.revokeAll(''), { code: 'LATCHKEY_SESSION_INVALID_LOGIN' })
})

t.test('two session mechanisms of one application each have their own', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(session, { store: memoryStore() })
  await app.register(session, { store: memoryStore(), name: 'admin' })
  app.post('/user', async (request) => request.login('u1'))
  app.post('/admin', async (request) => request.login('a1', { mechanism: 'admin' }))
  app.post('/out', async (request) => request.logout({ mechanism: 'admin' }))
  app.get('/user', { onRequest: app.authenticate('session') }, async (r) => r.identity?.subject)
  app.get('/admin', { onRequest: app.authenticate('admin') }, async (r) => r.identity?.subject)
  const browser = browserOf(app)
  await browser.post('/user')
  await browser.post('/admin')
  t.strictSame([...browser.cookies.keys()].sort(), ['admin', 'session'])
  t.equal((await browser.get('/user')).body, 'u1')
  t.equal((await browser.get('/admin')).body, 'a1')
  t.equal((await app.sessions.list('u1')).length, 1)
  t.equal((await app.sessions.list('a1')).length, 0)
  t.equal((await app.sessionsOf('admin').list('a1')).length, 1)
  await browser.post('/out')
  t.equal((await browser.get('/admin')).statusCode, 401)
  t.equal((await browser.get('/user')).statusCode, 200)
})

t.test('sessions of a scope are that scope’s', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(session, { store: memoryStore() })
  const inner: FastifyPluginAsync = async (scope) => {
    await scope.register(session, { store: memoryStore(), name: 'inner' })
    scope.post('/inner', async (request) => request.login('u1'))
  }
  await app.register(inner)
  app.post('/outer', async (request) => request.login('u1'))
  const browser = browserOf(app)
  t.equal((await browser.post('/inner')).cookies[0]?.name, 'inner')
  t.equal((await browser.post('/outer')).cookies[0]?.name, 'session')
})

for (const [url, location] of [
  ['/me', '/login?returnTo=%2Fme'],
  ['/me?a=1&b=2', '/login?returnTo=%2Fme%3Fa%3D1%26b%3D2'],
] as const) {
  t.test(`a browser that navigates to ${url} is sent to the login page`, async (t) => {
    const { app } = await testApp({ loginPath: '/login' })
    t.teardown(() => app.close())
    const browser = browserOf(app)
    const response = await browser.request({ url, headers: { accept: 'text/html' } })
    t.equal(response.statusCode, 303)
    t.equal(response.headers.location, location)
    t.equal(response.headers['cache-control'], 'no-store')
    t.equal((await browser.get(url)).statusCode, 401, 'a fetch is not')
  })
}

for (const [loginPath, url, location] of [
  ['/login?theme=dark', '/a', '/login?theme=dark&returnTo=%2Fa'],
  ['/login', '/', '/login'],
  ['/login', '//evil.example/a', '/login'],
  ['/login', '/login?x=1', null],
  [undefined, '/a', null],
] as const) {
  t.test(`from ${url}, the login page ${loginPath} is at ${location}`, async (t) => {
    const { app } = await testApp(loginPath === undefined ? {} : { loginPath })
    t.teardown(() => app.close())
    const mechanism = app.mechanisms.find('session')
    t.equal(mechanism?.loginLocation?.({ url } as never), location)
  })
}

t.test('describe() tells the timeouts in force', async (t) => {
  const { app } = await testApp({ maxSessions: { count: 3, policy: 'deny' } })
  t.teardown(() => app.close())
  t.strictSame(app.mechanisms.find('session')?.describe(), {
    type: 'session',
    revocationWindow: 10,
    algorithms: ['SHA-256'],
    outbound: [],
    secretsAtRest: 'SHA-256 digests of tokens of 256 random bits',
    idleTimeout: 1800,
    absoluteTimeout: 43_200,
    touchInterval: 60,
    rotationGrace: 10,
    maxSessions: { count: 3, policy: 'deny' },
    whenStale: 'lookup',
    cookie: '__Host-session',
    csrf: 'origin',
  })
  const open = await testApp({ whenStale: 'open' })
  t.teardown(() => open.app.close())
  t.equal(open.app.mechanisms.find('session')?.describe().revocationWindow, null)
})

t.test('challenges speak of step-up and scope', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const mechanism = app.mechanisms.find('session')
  const error = 'insufficient_user_authentication' as const
  t.strictSame(mechanism?.challenge({ error, reason: 'stale', maxAge: 300 })?.params, {
    error,
    acr_values: undefined,
    max_age: 300,
  })
  t.strictSame(mechanism?.challenge({ error, reason: 'weak', acrValues: 'mfa' })?.params, {
    error,
    acr_values: 'mfa',
    max_age: undefined,
  })
  t.strictSame(mechanism?.challenge({ error: 'insufficient_scope', scope: 'a b' })?.params, {
    error: 'insufficient_scope',
    scope: 'a b',
  })
})

t.test('a step-up that no identity can show changes nothing', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  const before = [...browser.cookies]
  const response = await browser.post('/elevate', { acr: 5 })
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'LATCHKEY_SESSION_INVALID_LOGIN')
  t.same([...browser.cookies], before)
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('a scope that is older than the plugin has no bag, and works', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const older: FastifyPluginAsync = async (scope) => {
    scope.post('/older', async (request) => {
      await request.login('u1')
      return {}
    })
  }
  await app.register(older)
  await app.register(session, { store: memoryStore(), bag: 'everywhere' })
  const headers = { 'sec-fetch-site': 'same-origin' }
  const response = await app.inject({ method: 'POST', url: '/older', headers })
  t.equal(response.statusCode, 200)
  t.equal(response.cookies.length, 1)
})
