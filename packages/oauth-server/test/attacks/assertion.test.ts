import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UnsecuredJWT } from 'jose'
import t from 'tap'
import { makeAssertion, makeKey } from '../fixtures/jwt.js'
import { ecKey, rsaKey } from '../fixtures/keys.js'
import { clients, issuer, startServer } from '../fixtures/server.js'
import { basic, obtainTokens, postForm, spoil } from '../fixtures/tokens.js'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const { kty, crv, x, y, kid } = ecKey
const jwks = { keys: [{ kty, crv, x, y, kid }] }
const at = 1_800_000_000

const assertive = {
  client_id: 'assertive',
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['client_credentials'],
  jwks,
}

const start = (more: object = {}) =>
  startServer({
    clients: [...clients, { ...assertive, ...more }],
    limits: { authenticationFailures: 1000 },
  })

type App = Awaited<ReturnType<typeof start>>['app']

const use = (app: App, client_assertion: string, more = {}, url = '/token') =>
  postForm(app, url, {
    grant_type: 'client_credentials',
    client_assertion_type: type,
    client_assertion,
    ...more,
  })

t.test('an assertion by a registered key authenticates its client', async (t) => {
  const { app } = await start()
  const response = await use(app, await makeAssertion())
  t.equal(response.statusCode, 200)
  const { access_token } = response.json()
  for (const [line, aud] of [
    ['F79', issuer],
    ['F79', [issuer, 'https://other.example']],
    ['F79: the token URL', `${issuer}/token`],
    ['F79: the URL of the endpoint', `${issuer}/introspect`],
  ] as const) {
    const assertion = await makeAssertion({ aud }, { typ: 'client-authentication+jwt' })
    const body = { token: access_token, client_id: 'assertive' }
    t.equal((await use(app, assertion, body, '/introspect')).json().active, true, line)
  }
})

const claims: [line: string, what: string, claims: object, header?: object][] = [
  ['F78', 'iss that is not sub', { iss: 'web' }],
  ['F78', 'no iss', { iss: undefined }],
  ['F78', 'sub of another client', { sub: 'web' }],
  ['F78', 'no sub', { sub: undefined }],
  ['F79', 'another audience', { aud: 'https://evil.example' }],
  ['F79', 'no audience', { aud: undefined }],
  ['F80', 'exp that passed five minutes ago', { exp: at - 300 }],
  ['F80', 'no exp', { exp: undefined }],
  ['F80', 'exp that is absurdly far', { exp: at + 1e6 }],
  ['F80', 'nbf in more than a minute', { nbf: at + 61 }],
  ['F80', 'iat in more than a minute', { iat: at + 61 }],
  ['F81', 'no jti', { jti: undefined }],
  ['F81', 'an empty jti', { jti: '' }],
  ['F81', 'a number as jti', { jti: 7 }],
  ['F87', 'an access token', {}, { typ: 'at+jwt' }],
  ['F87', 'a logout token', {}, { typ: 'logout+jwt' }],
  ['F87', 'a request object', {}, { typ: 'oauth-authz-req+jwt' }],
  ['F87', 'a DPoP proof', {}, { typ: 'dpop+jwt' }],
  ['F83', 'a kid that is a path', {}, { kid: '../../etc/passwd' }],
  ['F83', 'a kid that is __proto__', {}, { kid: '__proto__' }],
]

t.test('an assertion that is wrong is refused', async (t) => {
  const { app } = await start()
  for (const [line, what, more, header] of claims) {
    await t.test(`${line}: ${what}`, async (t) => {
      const response = await use(app, await makeAssertion({ ...more }, { ...header }))
      t.equal(response.statusCode, 401)
      t.equal(response.json().error, 'invalid_client')
      t.equal(response.headers['www-authenticate'], undefined)
    })
  }
  t.equal(
    (await use(app, await makeAssertion({ iat: at + 8, nbf: at + 8 }))).statusCode,
    200,
    'F80',
  )
})

t.test('F77, F82: a signature that is not by a registered key counts nothing', async (t) => {
  const { app } = await start()
  const other = await makeKey()
  const good = await makeAssertion()
  const publicBytes = new TextEncoder().encode(JSON.stringify(jwks.keys[0]))
  const unsecured = new UnsecuredJWT({ iss: 'assertive', sub: 'assertive', aud: issuer, jti: 'x' })
  for (const [what, assertion] of [
    ['a bad signature', spoil(good)],
    ['none', unsecured.encode()],
    ['HS256 with the public key', await makeAssertion({}, { alg: 'HS256' }, publicBytes)],
    ['another key', await makeAssertion({}, {}, other.key)],
    ['a key that it brings', await makeAssertion({}, { jwk: other.jwk }, other.key)],
    [
      'a key that it points to',
      await makeAssertion({}, { jku: 'https://evil.example' }, other.key),
    ],
    ['no JWT', 'x'],
    [
      'an unknown critical header',
      `${Buffer.from('{"alg":"ES256","crit":["x"],"x":1}').toString('base64url')}.e30.AA`,
    ],
  ] as const) {
    const response = await use(app, assertion, { client_id: 'assertive' })
    t.equal(response.statusCode, 401, what)
    t.equal(response.json().error, 'invalid_client')
  }
})

