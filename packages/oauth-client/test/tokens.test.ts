import type { Identity } from '@latchkey/identity'
import { generatePrivateJwk } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { type ClientOptions, discovery, github } from '../src/index.js'
import { browse, testClient } from './fixtures/client.js'
import { fakeProvider } from './fixtures/fake-provider.js'

async function scene(t: Test, options: Partial<ClientOptions> = {}) {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: {
      acme: discovery({ ...provider.client(), ...options }),
      other: github({ clientId: 'x', clientSecret: 'y' }),
    },
    routes(app) {
      const guard = { onRequest: app.authenticate('session') }
      app.get('/token', guard, async (request) => request.tokens('acme'))
      app.get('/other', guard, async (request) => request.tokens('other'))
      app.get('/nobody', guard, async (request) => request.tokens('nobody'))
      app.get('/open', async (request) => request.tokens('acme'))
      app.get('/call', guard, async (request, reply) => {
        const { url, method } = request.query as { url: string; method?: 'GET' | 'DELETE' }
        const response = await (method === undefined
          ? request.fetchAs('acme', url)
          : request.fetchAs('acme', url, { method, headers: { 'x-one': '1' } }))
        reply.header('x-count', response.headers.get('x-count') ?? '')
        return reply.code(response.status).send(await response.text())
      })
    },
  })
  const browser = browse(client)
  const signIn = async () => {
    const start = await browser.get('/auth/acme')
    return browser.get(provider.agree(start.headers.location).href)
  }
  const end = await signIn()
  t.equal(end.statusCode, 303, end.body)
  const refreshes = () =>
    provider.callsTo('/token').filter(({ form }) => form.get('grant_type') === 'refresh_token')
  return { provider, client, browser, signIn, refreshes }
}

t.test('gives the token of the session, and renews it shortly before its end', async (t) => {
  const { browser, client, refreshes } = await scene(t)
  const first = (await browser.get('/token')).json()
  t.match(first, { tokenType: 'Bearer', scopes: ['openid', 'profile', 'email'] })
  t.same(Object.keys(first).sort(), ['accessToken', 'expiresAt', 'scopes', 'tokenType'])
  t.equal((await browser.get('/token')).json().accessToken, first.accessToken)
  client.clock.advance(271)
  const second = (await browser.get('/token')).json()
  t.not(second.accessToken, first.accessToken)
  client.clock.advance(271)
  t.not((await browser.get('/token')).json().accessToken, second.accessToken, 'rotated, and again')
  t.equal(refreshes().length, 2)
})

t.test('a provider that does not rotate keeps the old refresh token', async (t) => {
  const { provider, browser, client, refreshes } = await scene(t)
  const [first] = provider.callsTo('/token')
  t.ok(first)
  let kept: string | null = null
  provider.behave.routes = {
    '/token': ({ form }) => {
      const token = form.get('refresh_token')
      kept ??= token
      if (token !== kept) return { status: 400, body: { error: 'invalid_grant' } }
      return {
        body: {
          access_token: `at-${form.get('grant_type')}`,
          token_type: 'bearer',
          expires_in: 60,
        },
      }
    },
  }
  for (let time = 0; time < 3; time++) {
    client.clock.advance(300)
    t.equal((await browser.get('/token')).json().accessToken, 'at-refresh_token')
  }
  t.equal(refreshes().length, 3)
  t.equal(new Set(refreshes().map(({ form }) => form.get('refresh_token'))).size, 1)
})

t.test('fifty requests that need a new token cause one call', async (t) => {
  const { browser, client, refreshes } = await scene(t)
  client.clock.advance(300)
  const answers = await Promise.all(Array.from({ length: 50 }, () => browser.get('/token')))
  t.equal(new Set(answers.map((answer) => answer.json().accessToken)).size, 1)
  t.equal(refreshes().length, 1)
})

t.test('a refresh token that is void asks for a new sign-in, and is not tried again', async (t) => {
  const { provider, browser, client, refreshes, signIn } = await scene(t)
  provider.behave.routes = {
    '/token': () => ({ status: 400, body: { error: 'invalid_grant' } }),
  }
  client.clock.advance(300)
  const answer = await browser.get('/token')
  t.equal(answer.statusCode, 401)
  t.equal(answer.json().code, 'LATCHKEY_OAUTH_CLIENT_SIGN_IN_AGAIN')
  t.equal((await browser.get('/token')).json().code, 'LATCHKEY_OAUTH_CLIENT_NO_TOKENS')
  t.equal(refreshes().length, 1)
  delete provider.behave.routes
  await signIn()
  t.equal((await browser.get('/token')).statusCode, 200)
})

