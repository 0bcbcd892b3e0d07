import { memoryStore } from '@latchkey/store'
import { rotatingKeyring, staticKeyring } from '@latchkey/tokens'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import oauthServer, { type OAuthServerOptions } from '../src/index.js'
import { networkOf } from '../src/network.js'
import { parseClientMetadata } from '../src/records/client-metadata.js'
import { findRedirectUriProblem } from '../src/redirect-uri.js'
import { ecKey, rsaKey } from './fixtures/keys.js'
import { clients, issuer, secrets, startServer } from './fixtures/server.js'
import { obtainTokens } from './fixtures/tokens.js'

const ring = () => staticKeyring([{ key: ecKey }])

const refusals: [what: string, options: Partial<OAuthServerOptions>, message: RegExp][] = [
  ['no issuer', { issuer: undefined as never }, /"issuer" is not a URL/],
  ['an issuer that is none', { issuer: 'auth' }, /"issuer" is not a URL/],
  ['a query in the issuer', { issuer: `${issuer}?x` }, /has a query/],
  ['a fragment in the issuer', { issuer: `${issuer}#x` }, /has a query/],
  ['a user in the issuer', { issuer: 'https://x@auth.example.com' }, /has a query/],
  ['capitals in the issuer', { issuer: 'https://AUTH.example.com' }, /write "https:\/\/auth/],
  ['a path that ends with a slash', { issuer: `${issuer}/a/` }, /ends with a slash/],
  ['plain HTTP', { issuer: 'http://auth.example.com' }, /must use https:/],
  ['another scheme', { issuer: 'ftp://localhost' }, /must use https:/],
  ['an unknown preset', { preset: 'toString' as never }, /the preset "toString" is unknown/],
  ['an unknown rule', { rules: { magic: 1 } as never }, /the rule "magic" is unknown/],
  ['a rule of another kind', { rules: { codeTtl: '60' as never } }, /of another kind/],
  ['a rule below zero', { rules: { codeTtl: -1 } }, /not a number of seconds/],
  ['too long a grace', { rules: { refreshTokenGrace: 61 } }, /above 60 seconds/],
  ['a login elsewhere', { login: '//evil.example' }, /"login" is not a path/],
  ['a scope with a space', { scopes: { 'a b': 'x' } }, /cannot be the name of a scope/],
  ['a relative resource', { resources: { orders: {} } }, /not an absolute URI/],
  ['a resource with a fragment', { resources: { 'https://a#b': {} } }, /not an absolute URI/],
  [
    'an unknown scope of a resource',
    { resources: { 'https://a': { scopes: ['x'] } } },
    /not in "scopes"/,
  ],
  ['an unknown default resource', { defaultResource: 'https://b' }, /resource is unknown/],
  [
    'an algorithm that no key has',
    { resources: { 'https://a': { algorithm: 'PS512' } } },
    /no key signs with/,
  ],
  ['a client that is wrong', { clients: [{ client_id: 'x' }] }, /the client "x": client_secret/],
  [
    'two clients of one name',
    { clients: [...clients, ...clients] },
    /two clients are called "web"/,
  ],
  ['no key', { keys: [] }, /one ring per algorithm/],
  ['a weak secret', { secrets: 'secret' }, /Cannot use the secret "secrets"/],
]

t.test('what cannot work is refused at registration, saying what to write', async (t) => {
  for (const [what, options, message] of refusals) {
    await t.test(what, async (t) => {
      const app = Fastify()
      const all = { issuer, secrets, keys: [await ring()], ...options }
      await t.rejects(async () => app.register(oauthServer, all), { message })
    })
  }
})

t.test('two rings of one algorithm are refused', async (t) => {
  const app = Fastify()
  const options = { issuer, keys: [await ring(), await ring()] }
  await t.rejects(async () => app.register(oauthServer, options), {
    code: 'LATCHKEY_OAUTH_SERVER_OPTIONS',
  })
})

t.test('a prefix is refused: the well-known addresses cannot have one', async (t) => {
  const app = Fastify()
  const scope: FastifyPluginAsync = async (scope) => {
    await scope.register(oauthServer, { issuer })
  }
  await t.rejects(async () => app.register(scope, { prefix: '/auth' }), {
    message: /put the path into "issuer"/,
  })
})

t.test('M149, V6.3.2: production refuses what development makes up', async (t) => {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  const all = { issuer, store: memoryStore(), secrets, login: '/login', keys: [await ring()] }
  for (const name of ['store', 'secrets', 'login'] as const) {
    const { [name]: _, ...options } = all
    await t.rejects(async () => Fastify().register(oauthServer, options), {
      message: new RegExp(`"${name}" is missing`),
    })
  }
  await t.rejects(async () => Fastify().register(oauthServer, all), {
    code: 'LATCHKEY_STORE_UNFIT',
  })
  const app = Fastify()
  await app.register(oauthServer, { ...all, store: memoryStore({ allowInProduction: true }) })
  await app.close()
})

t.test('by default there are keys in the store, and they end with the application', async (t) => {
  const app = Fastify()
  await app.register(oauthServer, { issuer, corsOrigins: '*', login: '/login' })
  await t.rejects(async () => app.ready(), { code: 'LATCHKEY_IDENTITY_UNKNOWN_MECHANISM' })
  const store = memoryStore()
  const first = await startServer({ keys: undefined as never, store })
  const second = await startServer({ keys: undefined as never, store })
  const jwks = (await first.app.inject({ url: '/jwks' })).json()
  t.equal(jwks.keys[0].alg, 'ES256')
  t.same((await second.app.inject({ url: '/jwks' })).json(), jwks, 'one ring for all processes')
  t.ok((await obtainTokens(first.app)).access_token)
  await first.app.close()
  await second.app.close()
})

t.test('V13.3.1: secrets can come from a function, and old ones are still accepted', async (t) => {
  const store = memoryStore({ clock: () => 1_800_000_000 })
  const old = await startServer({ store, secrets: async () => secrets })
  const tokens = await obtainTokens(old.app, { resource: 'https://opaque.example.com/v1' })
  const fresh = 'Vn4Kq8Zs1Xw6Mb3Ty9Lc2Rf7Hd5Jg0PaUe'
  const renewed = await startServer({ store, secrets: [fresh, secrets] })
  const { introspect } = await import('./fixtures/tokens.js')
  t.equal((await introspect(renewed.app, tokens.access_token)).active, true)
  t.equal((await introspect(renewed.app, tokens.refresh_token)).active, true)
  const other = await startServer({ store, secrets: fresh })
  t.equal((await introspect(other.app, tokens.access_token)).active, false)
})

t.test('resources can ask for an algorithm, and keys of one key have no alg twice', async (t) => {
  const rsa = await staticKeyring([{ key: rsaKey }])
  const { app } = await startServer({
    keys: [await ring(), rsa],
    resources: { 'https://rsa.example': { algorithm: 'RS256' } },
  })
  const { access_token } = await obtainTokens(app, { resource: 'https://rsa.example' })
  const header = JSON.parse(Buffer.from(access_token?.split('.')[0] ?? '', 'base64url').toString())
  t.same([header.alg, header.kid], ['RS256', 'rsa-1'])
  const { alg, ...plain } = rsaKey
  const free = await startServer({
    keys: [await staticKeyring([{ key: plain, algorithm: 'PS256' }])],
  })
  t.equal((await free.app.inject({ url: '/jwks' })).json().keys[0].alg, 'PS256')
})

t.test('a key that may be used with several algorithms is published without one', async (t) => {
  const { kty, n, e } = rsaKey
  const ring = await staticKeyring([{ key: ecKey }, { key: { kty, n, e, kid: 'old' } }])
  const { app } = await startServer({ keys: [ring] })
  const { keys } = (await app.inject({ url: '/jwks' })).json()
  t.same([keys[1].kid, keys[1].alg], ['old', undefined])
})

t.test('M148: a key that took over leaves the one before published', async (t) => {
  let at = 1_800_000_000
  const store = memoryStore({ clock: () => at })
  const rotating = await rotatingKeyring({ store, seal: false, now: () => at })
  const { app } = await startServer({ keys: [rotating], store })
  const jwt = (await obtainTokens(app)).access_token ?? ''
  await rotating.rotate()
  at += 86_401
  await rotating.reload()
  const { keys } = (await app.inject({ url: '/jwks' })).json()
  t.equal(keys.length, 2)
  const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0] as string, 'base64url').toString())
  t.ok(keys.some((key: { kid: string }) => key.kid === kid))
  rotating.close()
})