t.test('F77: with an algorithm registered no other is taken', async (t) => {
  const { app } = await start({ token_endpoint_auth_signing_alg: 'ES384' })
  t.equal((await use(app, await makeAssertion())).statusCode, 401)
})

t.test('F81, V10.4.16: of twenty uses of one assertion one counts, wherever', async (t) => {
  const { app } = await start()
  const assertion = await makeAssertion()
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      use(app, assertion, { token: 'x' }, at % 2 ? '/token' : '/introspect'),
    ),
  )
  t.equal(responses.filter(({ statusCode }) => statusCode === 200).length, 1)
})

t.test('one method only, and the registered one', async (t) => {
  const { app } = await start()
  const assertion = await makeAssertion()
  const both = await use(app, assertion, { client_secret: 'x' })
  t.equal(both.json().error, 'invalid_request', 'F68')
  const basicToo = await postForm(
    app,
    '/token',
    { client_assertion: assertion, client_assertion_type: type },
    { authorization: basic('web') },
  )
  t.equal(basicToo.json().error, 'invalid_request', 'F68')
  const foreign = await use(app, await makeAssertion({ iss: 'web', sub: 'web' }))
  t.equal(foreign.statusCode, 401, 'F69')
  const unknown = await use(app, await makeAssertion({ iss: 'nobody', sub: 'nobody' }))
  t.equal(unknown.statusCode, 401, 'F72')
  const other = await use(app, assertion, { client_id: 'web' })
  t.equal(other.statusCode, 401, 'F71')
  t.equal((await postForm(app, '/token', { client_id: 'assertive' })).statusCode, 401, 'F70')
})

t.test(
  'F85: an assertion of another type is none, and a type without an assertion, too',
  async (t) => {
    const { app } = await start()
    const strange = await use(app, await makeAssertion(), { client_assertion_type: 'urn:x' })
    t.equal(strange.json().error, 'invalid_client')
    const alone = await use(app, '')
    t.equal(alone.json().error, 'invalid_client')
  },
)

t.test('F87: tokens of ours are no assertions', async (t) => {
  const { app } = await start()
  const { access_token = '' } = await obtainTokens(app)
  t.equal((await use(app, access_token)).statusCode, 401)
})

t.test('F84: keys that a client publishes are fetched, guarded', async (t) => {
  let fetches = 0
  const host = createServer((_, response) => {
    fetches++
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(jwks))
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  t.teardown(() => host.close())
  const { port } = host.address() as AddressInfo
  const jwks_uri = `https://127.0.0.1:${port}/jwks`
  const { app } = await start({ jwks: undefined, jwks_uri })
  for (let turn = 0; turn < 3; turn++) {
    t.equal((await use(app, await makeAssertion())).statusCode, 401, 'a private address')
  }
  t.equal(fetches, 0)
  await app.close()
})

t.test('keys that a client publishes verify its assertions', async (t) => {
  const { createClientKeys } = await import('../../src/client-keys.js')
  const { parseClientMetadata } = await import('../../src/records/client-metadata.js')
  let fetches = 0
  const outbound = {
    checkUrl() {},
    async request() {
      fetches++
      return { status: 200, headers: {}, body: JSON.stringify(jwks) }
    },
    close() {},
  }
  const keys = createClientKeys(outbound, () => at)
  const metadata = { ...assertive, jwks: undefined, jwks_uri: 'https://rp.example/jwks' }
  const client = parseClientMetadata(metadata as never, 'static')
  if ('error' in client) throw new Error(client.description)
  t.match(await keys.find(client, 'ES256', kid), { kid })
  t.match(await keys.find(client, 'ES256', kid), { kid })
  t.equal(fetches, 1)
  t.equal(await keys.find({ ...client, jwksUri: undefined }, 'ES256', kid), null)
})

const metadata: [line: string, what: string, more: object][] = [
  ['F77', 'no keys', { jwks: undefined }],
  ['F77', 'keys twice', { jwks_uri: 'https://rp.example/jwks' }],
  ['V11.6.1', 'a private key', { jwks: { keys: [ecKey] } }],
  ['V11.6.1', 'no set', { jwks: [] }],
  ['F84', 'a jwks_uri by http', { jwks: undefined, jwks_uri: 'http://rp.example/jwks' }],
  ['F84', 'a jwks_uri that is none', { jwks: undefined, jwks_uri: 'x' }],
  ['F77', 'HS256', { token_endpoint_auth_signing_alg: 'HS256' }],
  ['F77', 'none', { token_endpoint_auth_signing_alg: 'none' }],
  ['F69', 'a secret beside', { client_secret: 'x' }],
]

t.test('metadata for assertions is checked', async (t) => {
  for (const [line, what, more] of metadata) {
    await t.rejects(start(more), { code: 'LATCHKEY_OAUTH_SERVER_OPTIONS' }, `${line}: ${what}`)
  }
  const { n, e } = rsaKey
  const { app } = await start({ jwks: { keys: [{ kty: 'RSA', n, e }] } })
  t.ok(app)
})
