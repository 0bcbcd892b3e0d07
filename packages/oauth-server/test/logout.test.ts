import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLocalJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import { createBrowser, formOf } from './fixtures/browser.js'
import { signIn, startProvider } from './fixtures/openid.js'
import { callback, issuer } from './fixtures/server.js'
import { introspect, requestToken } from './fixtures/tokens.js'

const bye = 'https://app.example.net/bye'

const query = (params: Record<string, string | undefined>): string => {
  const entries = Object.entries(params).filter(([, value]) => value !== undefined)
  return `/logout?${new URLSearchParams(entries as [string, string][])}`
}

t.test('M146: what is wrong is shown, and nobody is redirected or logged out', async (t) => {
  let logouts = 0
  const { app } = await startProvider({
    logout: () => {
      logouts++
    },
  })
  const browser = createBrowser(app, 'alice')
  const { id_token = '' } = await signIn(app, 'rp', {}, browser)
  const [header, payload] = id_token.split('.')
  for (const [what, params] of [
    ['an unregistered URI', { id_token_hint: id_token, post_logout_redirect_uri: callback }],
    ['an altered URI', { id_token_hint: id_token, post_logout_redirect_uri: `${bye}/` }],
    ['a URI without a client', { post_logout_redirect_uri: bye }],
    ['a changed hint', { id_token_hint: `${header}.${payload}.AAAA` }],
    ['another client than that of the hint', { id_token_hint: id_token, client_id: 'web' }],
    ['an unknown client', { client_id: 'nobody' }],
  ] as const) {
    const response = await browser.get(query(params))
    t.equal(response.statusCode, 400, what)
    t.match(response.headers['content-type'], 'text/html')
    t.equal(response.headers.location, undefined)
  }
  const twice = await browser.get(`/logout?client_id=rp&client_id=web`)
  t.equal(twice.statusCode, 400)
  t.equal(logouts, 0)
})

t.test('with the hint of this very session there is nothing to ask', async (t) => {
  let logouts = 0
  const { app } = await startProvider({
    logout: () => {
      logouts++
    },
  })
  const browser = createBrowser(app, 'alice')
  const { id_token } = await signIn(app, 'rp', {}, browser)
  const params = { id_token_hint: id_token, post_logout_redirect_uri: bye, state: 'a b' }
  const response = await browser.get(query(params))
  t.equal(response.statusCode, 303)
  t.equal(response.headers.location, `${bye}?state=a+b`)
  t.equal(logouts, 1)
  const again = await browser.get(query({ ...params, state: undefined }))
  t.equal(again.headers.location, bye, 'state only where it came')
  const plain = await browser.get(query({ id_token_hint: id_token, state: 'x' }))
  t.match(plain.body, 'You are signed out')
})

t.test(
  'M146, V10.6.2: without it the user is asked, and stays signed in until they agree',
  async (t) => {
    let logouts = 0
    const { app } = await startProvider({
      logout: () => {
        logouts++
      },
    })
    const browser = createBrowser(app, 'alice')
    const other = createBrowser(app)
    other.login({ subject: 'alice', credentialId: 'another-session' })
    const { id_token } = await signIn(app, 'rp', {}, other)
    for (const params of [
      {},
      { client_id: 'rp', post_logout_redirect_uri: bye },
      { client_id: 'web' },
      { client_id: 'other' },
      { id_token_hint: id_token },
    ]) {
      const page = await browser.get(query(params))
      t.equal(page.statusCode, 200)
      t.match(page.body, 'Sign out?')
    }
    t.equal(logouts, 0)

    const page = await browser.get(query({ client_id: 'rp', post_logout_redirect_uri: bye }))
    t.match(page.body, 'Relying Party asks to sign you out')
    t.match(page.headers['content-security-policy'], "form-action 'self' https://app.example.net")
    const { action, token } = formOf(page)
    const url = action.replaceAll('&amp;', '&')
    for (const [what, form, headers] of [
      ['a forged token', { token: 'x' }, {}],
      ['from another site', { token }, { 'sec-fetch-site': 'cross-site' }],
    ] as const) {
      t.equal((await browser.post(url, form, headers)).statusCode, 403, what)
    }
    browser.login({ subject: 'alice', credentialId: 'new' })
    t.equal((await browser.post(url, { token })).statusCode, 403, 'a token of another session')
    t.equal(logouts, 0)
    browser.login({ subject: 'alice' })
    const done = await browser.post(url, { token })
    t.equal(done.statusCode, 303)
    t.equal(done.headers.location, bye)
    t.equal(logouts, 1)
  },
)