const metadata: [line: string, what: string, metadata: Record<string, unknown>, error: string][] = [
  ['A5', 'a fragment', { redirect_uris: ['https://a.example/#x'] }, 'invalid_redirect_uri'],
  ['A6', 'javascript:', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
  ['A6', 'data:', { redirect_uris: ['data:text/html,x'] }, 'invalid_redirect_uri'],
  ['A6', 'vbscript:', { redirect_uris: ['vbscript:x'] }, 'invalid_redirect_uri'],
  ['A6', 'file:', { redirect_uris: ['file:///etc/passwd'] }, 'invalid_redirect_uri'],
  ['A6', 'a scheme without a dot', { redirect_uris: ['myapp:/cb'] }, 'invalid_redirect_uri'],
  ['V10.4.7', 'plain HTTP', { redirect_uris: ['http://a.example/cb'] }, 'invalid_redirect_uri'],
  ['A3', 'a wildcard', { redirect_uris: ['https://*.a.example/cb'] }, 'invalid_redirect_uri'],
  ['A3', 'credentials', { redirect_uris: ['https://u:p@a.example/cb'] }, 'invalid_redirect_uri'],
  ['A3', 'a relative one', { redirect_uris: ['/cb'] }, 'invalid_redirect_uri'],
  ['A7', 'none', { redirect_uris: [] }, 'invalid_redirect_uri'],
  ['A7', 'none at all', { redirect_uris: undefined }, 'invalid_redirect_uri'],
  [
    'M141',
    'redirect_uris that is a text',
    { redirect_uris: 'https://a' },
    'invalid_client_metadata',
  ],
  ['M141', 'a number among texts', { grant_types: [1] }, 'invalid_client_metadata'],
  ['M141', 'too many', { grant_types: Array(51).fill('x') }, 'invalid_client_metadata'],
  ['M141', 'an empty name', { client_name: '' }, 'invalid_client_metadata'],
  ['M141', 'a name that is too long', { client_name: 'x'.repeat(2001) }, 'invalid_client_metadata'],
  ['V10.4.4', 'implicit', { grant_types: ['implicit'] }, 'invalid_client_metadata'],
  ['V10.4.4', 'password', { grant_types: ['password'] }, 'invalid_client_metadata'],
  ['A11', 'the response type token', { response_types: ['token'] }, 'invalid_client_metadata'],
  ['F69', 'an unknown method', { token_endpoint_auth_method: 'x' }, 'invalid_client_metadata'],
  ['F69', 'a secret for none', { token_endpoint_auth_method: 'none' }, 'invalid_client_metadata'],
  ['F69', 'no secret for Basic', { client_secret: undefined }, 'invalid_client_metadata'],
  [
    'F70',
    'client_credentials without a credential',
    {
      token_endpoint_auth_method: 'none',
      client_secret: undefined,
      grant_types: ['client_credentials'],
    },
    'invalid_client_metadata',
  ],
  [
    'D51',
    'a public client without PKCE',
    { token_endpoint_auth_method: 'none', client_secret: undefined, require_pkce: false },
    'invalid_client_metadata',
  ],
  ['E61', 'a code_ttl of 0', { code_ttl: 0 }, 'invalid_client_metadata'],
]

t.test('metadata of clients that is unsafe or contradicts itself is refused', async (t) => {
  const right = {
    client_id: 'x',
    client_secret: 'y',
    redirect_uris: ['https://a.example/cb'],
    response_types: ['code'],
  }
  t.notOk('error' in parseClientMetadata(right, 'static'))
  for (const [line, what, changes, error] of metadata) {
    await t.test(`${line}: ${what}`, async (t) => {
      const found = parseClientMetadata({ ...right, ...changes } as never, 'static')
      t.match(found, { error, description: String })
    })
  }
})

t.test('A6: redirect URIs of apps and of loopback hosts can be registered', async (t) => {
  for (const uri of ['com.example.app:/cb', 'http://localhost:3000/cb', 'http://[::1]/cb']) {
    t.equal(findRedirectUriProblem(uri), null, uri)
  }
})

t.test('M150: the network of an address', async (t) => {
  for (const [ip, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ] as const) {
    t.equal(networkOf(ip), network)
  }
})

t.test('secrets that have all expired make nothing', async (t) => {
  const { createServer } = await import('../src/setup.js')
  const { issueOpaqueToken } = await import('../src/tokens/opaque-token.js')
  const server = await createServer({
    issuer,
    keys: [await ring()],
    secrets: [{ secret: secrets, notAfter: 1 }],
  })
  t.throws(() => issueOpaqueToken(server, {}, 2), { code: 'LATCHKEY_OAUTH_SERVER_OPTIONS' })
  await server.replica.close()
})