const passing = [
  ['an outage', { status: 503 }, 503, 'PROVIDER_UNAVAILABLE'],
  [
    'a client that is refused',
    { status: 401, body: { error: 'invalid_client' } },
    502,
    'PROVIDER_REFUSED',
  ],
] as const
for (const [what, answer, status, code] of passing) {
  t.test(`${what} during a renewal loses nothing`, async (t) => {
    const { provider, browser, client } = await scene(t)
    provider.behave.routes = { '/token': () => answer }
    client.clock.advance(300)
    const failed = await browser.get('/token')
    t.equal(failed.statusCode, status)
    t.equal(failed.json().code, `LATCHKEY_OAUTH_CLIENT_${code}`)
    delete provider.behave.routes
    t.equal((await browser.get('/token')).statusCode, 200)
  })
}

t.test('an ID token that comes with a renewal must be about the same user', async (t) => {
  for (const [claims, status] of [
    [{ nonce: undefined, at_hash: undefined }, 200],
    [{ sub: 'eve' }, 401],
    [{ aud: 'other' }, 401],
  ] as const) {
    const { provider, browser, client } = await scene(t)
    provider.behave.claims = (good) => ({ ...good, ...claims })
    client.clock.advance(300)
    t.equal((await browser.get('/token')).statusCode, status)
  }
})

t.test('without a refresh token the end is the end', async (t) => {
  const provider = await fakeProvider(t)
  provider.behave.token = ({ refresh_token: _, ...answer }) => ({ body: answer })
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    routes: (app) => {
      app.get('/token', { onRequest: app.authenticate('session') }, (request) =>
        request.tokens('acme'),
      )
    },
  })
  const browser = browse(client)
  const start = await browser.get('/auth/acme')
  await browser.get(provider.agree(start.headers.location).href)
  t.equal((await browser.get('/token')).statusCode, 200)
  client.clock.advance(300)
  t.equal((await browser.get('/token')).json().code, 'LATCHKEY_OAUTH_CLIENT_SIGN_IN_AGAIN')
})

t.test('a token without an end, and without a scope, is what was asked for', async (t) => {
  const provider = await fakeProvider(t)
  provider.behave.token = ({ expires_in: _, scope: __, ...answer }) => ({ body: answer })
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    routes: (app) => {
      app.get('/token', { onRequest: app.authenticate('session') }, (request) =>
        request.tokens('acme'),
      )
      app.get('/narrow', (_request, reply) => reply.signIn('acme', { scopes: ['openid'] }))
    },
  })
  const browser = browse(client)
  const start = await browser.get('/narrow')
  await browser.get(provider.agree(start.headers.location).href)
  client.clock.advance(200)
  t.match((await browser.get('/token')).json(), { expiresAt: null, scopes: ['openid'] })
  const again = await browser.get('/auth/acme')
  await browser.get(provider.agree(again.headers.location).href)
  t.same((await browser.get('/token')).json().scopes, ['openid', 'profile', 'email'])
})

t.test('tokens of others are not given away', async (t) => {
  const { browser, client } = await scene(t)
  const other = await browser.get('/other')
  t.equal(other.statusCode, 401)
  t.equal(other.json().code, 'LATCHKEY_OAUTH_CLIENT_NO_TOKENS')
  t.equal((await browser.get('/open')).json().code, 'LATCHKEY_OAUTH_CLIENT_NO_TOKENS')
  t.match((await browser.get('/nobody')).json(), {
    code: 'LATCHKEY_OAUTH_CLIENT_INVALID_USE',
    statusCode: 500,
  })
  const stranger = browse(client)
  await stranger.request({ method: 'POST', url: '/password-login', payload: { subject: 'eve' } })
  t.equal((await stranger.get('/token')).statusCode, 401)
})

t.test('a session of several mechanisms has its tokens, too', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    sessions: { name: 'web' },
    session: 'web',
    routes: (app) => {
      const guard = { onRequest: app.authenticate('web') }
      app.get('/one', guard, (request) => request.tokens('acme'))
      // As under a plan with `all`, where another mechanism is the primary one.
      app.get('/both', guard, (request) => {
        request.identities = new Map([['web', request.identity as Identity]])
        request.identity = null
        return request.tokens('acme')
      })
    },
  })
  const browser = browse(client)
  const start = await browser.get('/auth/acme')
  await browser.get(provider.agree(start.headers.location).href)
  t.equal((await browser.get('/both')).statusCode, 200)
  t.equal((await browser.get('/one')).statusCode, 200)
})

