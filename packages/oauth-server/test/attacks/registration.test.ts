import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser } from '../fixtures/browser.js'
import { startProvider } from '../fixtures/openid.js'
import { callback, issuer, slowly, startServer } from '../fixtures/server.js'
import { basic, introspect, postForm, redemption } from '../fixtures/tokens.js'

type App = Awaited<ReturnType<typeof startServer>>['app']

const right = {
  client_name: 'A tool',
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
  scope: 'orders:read admin',
}
const open = { registration: { perHour: 1000 } }

const register = (app: App, metadata: object | string, token?: string, remoteAddress?: string) =>
  app.inject({
    method: 'POST',
    url: '/register',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    payload: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  })

const manage = (
  app: App,
  method: 'GET' | 'PUT' | 'DELETE',
  client: Record<string, string>,
  metadata?: object,
) =>
  app.inject({
    method,
    url: new URL(client.registration_client_uri as string).pathname,
    headers: {
      authorization: `Bearer ${client.registration_access_token}`,
      ...(metadata === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(metadata === undefined ? {} : { payload: JSON.stringify(metadata) }),
  })

/** Goes the whole way as a public client. */
async function authorize(app: App, client_id: string) {
  const url = authorizeUrl({ client_id })
  const { code } = answerOf(await approve(createBrowser(app, 'alice'), url))
  return postForm(app, '/token', redemption(code as string, { client_id }))
}

t.test('M141, V10.4.7: registration is off unless it is asked for', async (t) => {
  const { app } = await startServer()
  t.equal((await register(app, right)).statusCode, 404)
  const metadata = (await app.inject({ url: '/.well-known/oauth-authorization-server' })).json()
  t.equal(metadata.registration_endpoint, undefined)
})

t.test('a client registers itself, and uses what it got', async (t) => {
  const { app } = await startServer(open)
  const response = await register(app, right)
  t.equal(response.statusCode, 201)
  t.equal(response.headers['cache-control'], 'no-store')
  const client = response.json()
  t.match(client, {
    client_id: /^dc[0-9A-Za-z]{22}$/,
    client_id_issued_at: 1_800_000_000,
    client_name: 'A tool',
    scope: 'orders:read',
    response_types: ['code'],
    registration_client_uri: `${issuer}/register/${client.client_id}`,
  })
  t.equal(client.client_secret, undefined)
  t.equal((await authorize(app, client.client_id)).statusCode, 200)
  const metadata = (await app.inject({ url: '/.well-known/oauth-authorization-server' })).json()
  t.equal(metadata.registration_endpoint, `${issuer}/register`)
})

t.test('V15.3.1: a confidential client gets a secret once, of unreserved characters', async (t) => {
  const { app, store } = await startServer(open)
  const { scope: _, ...metadata } = { ...right, token_endpoint_auth_method: undefined }
  const client = (await register(app, metadata)).json()
  t.match(client.client_secret, /^[0-9A-Za-z]{43}$/)
  t.equal(client.client_secret_expires_at, 0)
  t.equal(client.token_endpoint_auth_method, 'client_secret_basic')
  const record = await store.get(`oauth:client:${client.client_id}`)
  t.notMatch(JSON.stringify(record), client.client_secret)
  const url = authorizeUrl({ client_id: client.client_id })
  const { code } = answerOf(await approve(createBrowser(app, 'alice'), url))
  const headers = { authorization: basic(client.client_id, client.client_secret) }
  t.equal((await postForm(app, '/token', redemption(code as string), headers)).statusCode, 200)
  t.equal((await manage(app, 'GET', client)).json().client_secret, undefined)
  const kept = await manage(app, 'PUT', client, { ...metadata, client_id: client.client_id })
  t.equal(kept.json().client_secret, undefined, 'and it stays')
  const machine = await register(app, { grant_types: ['client_credentials'] })
  t.same(machine.json().response_types, [])
})

const unsafe: [line: string, what: string, metadata: object | string, error: string][] = [
  ['A6', 'javascript:', { ...right, redirect_uris: ['javascript:x'] }, 'invalid_redirect_uri'],
  [
    'V10.4.7',
    'plain HTTP',
    { ...right, redirect_uris: ['http://a.example'] },
    'invalid_redirect_uri',
  ],
  ['M141', 'no redirect URI', { ...right, redirect_uris: undefined }, 'invalid_redirect_uri'],
  [
    'M141',
    'the grant type password',
    { ...right, grant_types: ['password'] },
    'invalid_client_metadata',
  ],
  ['M141', 'an array', '[]', 'invalid_client_metadata'],
  ['M141', 'broken JSON', '{', 'invalid_client_metadata'],
  ['M141', 'a member twice', '{"client_name":"a","client_name":"b"}', 'invalid_client_metadata'],
  ['M141', '__proto__', '{"__proto__":{"x":1}}', 'invalid_client_metadata'],
  [
    'C50',
    'pairwise where there is none',
    { ...right, subject_type: 'pairwise' },
    'invalid_client_metadata',
  ],
  [
    'C50',
    'a sector that cannot be read',
    { ...right, sector_identifier_uri: 'https://127.0.0.1/s' },
    'invalid_client_metadata',
  ],
]

t.test('unsafe metadata is refused', async (t) => {
  const { app } = await startServer(open)
  for (const [line, what, metadata, error] of unsafe) {
    const response = await register(app, metadata)
    t.equal(response.statusCode, 400, `${line}: ${what}`)
    t.equal(response.json().error, error)
    t.equal(response.headers['cache-control'], 'no-store')
  }
  const form = await postForm(app, '/register', { client_name: 'x' })
  t.equal(form.json().error, 'invalid_client_metadata', 'a form')
})

t.test('C50: the sector of a pairwise client must list all its redirect URIs', async (t) => {
  const { prepareRegistration } = await import('../../src/registration.js')
  const { createServer } = await import('../../src/setup.js')
  const server = await createServer({ issuer, pairwiseSalt: 'salt' })
  const answers: Record<string, string> = {
    'https://rp.example/good': JSON.stringify([callback, 'https://b.example/cb']),
    'https://rp.example/bad': '["https://b.example/cb"]',
    'https://rp.example/text': 'x',
  }
  const outbound = {
    ...server.outbound,
    request: async (url: string) => ({ status: 200, headers: {}, body: answers[url] as string }),
  }
  const prepare = (name: string) =>
    prepareRegistration(
      { ...server, outbound },
      'dc',
      { ...right, subject_type: 'pairwise', sector_identifier_uri: `https://rp.example/${name}` },
      null,
    )
  t.equal((await prepare('good')).record.metadata.subject_type, 'pairwise')
  await t.rejects(prepare('bad'), { message: /does not list/ })
  await t.rejects(prepare('text'), { message: /does not list/ })
  server.keys.close()
  await server.replica.close()
})

t.test('V15.3.3: what only the operator may say is left out', async (t) => {
  const { app } = await startServer(open)
  const response = await register(app, {
    ...right,
    client_id: 'web',
    client_secret: 'chosen',
    first_party: true,
    require_pkce: false,
    introspect_resources: ['https://api.example.com'],
    access_token_ttl: 1e9,
    client_uri: null,
  })
  const client = response.json()
  for (const name of ['first_party', 'require_pkce', 'introspect_resources', 'access_token_ttl']) {
    t.equal(client[name], undefined, name)
  }
  t.not(client.client_id, 'web', 'B36: nor may it choose its id')
  const page = await createBrowser(app, 'alice').get(authorizeUrl({ client_id: client.client_id }))
  t.equal(page.statusCode, 200, 'V10.4.7: consent is asked for')
  t.match(page.body, 'Not verified')
})

t.test('M141: with initial tokens one of them must come', async (t) => {
  const { app } = await startServer({ registration: { initialTokens: ['first-token', 'second'] } })
  for (const token of [undefined, 'wrong', '']) {
    const response = await register(app, right, token)
    t.equal(response.statusCode, 401)
    t.equal(response.headers['www-authenticate'], 'Bearer error="invalid_token"')
  }
  t.equal((await register(app, right, 'second')).statusCode, 201)
})

t.test('M141: registrations are limited by network', async (t) => {
  const { app, advance } = await startServer({ registration: { perHour: 2 } })
  for (const address of ['2001:db8::1', '2001:db8::2']) {
    t.equal((await register(app, right, undefined, address)).statusCode, 201)
  }
  t.equal((await register(app, right, undefined, '2001:db8::3')).statusCode, 429)
  t.equal((await register(app, right, undefined, '192.0.2.1')).statusCode, 201)
  advance(3600)
  t.equal((await register(app, right, undefined, '2001:db8::3')).statusCode, 201)
})

t.test('M141: a client that nobody uses is forgotten, one that is used is not', async (t) => {
  const { app, advance } = await startServer({ registration: { unusedTtl: 1000 } })
  const used = (await register(app, right)).json()
  const unused = (await register(app, right)).json()
  await authorize(app, used.client_id)
  for (let turn = 0; turn < 4; turn++) {
    advance(600)
    t.equal((await authorize(app, used.client_id)).statusCode, 200)
  }
  const gone = await createBrowser(app, 'alice').get(authorizeUrl({ client_id: unused.client_id }))
  t.match(gone.body, 'invalid_client')
  const token = await postForm(app, '/token', { grant_type: 'x', client_id: unused.client_id })
  t.equal(token.json().error, 'invalid_client', 'F72: so clients register again')
})

t.test('M143: a client manages its own registration, and no other', async (t) => {
  const { app, store } = await startServer(open)
  const client = (await register(app, right)).json()
  const other = (await register(app, right)).json()
  const mixed = { ...client, registration_access_token: other.registration_access_token }
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    for (const who of [mixed, { ...client, registration_access_token: 'x' }]) {
      const response = await manage(app, method, who, method === 'PUT' ? right : undefined)
      t.equal(response.statusCode, 401)
    }
  }
  t.equal((await app.inject({ url: `/register/${client.client_id}` })).statusCode, 401)

  const seen = await manage(app, 'GET', client)
  t.equal(seen.json().client_name, 'A tool')
  t.equal(seen.json().registration_access_token, client.registration_access_token)
  const foreign = await manage(app, 'PUT', client, { ...right, client_id: other.client_id })
  t.equal(foreign.json().error, 'invalid_client_metadata')
  const { client_id } = client
  const renamed = await manage(app, 'PUT', client, { ...right, client_id, client_name: 'New' })
  t.equal(renamed.json().client_name, 'New')
  t.not(renamed.json().registration_access_token, client.registration_access_token)
  t.equal((await manage(app, 'GET', client)).statusCode, 401, 'the old token is dead')

  const tokens = (await authorize(app, client_id)).json()
  t.equal((await manage(app, 'DELETE', renamed.json())).statusCode, 204)
  t.equal((await manage(app, 'GET', renamed.json())).statusCode, 401)
  const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id }
  t.equal((await postForm(app, '/token', form)).json().error, 'invalid_client')
  t.equal((await introspect(app, tokens.access_token)).active, false)
  t.equal(await store.get(`oauth:client:${client_id}`), null)
})

