import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser } from '../fixtures/browser.js'
import { callback, challenge, issuer, startServer } from '../fixtures/server.js'

type Changes = Record<string, string | null>

/** What is shown to the user, and never redirected. */
const pages: [line: string, what: string, changes: Changes, error: string][] = [
  ['A1', 'an unknown client', { client_id: 'nobody' }, 'invalid_client'],
  ['A1', 'no client', { client_id: null }, 'invalid_request'],
  ['A9', 'an empty client_id', { client_id: '' }, 'invalid_request'],
  ['A1', 'a client called __proto__', { client_id: '__proto__' }, 'invalid_client'],
  ['A2', 'another URI', { redirect_uri: 'https://evil.example.net/callback' }, 'invalid_request'],
  ['A3', 'an extra path', { redirect_uri: `${callback}/more` }, 'invalid_request'],
  ['A3', 'a trailing slash', { redirect_uri: `${callback}/` }, 'invalid_request'],
  ['A3', 'another case', { redirect_uri: callback.replace('app', 'APP') }, 'invalid_request'],
  ['A3', 'an extra query', { redirect_uri: `${callback}?x=1` }, 'invalid_request'],
  ['A3', 'dots in escapes', { redirect_uri: `${callback}/%2e%2e/callback` }, 'invalid_request'],
  ['A3', 'user information', { redirect_uri: callback.replace('//', '//x@') }, 'invalid_request'],
  ['A3', 'another port', { redirect_uri: callback.replace('net', 'net:8443') }, 'invalid_request'],
  ['A3', 'a longer host', { redirect_uri: callback.replace('net', 'net.evil') }, 'invalid_request'],
  ['A5', 'a fragment', { redirect_uri: `${callback}#x` }, 'invalid_request'],
  [
    'A7',
    'no redirect_uri where two are registered',
    { client_id: 'other', redirect_uri: null },
    'invalid_request',
  ],
  [
    'A7',
    'no redirect_uri in OpenID Connect',
    { redirect_uri: null, scope: 'openid' },
    'invalid_request',
  ],
  [
    'A19',
    'an unregistered URI with prompt=none',
    { redirect_uri: 'https://evil.example', prompt: 'none' },
    'invalid_request',
  ],
  [
    'A4',
    'another loopback host',
    { client_id: 'native', redirect_uri: 'http://127.0.0.2:1/cb' },
    'invalid_request',
  ],
  [
    'A4',
    'https on loopback',
    { client_id: 'native', redirect_uri: 'https://127.0.0.1:1/cb' },
    'invalid_request',
  ],
  [
    'A4',
    'another path on loopback',
    { client_id: 'native', redirect_uri: 'http://127.0.0.1:1/cb2' },
    'invalid_request',
  ],
  [
    'A4',
    'localhost where only addresses are registered',
    { client_id: 'native', redirect_uri: 'http://localhost:1/cb' },
    'invalid_request',
  ],
  [
    'A4',
    'a port that is none',
    { client_id: 'native', redirect_uri: 'http://127.0.0.1:99999/cb' },
    'invalid_request',
  ],
]

t.test(
  'V10.4.1: what is wrong with client or redirect URI is shown and never redirected',
  async (t) => {
    const { app } = await startServer()
    for (const [line, what, changes, error] of pages) {
      await t.test(`${line}: ${what}`, async (t) => {
        const response = await createBrowser(app, 'alice').get(authorizeUrl(changes))
        t.equal(response.statusCode, 400)
        t.match(response.headers['content-type'], 'text/html')
        t.equal(response.headers.location, undefined)
        t.equal(response.headers['set-cookie'], undefined)
        t.match(response.body, error)
        t.notMatch(response.body, 'evil')
      })
    }
  },
)