t.test('calls an API as the user, with a renewed token when it says 401', async (t) => {
  const { provider, browser, refreshes } = await scene(t)
  let count = 0
  provider.behave.routes = {
    '/api': ({ method, headers }) => {
      count += 1
      const token = String(headers.authorization)
      if (count === 1) return { status: 401, headers: { 'x-count': 'a' } }
      return { body: { method, token, one: headers['x-one'] ?? null }, headers: { 'x-count': 'b' } }
    },
    '/gone': () => ({ status: 204 }),
    '/moved': () => ({ status: 302, headers: { location: 'https://evil.example' } }),
  }
  const answer = await browser.get(`/call?method=DELETE&url=${provider.issuer}/api`)
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['x-count'], 'b')
  t.match(answer.json(), { method: 'DELETE', one: '1', token: /^Bearer at-/ })
  t.equal(refreshes().length, 1)
  t.equal((await browser.get(`/call?url=${provider.issuer}/gone`)).statusCode, 204)
  t.equal((await browser.get(`/call?url=${provider.issuer}/moved`)).statusCode, 503)
})

t.test('an API that says no to a new token, too, is believed', async (t) => {
  const { provider, browser, refreshes } = await scene(t)
  provider.behave.routes = { '/api': () => ({ status: 401 }) }
  t.equal((await browser.get(`/call?url=${provider.issuer}/api`)).statusCode, 401)
  t.equal(refreshes().length, 1)
})

t.test('without a refresh token a 401 is passed on', async (t) => {
  const { provider, browser, signIn, refreshes } = await scene(t)
  provider.behave.token = ({ refresh_token: _, ...answer }) => ({ body: answer })
  await signIn()
  provider.behave.routes = { '/api': () => ({ status: 401 }) }
  t.equal((await browser.get(`/call?url=${provider.issuer}/api`)).statusCode, 401)
  t.equal(refreshes().length, 0)
})

t.test('tokens are sent to no other origin', async (t) => {
  const { browser, provider } = await scene(t)
  for (const url of ['https://evil.example/', 'not-a-url', `${provider.issuer}.evil.example/`]) {
    const answer = await browser.get(`/call?url=${encodeURIComponent(url)}`)
    t.equal(answer.json().code, 'LATCHKEY_OAUTH_CLIENT_INVALID_USE')
  }
  const closed = await scene(t, { apis: [] })
  const answer = await closed.browser.get(`/call?url=${closed.provider.issuer}/userinfo`)
  t.equal(answer.statusCode, 500)
})

t.test('a provider without a user-info endpoint has no API by itself', async (t) => {
  const { provider, browser, client } = await scene(t)
  provider.behave.metadata = ({ userinfo_endpoint: _, end_session_endpoint: __, ...rest }) => rest
  client.clock.advance(3600)
  await browser.get('/auth/acme')
  client.clock.advance(-3600)
  const answer = await browser.get(`/call?url=${provider.issuer}/userinfo`)
  t.equal(answer.statusCode, 500)
  const out = await browser.post('/auth/acme/logout')
  t.equal(out.headers.location, '/', 'nor a logout')
})

t.test('bound tokens prove the key in every call, with the nonce of the API', async (t) => {
  const provider = await fakeProvider(t)
  provider.behave.metadata = (good) => ({
    ...good,
    dpop_signing_alg_values_supported: ['ES256'],
  })
  provider.behave.token = (answer, { headers }) =>
    headers.dpop === undefined
      ? { status: 400, body: { error: 'invalid_dpop_proof' } }
      : { body: { ...answer, token_type: 'DPoP' } }
  const proofs: Record<string, unknown>[] = []
  provider.behave.routes = {
    '/api': ({ headers }) => {
      const [, payload = ''] = String(headers.dpop).split('.')
      const proof = JSON.parse(Buffer.from(payload, 'base64url').toString())
      proofs.push(proof)
      if (proof.nonce === 'n1') return { body: {} }
      return {
        status: 401,
        headers: { 'dpop-nonce': 'n1', 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
      }
    },
  }
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    routes: (app) => {
      app.get('/call', { onRequest: app.authenticate('session') }, async (request, reply) => {
        const response = await request.fetchAs('acme', `${provider.issuer}/api?q=1`)
        return reply.code(response.status).send()
      })
    },
  })
  const browser = browse(client)
  const start = await browser.get('/auth/acme')
  t.match(new URL(String(start.headers.location)).searchParams.get('dpop_jkt'), /^[\w-]{43}$/)
  t.equal((await browser.get(provider.agree(start.headers.location).href)).statusCode, 303)
  t.equal((await browser.get('/call')).statusCode, 200)
  t.match(proofs, [
    { htm: 'GET', htu: `${provider.issuer}/api`, ath: /^[\w-]{43}$/ },
    { nonce: 'n1' },
  ])
  client.clock.advance(300)
  t.equal((await browser.get('/call')).statusCode, 200, 'renewed with the same key')
})

