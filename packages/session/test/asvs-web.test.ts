// Rows of the ASVS 5.0 checklist that sessions enforce or set by default: chapters 1 to 6.
import { memoryStore } from '@latchkey/store'
import { countingStore } from '@latchkey/store/testing'
import fc from 'fast-check'
import t from 'tap'
import { safeReturnTo, sessionRoutes } from '../src/index.js'
import { createPasswords } from '../src/password.js'
import { createSessionId, issueToken } from '../src/token.js'
import { browserOf, testApp } from './fixtures/app.js'

const https = 'https://app.example'

t.test('V1.2.2 returnTo leads to a path of this origin or to the default', async (t) => {
  for (const evil of ['javascript:alert(1)', '//evil', '/\\evil', 'https://evil', '/.//evil']) {
    t.equal(safeReturnTo(evil, '/home'), '/home')
  }
  t.equal(safeReturnTo('/orders?a=1'), '/orders?a=1')
})

t.test('V1.2.4 a subject that reads like a query is a subject', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const [attacker, victim] = [browserOf(app), browserOf(app)]
  await victim.post('/login', { subject: 'victim' })
  await attacker.post('/login', { subject: "' OR 1=1--" })
  await app.sessions.revokeAll("' OR 1=1--")
  t.equal((await victim.get('/me')).statusCode, 200)
  t.equal((await attacker.get('/me')).statusCode, 401)
})

t.test('V2.3.1 a step-up without a login is an error, and changes nothing', async (t) => {
  const counting = countingStore(memoryStore())
  const { app } = await testApp({
    store: counting.store,
    routes(app) {
      app.post('/finish', async (request) => request.elevate({ acr: 'high' }))
    },
  })
  t.teardown(() => app.close())
  counting.reset()
  const response = await browserOf(app).post('/finish')
  t.equal(response.statusCode, 401)
  t.equal(response.headers['set-cookie'], undefined)
  t.equal(counting.total(), 0)
})

t.test(
  'V2.4.1 V6.3.1 floods of attempts are slowed down before a password is looked at',
  async (t) => {
    const passwords = createPasswords({ store: memoryStore() })
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        passwords.verify({ account: `u${index}`, hash: null, password: 'x', address: 'flood' }),
      ),
    )
    const refused = verdicts.filter((verdict) => 'retryAfter' in verdict)
    t.equal(refused.length, 10)
    t.match(refused[0], { reason: 'throttled', retryAfter: Number })
  },
)

t.test('V3.3.1 V3.3.2 V3.3.3 V3.3.4 the cookie is __Host-, Secure, HttpOnly and Lax', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const response = await browserOf(app, https).post('/login')
  t.match(response.headers['set-cookie'], /^__Host-session=.*; HttpOnly; Secure; SameSite=Lax$/)
  const shared = await testApp({ cookie: { domain: 'app.example' } })
  t.teardown(() => shared.app.close())
  const other = await browserOf(shared.app, https).post('/login')
  t.match(other.headers['set-cookie'], /^__Secure-session=/)
})

t.test('V3.3.4 no body and no log holds a token', async (t) => {
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(line) }
  const { app } = await testApp({
    server: { logger: { level: 'trace', stream } },
    routes(app) {
      app.register(sessionRoutes, { prefix: '/sessions' })
      app.post('/set', { config: { session: true } }, async (request) => {
        Object.assign(request.session, { a: 1 })
        return { ...request.session, id: request.session.sessionId }
      })
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  const tokens: string[] = []
  const bodies: string[] = []
  for (const [method, url] of [
    ['POST', '/login'],
    ['POST', '/set'],
    ['GET', '/me'],
    ['GET', '/sessions'],
    ['POST', '/elevate'],
    ['POST', '/logout'],
    ['GET', '/me'],
  ] as const) {
    const payload = method === 'POST' ? { payload: { acr: 'high' } } : {}
    bodies.push((await browser.request({ method, url, ...payload })).body)
    tokens.push(browser.token())
  }
  for (const token of tokens.filter((each) => each !== '')) {
    t.equal(bodies.join().includes(token.slice(23)), false)
    t.equal(lines.join().includes(token.slice(23)), false)
  }
  t.ok(lines.length > 7)
})

t.test('V3.3.5 name and value of the cookie have at most 4096 bytes', async (t) => {
  const { app } = await testApp({ cookie: { name: 'x'.repeat(64) } })
  t.teardown(() => app.close())
  const response = await browserOf(app, https).post('/login')
  const [pair = ''] = String(response.headers['set-cookie']).split(';')
  t.ok(pair.length < 150)
})

t.test('V3.5.1 V3.5.2 a forged request is refused, whatever its content type', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app, https)
  await browser.post('/login')
  const rows: [headers: Record<string, string>, status: number][] = [
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': undefined as never, origin: 'https://evil.example' }, 403],
    [{ 'sec-fetch-site': undefined as never, origin: 'null' }, 403],
    [{ 'sec-fetch-site': undefined as never }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }, 403],
    [{ 'sec-fetch-site': undefined as never, origin: https }, 200],
  ]
  for (const [headers, status] of rows) {
    const payload = headers['content-type'] === undefined ? {} : { payload: '{}' }
    const response = await browser.request({ method: 'POST', url: '/me', headers, ...payload })
    t.equal(response.statusCode, status, JSON.stringify(headers))
  }
})