/** What is answered to the client. */
const answers: [line: string, what: string, changes: Changes, error: string][] = [
  ['A11', 'no response_type', { response_type: null }, 'invalid_request'],
  ['A11', 'token', { response_type: 'token' }, 'unsupported_response_type'],
  ['A11', 'code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['A11', 'code token', { response_type: 'code token' }, 'unsupported_response_type'],
  ['A11', 'id_token', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['V10.6.1', 'id_token token', { response_type: 'id_token token' }, 'unsupported_response_type'],
  ['A13', 'an unknown scope', { scope: 'orders:read admin' }, 'invalid_scope'],
  ['V10.4.11', 'a scope that the client was not assigned', { scope: 'payments' }, 'invalid_scope'],
  ['A22', 'an unknown response_mode', { response_mode: 'smoke' }, 'invalid_request'],
  ['V10.4.12', 'the response mode fragment', { response_mode: 'fragment' }, 'invalid_request'],
  ['A17', 'a state that is too long', { state: 'x'.repeat(2049) }, 'invalid_request'],
  ['C41', 'prompt=none login', { prompt: 'none login' }, 'invalid_request'],
  ['C40', 'an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
  ['C43', 'max_age=-1', { max_age: '-1' }, 'invalid_request'],
  ['C43', 'max_age=NaN', { max_age: 'NaN' }, 'invalid_request'],
  ['D51', 'no code_challenge', { code_challenge: null }, 'invalid_request'],
  [
    'D51',
    'no PKCE at all',
    { code_challenge: null, code_challenge_method: null },
    'invalid_request',
  ],
  ['D52', 'plain', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['D53', 'no code_challenge_method', { code_challenge_method: null }, 'invalid_request'],
  ['D54', 'a short challenge', { code_challenge: challenge.slice(1) }, 'invalid_request'],
  ['D54', 'a long challenge', { code_challenge: `${challenge}a` }, 'invalid_request'],
  [
    'D54',
    'a challenge with a strange character',
    { code_challenge: `${challenge.slice(1)}+` },
    'invalid_request',
  ],
  ['I109', 'a relative resource', { resource: '/orders' }, 'invalid_target'],
  [
    'I109',
    'a resource with a fragment',
    { resource: 'https://api.example.com#x' },
    'invalid_target',
  ],
  ['I109', 'an unknown resource', { resource: 'https://unknown.example.com' }, 'invalid_target'],
]

t.test('B26, B39: what else is wrong is answered to the client, with state and iss', async (t) => {
  const { app } = await startServer()
  for (const [line, what, changes, error] of answers) {
    await t.test(`${line}: ${what}`, async (t) => {
      const response = await createBrowser(app, 'alice').get(authorizeUrl(changes))
      t.equal(response.statusCode, 303)
      t.ok((response.headers.location as string).startsWith(`${callback}?`))
      const answer = answerOf(response)
      t.equal(answer.error, error)
      t.equal(answer.state, changes.state ?? 'a state')
      t.equal(answer.iss, issuer)
      t.equal(answer.code, undefined)
      t.match(answer.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    })
  }
})

t.test('A12: a client that may not use codes is told so', async (t) => {
  const { app } = await startServer({
    clients: [
      {
        client_id: 'service',
        client_secret: 'service-secret',
        grant_types: ['client_credentials'],
        redirect_uris: [callback],
      },
    ],
  })
  const response = await createBrowser(app, 'alice').get(
    authorizeUrl({ client_id: 'service', scope: null }),
  )
  t.equal(answerOf(response).error, 'unauthorized_client')
})

t.test('A8: a repeated parameter is refused, and redirects only where that is safe', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  for (const name of ['client_id', 'redirect_uri']) {
    const response = await browser.get(`${authorizeUrl()}&${name}=x`)
    t.equal(response.statusCode, 400, name)
    t.equal(response.headers.location, undefined)
  }
  for (const name of ['scope', 'response_type', 'code_challenge']) {
    const answer = answerOf(await browser.get(`${authorizeUrl()}&${name}=x`))
    t.equal(answer.error, 'invalid_request', name)
    t.equal(answer.state, 'a state')
  }
  const answer = answerOf(await browser.get(`${authorizeUrl()}&state=x`))
  t.equal(answer.error, 'invalid_request')
  t.equal(answer.state, undefined)
  const two = '&resource=https://api.example.com&resource=https://opaque.example.com/v1'
  t.equal((await browser.get(authorizeUrl() + two)).statusCode, 200, 'resource may repeat')
})

t.test('A10: unknown parameters are ignored, and names of prototypes are harmless', async (t) => {
  const { app } = await startServer()
  const url = `${authorizeUrl()}&__proto__=x&constructor=y&audience=z`
  const response = await approve(createBrowser(app, 'alice'), url)
  t.ok(answerOf(response).code)
})

t.test('A18: state comes back as it was, and is not invented', async (t) => {
  const { app } = await startServer()
  const browser = createBrowser(app, 'alice')
  const state = 'ünï "quoted" %20 % & = + 🙂 <b>'
  t.equal(answerOf(await approve(browser, authorizeUrl({ state }))).state, state)
  t.equal(answerOf(await approve(browser, authorizeUrl({ state: null }))).state, undefined)
})

t.test('A4: the port of a loopback redirect is free', async (t) => {
  const { app } = await startServer()
  for (const redirect_uri of [
    'http://127.0.0.1:4321/cb',
    'http://[::1]:80/cb',
    'http://127.0.0.1/cb',
  ]) {
    const url = authorizeUrl({ client_id: 'native', redirect_uri })
    const response = await approve(createBrowser(app, 'alice'), url)
    t.ok((response.headers.location as string).startsWith(`${redirect_uri}?code=`), redirect_uri)
  }
})

t.test('A7: the only registered redirect URI can be left out', async (t) => {
  const { app } = await startServer()
  const response = await approve(createBrowser(app, 'alice'), authorizeUrl({ redirect_uri: null }))
  t.ok((response.headers.location as string).startsWith(`${callback}?code=`))
})

t.test('a query in the registered redirect URI stays', async (t) => {
  const { app } = await startServer()
  const redirect_uri = 'https://app.example.net/second?x=1'
  const url = authorizeUrl({ client_id: 'other', redirect_uri })
  const response = await approve(createBrowser(app, 'alice'), url)
  t.ok((response.headers.location as string).startsWith(`${redirect_uri}&code=`))
})

t.test('A13: with unknown scopes ignored they are never granted', async (t) => {
  const { app } = await startServer({ rules: { unknownScopes: 'ignore' } })
  const page = await createBrowser(app, 'alice').get(authorizeUrl({ scope: 'orders:read admin' }))
  t.equal(page.statusCode, 200)
  t.notMatch(page.body, 'admin')
})

t.test('A14: a request by POST goes through the same checks, and then the same way', async (t) => {
  const { app } = await startServer()
  const params = Object.fromEntries(new URLSearchParams(authorizeUrl().split('?')[1]))
  const browser = createBrowser(app, 'alice')
  const parked = await browser.post('/authorize', params, { 'sec-fetch-site': 'cross-site' })
  t.equal(parked.statusCode, 303)
  const location = parked.headers.location as string
  t.match(location, /^\/authorize\/[0-9A-Za-z]{22}$/)
  const answer = answerOf(await approve(browser, location))
  t.ok(answer.code)
  t.equal(answer.state, 'a state')

  const wrong = await browser.post('/authorize', { ...params, response_type: 'token' })
  t.equal(answerOf(wrong).error, 'unsupported_response_type')
  const unknown = await browser.post('/authorize', {
    ...params,
    redirect_uri: 'https://evil.example',
  })
  t.equal(unknown.statusCode, 400)
  t.equal(unknown.headers.location, undefined)
})

t.test('A14: what a browser has opened another cannot', async (t) => {
  const { app } = await startServer()
  const params = Object.fromEntries(new URLSearchParams(authorizeUrl().split('?')[1]))
  const parked = await createBrowser(app).post('/authorize', params)
  const location = parked.headers.location as string
  const raced = await Promise.all(
    ['alice', 'bob'].map((who) => createBrowser(app, who).get(location)),
  )
  t.same(raced.map(({ statusCode }) => statusCode).sort(), [200, 400])
  t.equal((await createBrowser(app, 'carol').get(location)).statusCode, 403)
})

t.test('A15: parameters in query and form together are refused', async (t) => {
  const { app } = await startServer()
  const response = await createBrowser(app, 'alice').post(
    `/authorize?redirect_uri=${encodeURIComponent(callback)}`,
    { client_id: 'web', response_type: 'code' },
  )
  t.equal(response.statusCode, 400)
  t.equal(response.headers.location, undefined)
  const empty = await app.inject({ method: 'POST', url: '/authorize' })
  t.equal(empty.statusCode, 400)
})

t.test('A16: HEAD has no side effects, nor has any other method', async (t) => {
  const { app } = await startServer()
  for (const method of ['HEAD', 'PUT', 'PATCH', 'DELETE'] as const) {
    const response = await app.inject({ method, url: authorizeUrl() })
    t.equal(response.statusCode, 405, method)
    t.equal(response.headers.allow, 'GET, POST')
    t.equal(response.headers['set-cookie'], undefined)
  }
})

t.test(
  'A24, A25, B33, V3.4.6: pages have no CORS, no referrer, no frames, and no script',
  async (t) => {
    const { app } = await startServer()
    const page = await createBrowser(app, 'alice').get(authorizeUrl(), {
      origin: 'https://evil.example',
    })
    const error = await createBrowser(app, 'alice').get(authorizeUrl({ client_id: 'nobody' }))
    for (const { headers } of [page, error]) {
      t.equal(headers['access-control-allow-origin'], undefined)
      t.equal(headers['referrer-policy'], 'no-referrer')
      t.equal(headers['x-frame-options'], 'DENY')
      t.equal(headers['x-content-type-options'], 'nosniff')
      t.equal(headers['cache-control'], 'no-store')
      t.match(headers['content-security-policy'], "frame-ancestors 'none'")
      t.match(headers['content-security-policy'], "default-src 'none'")
      t.notMatch(headers['content-security-policy'], 'script-src')
    }
    t.match(
      page.headers['content-security-policy'],
      `form-action 'self' ${new URL(callback).origin}`,
    )
    t.equal((await app.inject({ method: 'OPTIONS', url: '/authorize' })).statusCode, 404)
  },
)

t.test('A23: form_post escapes every value, and runs one script, known by its hash', async (t) => {
  const { app } = await startServer()
  const state = '"><script>alert(1)</script>'
  const url = authorizeUrl({ state, response_mode: 'form_post' })
  const page = await approve(createBrowser(app, 'alice'), url)
  t.equal(page.statusCode, 200)
  t.equal(page.headers['cache-control'], 'no-store')
  t.notMatch(page.body, state)
  t.match(page.body, '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
  t.match(page.body, `<form method="post" action="${callback}">`)
  t.match(page.headers['content-security-policy'], "script-src 'sha256-")
  t.match(page.headers['content-security-policy'], new URL(callback).origin)
  const error = await createBrowser(app, 'alice').get(
    authorizeUrl({ response_mode: 'form_post', response_type: 'token' }),
  )
  t.match(error.body, 'unsupported_response_type')
  t.match(error.body, 'name="iss"')
})

t.test('B27: the issuer never comes from the request', async (t) => {
  const { app } = await startServer()
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
  const response = await createBrowser(app, 'alice').get(
    authorizeUrl({ response_type: 'x' }),
    headers,
  )
  t.equal(answerOf(response).iss, issuer)
  const metadata = await app.inject({ url: '/.well-known/oauth-authorization-server', headers })
  t.notMatch(metadata.body, 'evil')
})
