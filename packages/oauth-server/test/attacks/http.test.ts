import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { authorizeUrl, createBrowser } from '../fixtures/browser.js'
import { startServer } from '../fixtures/server.js'
import { basic, postForm, requestToken } from '../fixtures/tokens.js'

const endpoints = ['/token', '/revoke', '/introspect']

t.test('G88: only POST is answered', async (t) => {
  const { app } = await startServer()
  for (const url of endpoints) {
    for (const method of ['GET', 'PUT', 'HEAD', 'PATCH', 'DELETE'] as const) {
      const response = await app.inject({ method, url })
      t.equal(response.statusCode, 405, `${method} ${url}`)
      t.equal(response.headers.allow, 'POST')
      t.equal(response.headers['cache-control'], 'no-store')
      if (method !== 'HEAD') t.equal(response.json().error, 'invalid_request')
    }
  }
})

const bodies: [
  line: string,
  what: string,
  type: string | undefined,
  body: string,
  status: number,
][] = [
  ['G89', 'JSON', 'application/json', '{"grant_type":"client_credentials"}', 400],
  ['G89', 'XML', 'application/xml', '<grant/>', 400],
  ['G89', 'broken JSON', 'application/json', '{', 400],
  ['G89', 'multipart', 'multipart/form-data; boundary=x', '--x--', 400],
  ['G89', 'no type', undefined, 'grant_type=client_credentials', 400],
  ['G89', 'a type that is none', 'x', 'grant_type=client_credentials', 400],
  ['G89', 'nothing', 'application/x-www-form-urlencoded', '', 400],
  ['G94', 'too much', 'application/x-www-form-urlencoded', `x=${'y'.repeat(70_000)}`, 413],
]

t.test('what is no form is refused in the shape of OAuth', async (t) => {
  const { app } = await startServer()
  for (const [line, what, type, payload, status] of bodies) {
    await t.test(`${line}: ${what}`, async (t) => {
      for (const url of endpoints) {
        const headers = { ...(type ? { 'content-type': type } : {}) }
        const response = await app.inject({ method: 'POST', url, headers, payload })
        // An empty form has parameters that are missing; which one is another test's business.
        t.ok([status, 401].includes(response.statusCode), `${url}: ${response.statusCode}`)
        t.match(response.json(), { error: /^invalid_(request|client)$/, error_description: String })
        t.equal(response.headers['cache-control'], 'no-store')
        t.equal(response.headers['x-content-type-options'], 'nosniff')
      }
    })
  }
})

t.test('unknown paths of the server are refused in the shape of OAuth', async (t) => {
  const own = { statusCode: 404, body: 'nothing of the application' }
  for (const [base, unknown, others] of [
    ['', ['/token/', '/token/x', '/register', '/par/x?y=1'], ['/', '/x', '/authorize/x/y']],
    ['/tenant', ['/tenant', '/tenant/', '/tenant/x/y', '/tenant/token/'], ['/token', '/tenants']],
  ] as const) {
    const { app } = await startServer(
      { issuer: `https://auth.example.com${base}` },
      undefined,
      (app) => {
        app.setNotFoundHandler((_, reply) => reply.code(404).send(own.body))
        app.get('/tenant/app', async () => 'the application')
      },
    )
    for (const url of unknown) {
      for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
        const payload = method === 'POST' ? { payload: 'not a form' } : {}
        const response = await app.inject({ method, url, ...payload })
        t.equal(response.statusCode, 404, `${method} ${url}`)
        t.match(response.json(), { error: 'invalid_request', error_description: String })
        t.equal(response.headers['cache-control'], 'no-store')
        t.equal(response.headers['x-content-type-options'], 'nosniff')
      }
    }
    for (const url of others) t.match(await app.inject({ url }), own, url)
    t.equal((await app.inject({ url: '/tenant/app' })).body, 'the application')
  }
})