t.test('who is not logged in has nothing to end', async (t) => {
  const { app } = await startProvider()
  const browser = createBrowser(app)
  const params = { client_id: 'rp', post_logout_redirect_uri: bye }
  t.equal((await browser.get(query(params))).headers.location, bye)
  t.match((await browser.get('/logout')).body, 'You are signed out')
  t.equal((await browser.post(query(params), { token: 'x' })).headers.location, bye)
})

t.test('a form of a relying party is taken up by GET', async (t) => {
  const { app } = await startProvider()
  const parked = await createBrowser(app).post('/logout', { client_id: 'rp', state: 'x' })
  t.equal(parked.statusCode, 303)
  t.equal(parked.headers.location, '/logout?client_id=rp&state=x')
  const empty = await app.inject({ method: 'POST', url: '/logout' })
  t.equal(empty.headers.location, '/logout?')
})

t.test('V3.5.3: a link alone never signs out', async (t) => {
  const { app } = await startProvider()
  const response = await createBrowser(app, 'alice').get('/logout')
  t.equal(response.statusCode, 200)
  t.match(response.body, 'Sign out?')
})

t.test('the application is asked to end the session, where it can', async (t) => {
  const { default: Fastify } = await import('fastify')
  const { oauthServer } = await import('../src/index.js')
  const { createIdentity, identity } = await import('@latchkey/identity')
  let logouts = 0
  const app = Fastify()
  await app.register(identity)
  app.decorateRequest('logout', async () => {
    logouts++
  })
  app.mechanisms.register({
    name: 'session',
    sources: [],
    ambient: true,
    authenticate: () => ({
      identity: createIdentity({
        subject: 'alice',
        issuer: 'test',
        kind: 'user',
        mechanism: 'session',
        credentialId: 's',
      }),
    }),
    challenge: () => null,
    securityScheme: { type: 'http', scheme: 'x' },
    describe: () => ({
      type: 'test',
      revocationWindow: 0,
      algorithms: [],
      outbound: [],
      secretsAtRest: '',
    }),
  })
  const { testKeyring } = await import('./fixtures/server.js')
  await app.register(oauthServer, {
    issuer,
    preset: 'oidc',
    login: '/login',
    keys: [await testKeyring()],
  })
  const browser = createBrowser(app)
  const { action, token } = formOf(await browser.get('/logout'))
  t.match((await browser.post(action, { token })).body, 'You are signed out')
  t.equal(logouts, 1)
})

t.test('M147, V7.1.3: relying parties are told, and tokens of the session end', async (t) => {
  const received: string[] = []
  let failures = 1
  const rp = createServer((request, response) => {
    void readBody(request).then((body) => {
      received.push(`${request.headers['content-type']} ${body}`)
      response.statusCode = failures-- > 0 ? 500 : 200
      response.end()
    })
  })
  await new Promise<void>((resolve) => rp.listen(0, '127.0.0.1', resolve))
  t.teardown(() => rp.close())
  const { port } = rp.address() as AddressInfo
  const { app, now, store } = await startProvider({
    outbound: { allowPrivate: [`127.0.0.1:${port}`] },
    clients: [
      {
        client_id: 'web',
        client_secret: 'web-secret',
        redirect_uris: [callback],
        backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
      },
      {
        client_id: 'rp',
        client_secret: 'rp-secret',
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        client_id: 'pairwise',
        client_secret: 'pairwise-secret',
        redirect_uris: [callback],
        backchannel_logout_uri: 'https://127.0.0.1:1/logout',
      },
    ],
  })
  const browser = createBrowser(app, 'alice')
  const { id_token, access_token } = await signIn(app, 'web', {}, browser)
  await signIn(app, 'pairwise', {}, browser)
  const lasting = await signIn(app, 'rp', { scope: 'openid offline_access' }, browser)
  await store.link('oauth:session:session-of-alice', 'gone', now() + 100)
  await browser.get(query({ id_token_hint: id_token }))
  t.same(await introspect(app, access_token, 'web'), { active: false })
  const form = { grant_type: 'refresh_token', refresh_token: lasting.refresh_token }
  t.equal((await requestToken(app, form, 'rp')).statusCode, 200)
  const jwks = (await app.inject({ url: '/jwks' })).json()
  await app.close()

  t.equal(received.length, 2, 'told again after a failure')
  t.equal(received[0], received[1])
  const [type, body = ''] = (received[0] ?? '').split(' ')
  t.equal(type, 'application/x-www-form-urlencoded')
  const token = new URLSearchParams(body).get('logout_token') ?? ''
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer,
    audience: 'web',
    typ: 'logout+jwt',
    currentDate: new Date(now() * 1000),
  })
  t.equal(protectedHeader.typ, 'logout+jwt')
  t.match(payload, {
    sub: 'alice',
    sid: 'session-of-alice',
    jti: String,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
  t.equal(payload.nonce, undefined)
})

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}
