import { countingStore } from '@latchkey/store/testing'
import { prepareJwsSerializer, prepareSigningKey } from '@latchkey/tokens'
import t from 'tap'
import { ecKey } from '../fixtures/keys.js'
import { issuer, startServer, testKeyring } from '../fixtures/server.js'
import {
  basic,
  claimsOf,
  introspect,
  obtainTokens,
  postForm,
  requestToken,
  spoil,
} from '../fixtures/tokens.js'

const api = 'https://api.example.com'
const opaque = 'https://opaque.example.com/v1'

type App = Awaited<ReturnType<typeof startServer>>['app']

const revoke = (app: App, token: string | undefined, client = 'web', more = {}) =>
  postForm(app, '/revoke', { token: token ?? '', ...more }, { authorization: basic(client) })

t.test('client_credentials gives a token for the client itself, and writes nothing', async (t) => {
  let counting: ReturnType<typeof countingStore> | undefined
  const { app } = await startServer({}, (store) => {
    counting = countingStore(store)
    return counting.store
  })
  counting?.reset()
  const form = { grant_type: 'client_credentials', resource: api }
  const response = await requestToken(app, form, 'service')
  t.equal(counting?.total(), 0)
  t.equal(response.json().refresh_token, undefined)
  t.match(claimsOf(response.json().access_token), {
    sub: 'service',
    client_id: 'service',
    aud: api,
    scope: 'orders:read',
  })
  t.equal((await introspect(app, response.json().access_token, 'service')).active, true)
  const two = await requestToken(app, { ...form, resource: [api, opaque] }, 'service')
  t.equal(two.json().error, 'invalid_target')
  const wide = await requestToken(app, { ...form, scope: 'orders:write' }, 'service')
  t.equal(wide.json().error, 'invalid_scope', 'V10.4.11')
})

t.test('a JWT access token is one of RFC 9068', async (t) => {
  const { app } = await startServer()
  const { access_token = '' } = await obtainTokens(app)
  const header = JSON.parse(Buffer.from(access_token.split('.')[0] ?? '', 'base64url').toString())
  t.same(header, { alg: 'ES256', typ: 'at+jwt', kid: 'ec-1' })
  const claims = claimsOf(access_token)
  t.match(claims, { auth_time: Number, jti: String })
})

t.test('acr and amr of the login are in the token', async (t) => {
  const { app } = await startServer()
  const { answerOf, approve, authorizeUrl, createBrowser } = await import('../fixtures/browser.js')
  const { redemption } = await import('../fixtures/tokens.js')
  const browser = createBrowser(app)
  browser.login({ subject: 'alice', acr: 'mfa', amr: ['pwd', 'otp'], authTime: null })
  const { code = '' } = answerOf(await approve(browser, authorizeUrl()))
  const { access_token } = (await requestToken(app, redemption(code))).json()
  t.match(claimsOf(access_token), { acr: 'mfa', amr: ['pwd', 'otp'] })
})

t.test(
  'an opaque access token says nothing without the server, and lives as its resource says',
  async (t) => {
    const { app, advance } = await startServer()
    const tokens = await obtainTokens(app, { resource: opaque })
    t.match(tokens.access_token, /^lkaccess_[\w-]+\.[\w-]+$/)
    t.equal(tokens.expires_in, 120)
    t.match(await introspect(app, tokens.access_token), { active: true, aud: opaque, sub: 'alice' })
    advance(120)
    t.same(await introspect(app, tokens.access_token), { active: false })
  },
)

t.test('I111: who is not meant to know learns nothing', async (t) => {
  const { app } = await startServer()
  const forApi = await obtainTokens(app, { resource: api })
  const forOther = await obtainTokens(app, { resource: opaque })
  t.match(await introspect(app, forApi.access_token, 'api'), { active: true, aud: api })
  t.same(await introspect(app, forOther.access_token, 'api'), { active: false })
  t.same(await introspect(app, forApi.refresh_token, 'api'), { active: false })
  t.match(await introspect(app, forApi.refresh_token), { active: true, sub: 'alice' })
  t.same(await introspect(app, forApi.access_token, 'service'), { active: false })
  const bare = await postForm(app, '/introspect', { token: forApi.access_token ?? '' })
  t.equal(bare.statusCode, 401)
  const open = { token: forApi.access_token ?? '', client_id: 'spa' }
  t.equal((await postForm(app, '/introspect', open)).statusCode, 401, 'a public client')
})

t.test('a changed or foreign token is inactive', async (t) => {
  const { app } = await startServer()
  const jwt = (await obtainTokens(app)).access_token ?? ''
  const other = (await obtainTokens(app, { resource: opaque })).access_token ?? ''
  const [header, payload, signature] = jwt.split('.') as [string, string, string]
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(jwt), sub: 'mallory' })).toString(
    'base64url',
  )
  const sign = (typ: string, claims: object) =>
    prepareJwsSerializer(prepareSigningKey(ecKey), typ)(claims as Record<string, unknown>)
  const tokens: [line: string, what: string, token: string | Promise<string>][] = [
    ['I112', 'another payload', `${header}.${forged}.${signature}`],
    ['I107', 'alg none', `${none}.${payload}.`],
    ['I107', 'another signature', `${header}.${payload}.${spoil(signature)}`],
    ['I107', 'another typ', sign('JWT', claimsOf(jwt))],
    ['I107', 'another issuer', sign('at+jwt', { ...claimsOf(jwt), iss: 'https://evil.example' })],
    ['I107', 'expired', sign('at+jwt', { ...claimsOf(jwt), exp: 1 })],
    ['I112', 'a payload that is no JSON', `${header}.e30x.${signature}`],
    ['I112', 'an opaque token with another code', spoil(other)],
    ['I112', 'an opaque token with another key', other.replace(/\.....(.{43})$/, '.AAAA$1')],
    ['I112', 'an opaque token that is too long', `lkaccess_${'x'.repeat(5000)}`],
  ]
  for (const [line, what, token] of tokens) {
    await t.test(`${line}: ${what}`, async (t) => {
      t.same(await introspect(app, await token), { active: false })
    })
  }
})