t.test('V3.5.3 nothing is ended by a safe method', async (t) => {
  const { app } = await testApp({
    routes(app) {
      app.register(sessionRoutes, { prefix: '/sessions' })
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app)
  await browser.post('/login')
  for (const url of ['/logout', `/sessions/${browser.token().slice(0, 22)}`]) {
    t.equal((await browser.get(url)).statusCode, 404)
  }
  t.equal((await browser.get('/me')).statusCode, 200)
})

t.test('V4.4.2 an upgrade with the cookie and another origin is refused', async (t) => {
  const { app } = await testApp()
  t.teardown(() => app.close())
  const browser = browserOf(app, https)
  await browser.post('/login')
  for (const [origin, status] of [
    ['https://evil.example', 403],
    [https, 200],
  ] as const) {
    const headers = { upgrade: 'websocket', origin, 'sec-fetch-site': undefined as never }
    t.equal((await browser.request({ url: '/me', headers })).statusCode, status)
  }
})

t.test('V6.3.1 eleven wrong logins from eleven addresses: 429, and no lock-out', async (t) => {
  const passwords = createPasswords({ store: memoryStore() })
  const hash = await passwords.hash('right')
  const verify = (address: string, password: string, account = 'ada') =>
    passwords.verify({ account, hash, password, address })
  t.match(await verify('home', 'right'), { ok: true })
  for (let index = 0; index < 10; index++) {
    t.match(await verify(`a${index}`, 'wrong'), { reason: 'wrong' })
  }
  t.match(await verify('a10', 'wrong'), { reason: 'throttled', retryAfter: Number })
  t.match(await verify('a10', 'right', 'bob'), { ok: true }, 'another account')
  t.match(await verify('home', 'right'), { ok: true }, 'a known device')
})

t.test('V6.3.8 unknown and known accounts are answered alike', async (t) => {
  const passwords = createPasswords({ store: memoryStore() })
  const hash = await passwords.hash('right')
  const known = await passwords.verify({ account: 'ada', hash, password: 'x', address: 'a' })
  const unknown = await passwords.verify({
    account: 'eve',
    hash: null,
    password: 'x',
    address: 'a',
  })
  t.strictSame(known, unknown)
})

t.test('V6.5.2 passwords are kept as Argon2id only', async (t) => {
  t.match(await createPasswords({ store: memoryStore() }).hash('0000'), /^\$argon2id\$/)
})

t.test(
  'V6.5.3 V7.2.3 V11.5.1 tokens have 256 random bits, ids 131, and none comes twice',
  async (t) => {
    const tokens = new Set<string>()
    for (let count = 0; count < 100_000; count++) {
      const id = createSessionId()
      tokens.add(id).add(issueToken(id).text.slice(23))
    }
    t.equal(tokens.size, 200_000)
    const secret = issueToken(createSessionId()).text.slice(23)
    t.equal(Buffer.from(secret, 'base64url').length, 32)
  },
)

t.test(
  'V15.3.5 V15.3.6 whatever is in the cookie, it is no identity, no 5xx and no pollution',
  async (t) => {
    const { app } = await testApp()
    t.teardown(() => app.close())
    const browser = browserOf(app)
    await browser.post('/login')
    const good = browser.token()
    const text = fc.oneof(
      fc.stringMatching(/^[!#-:<-~]{0,120}$/),
      fc.constantFrom('__proto__', 'constructor', '[object Object]', '%00', `${good}x`),
      fc.nat(good.length - 1).map((at) => {
        const other = good[at] === 'a' ? 'b' : 'a'
        return at === 22 ? good.replace('.', ',') : good.slice(0, at) + other + good.slice(at + 1)
      }),
    )
    const numRuns = Number(process.env.LATCHKEY_FUZZ ?? 10_000)
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const headers = { cookie: `session=${value}`, host: 'localhost' }
        const response = await app.inject({ url: '/me', headers })
        return response.statusCode === 401 && !response.body.includes(good)
      }),
      { numRuns: Math.min(numRuns, 100_000) },
    )
    t.equal(({} as { admin?: unknown }).admin, undefined)
    t.equal((await browser.get('/me')).statusCode, 200, 'the good one is still good')
  },
)