t.test('the store holds no token in the clear, and no browser sees one', async (t) => {
  const { client, browser, provider } = await scene(t)
  const written: string[] = []
  const { store } = client
  for (const name of ['create', 'replace', 'link'] as const) {
    const call = store[name] as (...args: unknown[]) => unknown
    Object.assign(store, {
      [name]: (...args: unknown[]) => {
        written.push(JSON.stringify(args))
        return call.apply(store, args)
      },
    })
  }
  const start = await browser.get('/auth/acme')
  await browser.get(provider.agree(start.headers.location).href)
  client.clock.advance(300)
  const { tokens } = await import('node:crypto').then(() => ({
    tokens: /at-[0-9a-f-]{36}|rt-[0-9a-f-]{36}|eyJ/,
  }))
  await client.app.inject({ url: '/auth/acme' })
  await browser.post('/auth/acme/logout')
  t.match(written.join('\n'), /oauth-client:tokens:/)
  t.notMatch(written.join('\n'), tokens)
  const shown = browser.seen.filter((text) => !text.includes('id_token_hint'))
  t.notMatch(shown.join('\n'), tokens)
  t.notMatch(client.log.join('\n'), tokens)
})

t.test('tokens that none of our secrets opens are none', async (t) => {
  const { client, browser } = await scene(t)
  const { app, store } = client
  t.ok(app)
  const { get } = store
  Object.assign(store, {
    async get(key: string) {
      const record = await get.call(store, key)
      if (record === null || !key.includes(':tokens:')) return record
      return { ...record, value: { sealed: 'AAAAAA.AAAA' } }
    },
  })
  t.equal((await browser.get('/token')).json().code, 'LATCHKEY_OAUTH_CLIENT_NO_TOKENS')
})

t.test('a process that died with the lock holds nobody up for long', async (t) => {
  const { client, browser } = await scene(t)
  const { store } = client
  const locked = { by: 'the-dead', until: Math.floor(client.clock()) + 330 }
  const { get } = store
  const versions: string[] = []
  Object.assign(store, {
    async get(key: string) {
      const record = await get.call(store, key)
      if (record === null || !key.includes(':tokens:')) return record
      versions.push(record.version)
      if (versions.length > 3) return record
      // Two times somebody else has it; then that one is overdue.
      const until = versions.length < 3 ? locked.until : 0
      return { ...record, value: { ...(record.value as object), ...locked, until } }
    },
  })
  client.clock.advance(300)
  t.equal((await browser.get('/token')).statusCode, 200)
  t.ok(versions.length >= 3)
})

t.test('who loses the race for the lock waits for the winner', async (t) => {
  const { client, browser, refreshes } = await scene(t)
  const { store } = client
  const { replace } = store
  let lost = 0
  Object.assign(store, {
    async replace(key: string, ...rest: [never, never, never]) {
      if (key.includes(':tokens:') && lost++ === 0) return false
      return replace.call(store, key, ...rest)
    },
  })
  client.clock.advance(300)
  t.equal((await browser.get('/token')).statusCode, 200)
  t.equal(refreshes().length, 1)
})

t.test('a session that ends during the renewal keeps nothing', async (t) => {
  const { provider, browser, client } = await scene(t)
  const [cookie] = [...browser.cookies]
  provider.behave.token = async (answer) => {
    await browser.post('/auth/acme/logout')
    return { body: answer }
  }
  t.ok(cookie)
  client.clock.advance(300)
  t.equal((await browser.get('/token')).statusCode, 200)
  t.equal((await browser.get('/token')).statusCode, 401)
})