t.test('a key that is not ours signs nothing that counts', async (t) => {
  const { app } = await startServer()
  const { generatePrivateJwk } = await import('@latchkey/tokens')
  const foreign = prepareSigningKey(await generatePrivateJwk('ES256'))
  const claims = claimsOf((await obtainTokens(app)).access_token)
  t.same(await introspect(app, await prepareJwsSerializer(foreign, 'at+jwt')(claims)), {
    active: false,
  })
})

t.test('I110: revocation', async (t) => {
  const { app } = await startServer()
  const first = await obtainTokens(app)
  const second = await obtainTokens(app, { resource: opaque })

  await t.test('leaves what belongs to another client', async (t) => {
    for (const token of [first.refresh_token, first.access_token, 'unknown']) {
      const response = await revoke(app, token, 'service')
      t.equal(response.statusCode, 200)
      t.same(response.json(), {})
    }
    t.equal((await introspect(app, first.access_token)).active, true)
    t.equal((await introspect(app, first.refresh_token)).active, true)
  })

  await t.test('ignores a hint that it does not know', async (t) => {
    const response = await revoke(app, second.access_token, 'web', { token_type_hint: 'magic' })
    t.equal(response.statusCode, 200)
    t.same(await introspect(app, second.access_token), { active: false })
    t.equal((await introspect(app, second.refresh_token)).active, true, 'only that token')
  })

  await t.test('of a refresh token takes the access tokens with it', async (t) => {
    t.equal((await revoke(app, first.refresh_token)).statusCode, 200)
    t.same(await introspect(app, first.access_token), { active: false })
    t.same(await introspect(app, first.refresh_token), { active: false })
    t.equal((await revoke(app, first.refresh_token)).statusCode, 200, 'again')
  })

  await t.test('works for tokens without a grant', async (t) => {
    const form = { grant_type: 'client_credentials' }
    const { access_token } = (await requestToken(app, form, 'service')).json()
    await revoke(app, access_token, 'service')
    t.same(await introspect(app, access_token, 'service'), { active: false })
    t.equal((await revoke(app, '', 'service')).json().error, 'invalid_request')
  })
})

t.test(
  'an access token whose grant is gone is inactive, and so is a used refresh token',
  async (t) => {
    const { app, store } = await startServer()
    const tokens = await obtainTokens(app)
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    await requestToken(app, form)
    t.same(await introspect(app, tokens.refresh_token), { active: false })
    const jti = claimsOf(tokens.access_token).jti as string
    await store.delete(`oauth:grant:${jti.split('.')[0]}`)
    t.same(await introspect(app, tokens.access_token), { active: false })
    t.equal((await revoke(app, tokens.refresh_token)).statusCode, 200)
  },
)

t.test('M148, V11.6.1: the published keys are public, named and for signing', async (t) => {
  const { app } = await startServer({ keys: [await testKeyring()] })
  const response = await app.inject({ url: '/jwks' })
  t.match(response.headers['content-type'], 'application/jwk-set+json')
  const { x, y } = ecKey
  t.same(response.json(), {
    keys: [{ kty: 'EC', crv: 'P-256', x, y, kid: 'ec-1', use: 'sig', alg: 'ES256' }],
  })
})

t.test('B28: metadata is served at every address that clients try', async (t) => {
  const { app } = await startServer()
  const withPath = await startServer({ issuer: `${issuer}/tenant` })
  const addresses: [App, string, string][] = [
    [app, '/.well-known/oauth-authorization-server', issuer],
    [app, '/.well-known/openid-configuration', issuer],
    [withPath.app, '/.well-known/oauth-authorization-server/tenant', `${issuer}/tenant`],
    [withPath.app, '/.well-known/openid-configuration/tenant', `${issuer}/tenant`],
    [withPath.app, '/tenant/.well-known/openid-configuration', `${issuer}/tenant`],
    [withPath.app, '/tenant/.well-known/oauth-authorization-server', `${issuer}/tenant`],
  ]
  for (const [server, url, name] of addresses) {
    const response = await server.inject({ url })
    t.equal(response.statusCode, 200, url)
    t.match(response.headers['content-type'], 'application/json')
    t.match(response.json(), {
      issuer: name,
      authorization_endpoint: `${name}/authorize`,
      token_endpoint: `${name}/token`,
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['offline_access', 'orders:read', 'orders:write'],
      authorization_response_iss_parameter_supported: true,
    })
  }
  t.equal((await app.inject({ url: '/.well-known/openid-configuration/' })).statusCode, 404, 'B28')
  t.equal((await app.inject({ url: '/token' })).statusCode, 405)
  t.equal((await withPath.app.inject({ url: '/tenant/token' })).statusCode, 405)
})