t.test('of two changes at once one counts', async (t) => {
  const { app } = await startServer(open, slowly)
  const client = (await register(app, right)).json()
  const { client_id } = client
  const responses = await Promise.all(
    [1, 2, 3].map((at) =>
      manage(app, 'PUT', client, { ...right, client_id, client_name: `n${at}` }),
    ),
  )
  t.same(responses.map(({ statusCode }) => statusCode).sort(), [200, 401, 401])
})

t.test('a client that stricter rules no longer allow is unknown', async (t) => {
  const { app, store } = await startServer(open)
  const client = (await register(app, right)).json()
  const key = `oauth:client:${client.client_id}`
  const record = await store.get(key)
  const value = JSON.parse(JSON.stringify(record?.value))
  value.metadata.grant_types = ['password']
  await store.replace(key, record?.version as string, value)
  const page = await createBrowser(app, 'alice').get(authorizeUrl({ client_id: client.client_id }))
  t.match(page.body, 'invalid_client')
})

t.test(
  'A20: nobody is redirected to a client that anybody can register, before a login',
  async (t) => {
    const { app } = await startServer(open)
    const { client_id } = (await register(app, right)).json()
    for (const changes of [{ prompt: 'none' }, { scope: 'admin', state: null }]) {
      const response = await createBrowser(app).get(authorizeUrl({ client_id, ...changes }))
      t.equal(response.statusCode, 400)
      t.equal(response.headers.location, undefined)
      t.match(response.body, 'Return to app.example.net')
      t.match(response.body, 'iss=https%3A%2F%2Fauth.example.com')
    }
    const known = await createBrowser(app, 'alice').get(authorizeUrl({ client_id, prompt: 'none' }))
    t.equal(answerOf(known).error, 'consent_required')
    const trusting = await startServer({ ...open, rules: { trustRegisteredRedirects: true } })
    const other = (await register(trusting.app, right)).json()
    const url = authorizeUrl({ client_id: other.client_id, prompt: 'none' })
    t.equal(answerOf(await createBrowser(trusting.app).get(url)).error, 'login_required')
  },
)

const openid: [what: string, metadata: object][] = [
  ['another subject type', { subject_type: 'secret' }],
  [
    'pairwise with two hosts',
    { subject_type: 'pairwise', redirect_uris: [callback, 'https://b.example'] },
  ],
  [
    'pairwise with a sector by http',
    { subject_type: 'pairwise', sector_identifier_uri: 'http://a' },
  ],
  ['a back channel by a scheme of an app', { backchannel_logout_uri: 'com.example.app:/x' }],
  ['a back channel that is none', { backchannel_logout_uri: 'x' }],
  ['a negative default_max_age', { default_max_age: -1 }],
  ['a post logout URI that is none', { post_logout_redirect_uris: ['javascript:x'] }],
]

t.test('metadata of OpenID Connect is checked too', async (t) => {
  const { app } = await startProvider(open)
  for (const [what, metadata] of openid) {
    const response = await register(app, { ...right, ...metadata })
    t.equal(response.json().error, 'invalid_client_metadata', what)
  }
  const pairwise = await register(app, { ...right, subject_type: 'pairwise' })
  t.equal(pairwise.statusCode, 201)
})