t.test('who held the lock for too long overwrites nothing of the next', async (t) => {
  const { provider, browser, client } = await scene(t)
  const { store } = client
  const { get, replace } = store
  const at = { key: '' }
  Object.assign(store, {
    async get(key: string) {
      if (key.includes(':tokens:')) at.key = key
      return get.call(store, key)
    },
  })
  const load = async () => {
    const record = await get.call(store, at.key)
    if (record === null) throw new Error('the tokens are gone')
    const { sealed = null } = record.value as { readonly sealed?: string }
    return { sealed, version: record.version }
  }
  provider.behave.token = async (answer) => {
    const { sealed, version } = await load()
    t.ok(await replace.call(store, at.key, version, { sealed }), 'the next has finished')
    return { body: answer }
  }
  client.clock.advance(300)
  const before = await browser.get('/token')
  t.equal(before.statusCode, 200)
  const { sealed } = await load()
  t.type(sealed, 'string')
  delete provider.behave.token
  t.equal((await load()).sealed, sealed)
})

t.test('the application has tokens of its own, one call for all who ask', async (t) => {
  const { provider, client } = await scene(t)
  const ask = (options?: object) => client.app.oauthClient.clientCredentials('acme', options)
  const [first, second] = await Promise.all([ask(), ask()])
  t.equal(first.accessToken, second.accessToken)
  t.same(first.scopes, [])
  t.equal((await ask()).accessToken, first.accessToken)
  const narrow = await ask({ scopes: ['read'], resource: 'https://api.example.com' })
  t.not(narrow.accessToken, first.accessToken)
  const calls = () =>
    provider.callsTo('/token').filter(({ form }) => form.get('grant_type') === 'client_credentials')
  t.equal(calls().length, 2)
  t.equal(calls()[1]?.form.get('scope'), 'read')
  t.equal(calls()[1]?.form.get('resource'), 'https://api.example.com')
  client.clock.advance(271)
  t.not((await ask()).accessToken, first.accessToken)
  provider.behave.token = ({ expires_in: _, ...answer }) => ({ body: answer })
  client.clock.advance(300)
  t.not((await ask()).accessToken, (await ask()).accessToken, 'of no known end: asked for again')
  provider.behave.token = () => ({ status: 500 })
  await t.rejects(ask(), { code: 'LATCHKEY_OAUTH_CLIENT_PROVIDER_UNAVAILABLE' })
  await t.rejects(client.app.oauthClient.clientCredentials('nobody'), {
    code: 'LATCHKEY_OAUTH_CLIENT_INVALID_USE',
  })
})

t.test('proves itself as it was set up to', async (t) => {
  const privateKey = await generatePrivateJwk('ES256')
  const rows: [Partial<ClientOptions>, (headers: string, form: URLSearchParams) => boolean][] = [
    [
      { clientSecret: 'a b:c' },
      (header) => header === `Basic ${Buffer.from('app:a+b%3Ac').toString('base64')}`,
    ],
    [
      { clientSecret: 's', clientAuth: 'client_secret_post' },
      (header, form) => header === '' && form.get('client_secret') === 's',
    ],
    [
      { privateKey },
      (header, form) => header === '' && form.get('client_assertion')?.split('.').length === 3,
    ],
    [
      {},
      (header, form) =>
        header === '' && form.get('client_id') === 'app' && form.get('client_secret') === null,
    ],
  ]
  for (const [options, isRight] of rows) {
    const provider = await fakeProvider(t)
    const client = await testClient(t, {
      providers: { acme: discovery({ issuer: provider.issuer, clientId: 'app', ...options }) },
    })
    await client.app.oauthClient.clientCredentials('acme')
    const [call] = provider.callsTo('/token')
    t.ok(isRight(String(call?.headers.authorization ?? ''), call?.form as URLSearchParams))
  }
})

t.test('a secret goes into the form where the provider takes it only there', async (t) => {
  const { provider, client } = await scene(t)
  provider.behave.metadata = (good) => ({
    ...good,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  })
  client.clock.advance(3600)
  await client.app.oauthClient.clientCredentials('acme')
  const call = provider.callsTo('/token').at(-1)
  t.equal(call?.form.get('client_secret'), 'app-secret')
  t.equal(call?.headers.authorization, undefined)
})

t.test('a session that nobody can tell of: 503 at logout', async (t) => {
  const { browser, client } = await scene(t)
  const mechanism = client.app.mechanisms.find('session')
  const outcomes = [{ unavailable: { reason: 'store' } }, { refusal: { reason: 'doubled' } }]
  for (const [index, status] of [503, 303].entries()) {
    Object.assign(mechanism ?? {}, { authenticate: () => outcomes[index] })
    t.equal((await browser.post('/auth/acme/logout')).statusCode, status)
  }
})