t.test('G92, V14.3.2: nothing of the token endpoint is kept', async (t) => {
  const { app } = await startServer()
  const success = await requestToken(app, { grant_type: 'client_credentials' }, 'service')
  t.equal(success.statusCode, 200)
  const failure = await requestToken(app, { grant_type: 'x' }, 'service')
  const token = success.json().access_token
  const headers = { authorization: basic('service') }
  const introspected = await postForm(app, '/introspect', { token }, headers)
  const revoked = await postForm(app, '/revoke', { token }, headers)
  for (const response of [success, failure, introspected, revoked]) {
    t.equal(response.headers['cache-control'], 'no-store')
  }
})

t.test(
  'G93: pages of other origins may call what is meant for them, without credentials',
  async (t) => {
    const origin = 'https://spa.example'
    const open = await startServer()
    const closed = await startServer({ corsOrigins: [origin] })
    const preflight = (app: typeof open.app, url: string, from: string) =>
      app.inject({
        method: 'OPTIONS',
        url,
        headers: { origin: from, 'access-control-request-method': 'POST' },
      })
    for (const url of ['/token', '/revoke']) {
      const response = await preflight(open.app, url, origin)
      t.equal(response.statusCode, 204)
      t.equal(response.headers['access-control-allow-origin'], '*')
      t.equal(response.headers['access-control-allow-methods'], 'POST')
      t.equal(response.headers['access-control-allow-headers'], 'Authorization, Content-Type, DPoP')
      t.equal(response.headers['access-control-expose-headers'], 'WWW-Authenticate, DPoP-Nonce')
      t.equal(response.headers['access-control-allow-credentials'], undefined)

      const allowed = await preflight(closed.app, url, origin)
      t.equal(allowed.headers['access-control-allow-origin'], origin)
      t.equal(allowed.headers.vary, 'Origin')
      const foreign = await preflight(closed.app, url, 'https://evil.example')
      t.equal(foreign.headers['access-control-allow-origin'], undefined)
      t.equal(foreign.headers.vary, 'Origin')
    }
    const direct = await closed.app.inject({ method: 'POST', url: '/token' })
    t.equal(direct.headers['access-control-allow-origin'], undefined)
    for (const url of ['/jwks', '/.well-known/oauth-authorization-server']) {
      const response = await closed.app.inject({ url, headers: { origin: 'https://any.example' } })
      t.equal(response.headers['access-control-allow-origin'], '*')
    }
    t.equal((await preflight(open.app, '/introspect', origin)).statusCode, 404)
  },
)

t.test('a store that cannot be reached is 503, in the shape of each endpoint', async (t) => {
  const cut = failingStore(memoryStore())
  const { app } = await startServer({}, () => cut.store)
  const page = await createBrowser(app, 'alice').get(authorizeUrl())
  t.equal(page.statusCode, 200)
  cut.fail()
  const revoked = await postForm(app, '/token', {}, { authorization: basic('web', 'wrong') })
  t.equal(revoked.statusCode, 503)
  t.equal(revoked.json().error, 'temporarily_unavailable')
  t.equal(revoked.headers['retry-after'], '1')
  const parked = await createBrowser(app, 'alice').get('/authorize/0123456789abcdefghijkl')
  t.equal(parked.statusCode, 503)
  t.match(parked.headers['content-type'], 'text/html')
  const answered = await createBrowser(app, 'alice').get(authorizeUrl())
  t.match(answered.headers.location, 'error=temporarily_unavailable')
})

t.test('a fault of the application is 500 without a word about it', async (t) => {
  const { app } = await startServer({
    claims: () => {
      throw new Error('the users table is on fire')
    },
  })
  const { obtainCode, redemption } = await import('../fixtures/tokens.js')
  const response = await requestToken(app, redemption(await obtainCode(app)))
  t.equal(response.statusCode, 500)
  t.same(response.json(), {
    error: 'server_error',
    error_description: 'the request could not be answered',
  })
})
