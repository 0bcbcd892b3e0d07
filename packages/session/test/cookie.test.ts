import { memoryStore } from '@latchkey/store'
import fastify from 'fastify'
import t from 'tap'
import { session } from '../src/index.js'
import { browserOf, testApp } from './fixtures/app.js'

const https = 'https://app.example'

t.test(
  'over HTTPS the cookie is __Host-, Secure, HttpOnly, Lax, and ends with the browser',
  async (t) => {
    const { app } = await testApp()
    t.teardown(() => app.close())
    const response = await browserOf(app, https).post('/login')
    t.match(
      response.headers['set-cookie'],
      /^__Host-session=[0-9A-Za-z]{22}\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  },
)

t.test('a persistent cookie lasts as long as the session can', async (t) => {
  const { app, clock } = await testApp({ cookie: { persistent: true, sameSite: 'strict' } })
  t.teardown(() => app.close())
  const browser = browserOf(app, https)
  const response = await browser.post('/login')
  t.match(
    response.headers['set-cookie'],
    /; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  )
  clock.advance(1000)
  const rotated = await browser.post('/elevate', { acr: 'high' })
  t.match(rotated.headers['set-cookie'], /; Max-Age=42200;/)
})

t.test('a domain costs the prefix __Host-', async (t) => {
  const lines: string[] = []
  const { app } = await testApp({
    cookie: { name: 'sid', domain: 'example.com', sameSite: 'none' },
    server: { logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app, https)
  const response = await browser.post('/login')
  t.match(
    response.headers['set-cookie'],
    /^__Secure-sid=\S+; Path=\/; HttpOnly; Secure; SameSite=None; Domain=example\.com$/,
  )
  t.equal((await browser.get('/me')).statusCode, 200)
  t.match(lines.join(), /any of them can plant one/)
  t.match(lines.join(), /sent by pages of other sites/)
})

for (const origin of [
  'http://localhost:3000',
  'http://127.0.0.1:3000',
  'http://[::1]:3000',
  'http://app.localhost',
]) {
  t.test(`on ${origin} the cookie needs no HTTPS, outside production`, async (t) => {
    const { app } = await testApp()
    t.teardown(() => app.close())
    const browser = browserOf(app, origin)
    const response = await browser.post('/login')
    t.match(response.headers['set-cookie'], /^session=\S+; Path=\/; HttpOnly; SameSite=Lax$/)
    t.equal((await browser.get('/me')).statusCode, 200)
  })
}

t.test('in development a SameSite of "none" is Lax, and "strict" stays', async (t) => {
  for (const [sameSite, written] of [
    ['none', 'Lax'],
    ['strict', 'Strict'],
  ] as const) {
    const { app } = await testApp({ cookie: { sameSite } })
    const response = await browserOf(app).post('/login')
    t.match(response.headers['set-cookie'], new RegExp(`; SameSite=${written}$`))
    await app.close()
  }
})

t.test('a cookie without the prefix is not taken over HTTPS, nor from elsewhere', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  const headers = { cookie: `session=${browser.token()}` }
  t.equal((await browserOf(app, https).request({ url: '/me', headers })).statusCode, 401)
  const remote = { url: '/me', headers, remoteAddress: '192.0.2.1' }
  t.equal((await browserOf(app).request(remote)).statusCode, 401, 'Host says localhost, but')
})

t.test('Secure on plain HTTP is sent all the same, and said in the log once', async (t) => {
  const lines: string[] = []
  const { app } = await testApp({
    server: { logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } } },
  })
  t.teardown(() => app.close())
  for (let time = 0; time < 2; time++) {
    const response = await browserOf(app, 'http://app.example').post('/login')
    t.match(response.headers['set-cookie'], /^__Host-session=.*; Secure/)
  }
  t.equal(lines.length, 1)
  t.match(lines[0], /Secure and was sent over plain HTTP: browsers drop it/)
})

const VALID = `${'A'.repeat(22)}.${'B'.repeat(43)}`
for (const text of ['x', VALID, `"${VALID}"`, '', `${VALID}=`, '%00', 'a'.repeat(9000)]) {
  t.test(
    `a stale or strange cookie (${text.slice(0, 9)}) counts as none and is cleared`,
    async (t) => {
      const { app } = await testApp()
      t.teardown(() => app.close())
      for (const [url, status] of [
        ['/me', 401],
        ['/maybe', 200],
      ] as const) {
        const response = await browserOf(app).request({
          url,
          headers: { cookie: `session=${text}` },
        })
        t.equal(response.statusCode, status)
        t.equal(
          response.headers['set-cookie'],
          'session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
        )
        t.equal(response.headers['cache-control'], 'no-store')
      }
    },
  )
}

t.test('two cookies of the name are refused, even of the same value', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  const good = `session=${browser.token()}`
  for (const cookie of [`${good}; ${good}`, `${good}; a=b; session=x`, `session=;${good}`]) {
    for (const url of ['/me', '/maybe']) {
      const response = await browser.request({ url, headers: { cookie } })
      t.equal(response.statusCode, 400)
      t.equal(response.headers['set-cookie'], undefined)
    }
  }
  const login = await browser.request({
    method: 'POST',
    url: '/login',
    headers: { cookie: `${good}; ${good}` },
  })
  t.equal(login.statusCode, 200, 'a login starts anew')
})

t.test('a cookie that is cleared and then set is set, once', async (t) => {
  const { app } = await testApp({
    routes(app) {
      const optional = app.authenticate({ any: ['session'], optional: true })
      app.post('/in', { onRequest: optional }, async (request) => request.login('u1'))
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  browser.cookies.set('session', VALID)
  const response = await browser.post('/in')
  t.equal(response.cookies.length, 1)
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('a handler’s own Cache-Control stays', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.post('/in', async (request, reply) => {
        await request.login('u1')
        return reply.header('cache-control', 'private').send({})
      })
    },
  })
  t.teardown(() => app.close())
  t.equal((await browserOf(app).post('/in')).headers['cache-control'], 'private')
})

t.test('a logout sends Clear-Site-Data where that is wanted', async (t) => {
  const { app } = await testApp({ clearSiteData: true })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  t.equal((await browser.post('/login')).headers['clear-site-data'], undefined)
  t.equal((await browser.post('/logout')).headers['clear-site-data'], '"cookies", "storage"')
})

t.test('production needs HTTPS, a proxy, or a word', async (t) => {
  t.teardown(() => {
    process.env.NODE_ENV = 'test'
  })
  process.env.NODE_ENV = 'production'
  const store = memoryStore({ allowInProduction: true })
  const rows: [what: string, server: object, options: object, isFine: boolean][] = [
    ['plain', {}, {}, false],
    ['no proxy', { trustProxy: false }, {}, false],
    ['a proxy', { trustProxy: true }, {}, true],
    ['https', { https: {} }, {}, true],
    ['a word', {}, { allowPlainHttp: true }, true],
  ]
  for (const [what, server, options, isFine] of rows) {
    const app = fastify(server)
    await app.register(session, { store, ...options })
    if (isFine) await t.resolves(async () => app.ready(), what)
    else
      await t.rejects(async () => app.ready(), { code: 'LATCHKEY_SESSION_INVALID_OPTIONS' }, what)
    await app.close()
  }
  const app = fastify({ trustProxy: true })
  await app.register(session, { store })
  app.post('/in', async (request) => request.login('u1'))
  const response = await browserOf(app).post('/in')
  t.match(response.headers['set-cookie'], /^__Host-session=.*; Secure/, 'on loopback, too')
  await app.close()
})
