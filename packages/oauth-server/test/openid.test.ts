import { createHash } from 'node:crypto'
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  importJWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser } from './fixtures/browser.js'
import { ecKey } from './fixtures/keys.js'
import { profile, signIn, startProvider } from './fixtures/openid.js'
import { callback, issuer, startServer } from './fixtures/server.js'
import {
  claimsOf,
  introspect,
  postForm,
  redemption,
  requestToken,
  spoil,
} from './fixtures/tokens.js'

type App = Awaited<ReturnType<typeof startProvider>>['app']

const jwksOf = async (app: App) => createLocalJWKSet((await app.inject({ url: '/jwks' })).json())
const at = new Date(1_800_000_000_000)

const userinfo = (app: App, token: string | undefined, scheme = 'Bearer') =>
  app.inject({ url: '/userinfo', headers: { authorization: `${scheme} ${token}` } })

t.test('C48: the ID token is for the client alone, signed as it registered', async (t) => {
  const { app } = await startProvider()
  const tokens = await signIn(app)
  const { id_token = '', access_token = '' } = tokens
  t.same(decodeProtectedHeader(id_token), { alg: 'RS256', typ: 'JWT', kid: 'rsa-1' })
  const options = { issuer, audience: 'web', currentDate: at }
  const { payload } = await jwtVerify(id_token, await jwksOf(app), options)
  const digest = createHash('sha256').update(access_token).digest()
  t.match(payload, {
    sub: 'alice',
    aud: 'web',
    nonce: 'n-1',
    auth_time: 1_799_999_900,
    at_hash: digest.subarray(0, 16).toString('base64url'),
    sid: 'session-of-alice',
    iat: 1_800_000_000,
    exp: 1_800_000_600,
  })
  t.equal(payload.email, undefined, 'claims of the user are for userinfo')
  const other = await signIn(app, 'rp', { nonce: null })
  t.match(decodeProtectedHeader(other.id_token ?? ''), { alg: 'ES256' })
  t.equal(claimsOf(other.id_token).nonce, undefined)
})

t.test('acr and amr of the login are in the ID token, and no time that is unknown', async (t) => {
  const { app } = await startProvider()
  const browser = createBrowser(app)
  browser.login({ subject: 'alice', acr: 'mfa', amr: ['pwd', 'otp'], authTime: null })
  const { id_token } = await signIn(app, 'web', {}, browser)
  const claims = claimsOf(id_token)
  t.match(claims, { acr: 'mfa', amr: ['pwd', 'otp'] })
  t.equal(claims.auth_time, undefined)
})

t.test('an ID token of a long hash has its own at_hash', async (t) => {
  const { generatePrivateJwk, staticKeyring } = await import('@latchkey/tokens')
  for (const [algorithm, hash, length] of [
    ['ES384', 'sha384', 24],
    ['EdDSA', 'sha512', 32],
  ] as const) {
    const ring = await staticKeyring([{ key: await generatePrivateJwk(algorithm) }])
    const { app } = await startProvider({ keys: [ring] })
    const { id_token, access_token = '' } = await signIn(app)
    const digest = createHash(hash).update(access_token).digest().subarray(0, length)
    t.equal(claimsOf(id_token).at_hash, digest.toString('base64url'), algorithm)
  }
})

t.test('userinfo tells what the scopes allow', async (t) => {
  const { app } = await startProvider()
  for (const [scope, told] of [
    ['openid', { tenant: 'wonderland' }],
    ['openid email', { tenant: 'wonderland', email: profile.email, email_verified: true }],
    ['openid profile phone', { tenant: 'wonderland', name: profile.name, phone_number: '+44 1' }],
  ] as const) {
    const { access_token } = await signIn(app, 'web', { scope })
    const response = await userinfo(app, access_token)
    t.equal(response.statusCode, 200)
    t.equal(response.headers['cache-control'], 'no-store', 'G92')
    t.same(response.json(), { ...told, sub: 'alice' })
  }
})

t.test('userinfo is signed for who registered that', async (t) => {
  const { app } = await startProvider()
  const { access_token } = await signIn(app, 'rp', { scope: 'openid email' })
  const response = await userinfo(app, access_token)
  t.match(response.headers['content-type'], 'application/jwt')
  const options = { issuer, audience: 'rp', currentDate: at }
  const { payload } = await jwtVerify(response.body, await jwksOf(app), options)
  t.match(payload, { sub: 'alice', email: profile.email })
})

t.test('C47: userinfo', async (t) => {
  const { app, store, advance } = await startProvider()
  const { access_token = '', id_token = '' } = await signIn(app)
  const plain = await signIn(app, 'web', { scope: 'offline_access' })
  const machine = await requestToken(app, { grant_type: 'client_credentials' }, 'service')
  const foreign = await signIn(app, 'web', { resource: 'https://api.example.com' })

  await t.test('without a token asks for one', async (t) => {
    const response = await app.inject({ url: '/userinfo' })
    t.equal(response.statusCode, 401)
    t.equal(response.headers['www-authenticate'], 'Bearer, DPoP')
  })
  await t.test('does not look at a token in the query', async (t) => {
    const response = await app.inject({ url: `/userinfo?access_token=${access_token}` })
    t.equal(response.statusCode, 401)
  })
  await t.test('takes a token in the body of a POST, and not two', async (t) => {
    t.equal((await postForm(app, '/userinfo', { access_token })).json().sub, 'alice')
    const headers = { authorization: `Bearer ${access_token}` }
    const response = await postForm(app, '/userinfo', { access_token }, headers)
    t.equal(response.statusCode, 400)
    t.equal((await postForm(app, '/userinfo', {}, headers)).statusCode, 200)
  })
  for (const [what, token] of [
    ['a forged token', spoil(access_token as string)],
    ['an ID token', id_token],
    ['a token for another audience', foreign.access_token],
  ]) {
    await t.test(`refuses ${what}`, async (t) => {
      const response = await userinfo(app, token)
      t.equal(response.statusCode, 401)
      t.match(response.headers['www-authenticate'], /^Bearer error="invalid_token"/)
    })
  }
  for (const [what, token] of [
    ['without openid', plain.access_token],
    ['without a user', machine.json().access_token],
  ]) {
    await t.test(`refuses a token ${what}`, async (t) => {
      const response = await userinfo(app, token)
      t.equal(response.statusCode, 403)
      t.match(response.headers['www-authenticate'], 'error="insufficient_scope"')
      t.match(response.headers['www-authenticate'], 'scope="openid"')
    })
  }
  await t.test('refuses a token whose grant is gone, and one that has expired', async (t) => {
    const dead = await signIn(app)
    const id = (claimsOf(dead.access_token).jti as string).split('.')[0]
    await store.delete(`oauth:grant:${id}`)
    t.equal((await userinfo(app, dead.access_token)).statusCode, 401)
    advance(600)
    t.equal((await userinfo(app, access_token)).statusCode, 401)
  })
})

t.test('userinfo of a user or a client that is gone is refused', async (t) => {
  let isThere = true
  const { app, store } = await startProvider({ claims: () => (isThere ? {} : null) })
  const { access_token } = await signIn(app)
  isThere = false
  t.equal((await userinfo(app, access_token)).statusCode, 401)
  const without = await startProvider({ store })
  isThere = true
  t.equal((await userinfo(without.app, access_token)).statusCode, 200)
  const { clients } = await import('./fixtures/server.js')
  const few = await startServer({ store, preset: 'oidc', clients: clients.slice(1) })
  t.equal((await userinfo(few.app, access_token)).statusCode, 401)
})

const claimsRequests: [line: string, what: string, claims: string][] = [
  ['C46', 'no JSON', '{'],
  ['C46', 'an array', '[]'],
  ['C46', 'a text as id_token', '{"id_token":"x"}'],
  ['C46', 'a number as a claim', '{"userinfo":{"email":1}}'],
]

t.test('a claims parameter that is malformed is refused', async (t) => {
  const { app } = await startProvider()
  for (const [line, what, claims] of claimsRequests) {
    const url = authorizeUrl({ scope: 'openid', claims })
    const answer = answerOf(await createBrowser(app, 'alice').get(url))
    t.equal(answer.error, 'invalid_request', `${line}: ${what}`)
  }
})

t.test('C46: claims can be asked for by name, within what the scopes allow', async (t) => {
  const { app } = await startProvider()
  const claims = '{"id_token":{"email":null,"name":{"essential":true},"tenant":null}}'
  const { id_token } = await signIn(app, 'web', { scope: 'openid email', claims })
  const told = claimsOf(id_token)
  t.match(told, { email: profile.email, tenant: 'wonderland' })
  t.equal(told.name, undefined, 'the scope profile was not granted')
})

t.test('C45: an essential class of login must be met, a voluntary one need not', async (t) => {
  const { app } = await startProvider()
  const essential = (value: object) =>
    authorizeUrl({ scope: 'openid', claims: JSON.stringify({ id_token: { acr: value } }) })
  for (const value of [
    { essential: true, values: ['mfa', 'phr'] },
    { essential: true, value: 'mfa' },
  ]) {
    const browser = createBrowser(app, 'alice')
    const away = await browser.get(essential(value))
    t.match(away.headers.location, '/login?')
    t.match(away.headers.location, 'acr_values=mfa')
    const back = new URL(away.headers.location as string, issuer).searchParams.get('returnTo') ?? ''
    browser.login({ subject: 'alice', acr: 'pwd', credentialId: 'second' })
    t.equal(answerOf(await browser.get(back)).error, 'unmet_authentication_requirements')
    browser.login({ subject: 'alice', acr: 'mfa' })
    t.ok(answerOf(await approve(browser, essential(value))).code)
    const silent = `${essential(value)}&prompt=none`
    browser.login({ subject: 'alice', acr: 'pwd' })
    t.equal(answerOf(await browser.get(silent)).error, 'unmet_authentication_requirements')
  }
  for (const url of [
    essential({ values: ['mfa'] }),
    essential(null as never),
    authorizeUrl({ scope: 'openid', acr_values: 'mfa' }),
  ]) {
    t.ok(answerOf(await approve(createBrowser(app, 'alice'), url)).code)
  }
})

t.test('C44: id_token_hint', async (t) => {
  const { app, advance } = await startProvider()
  const { id_token = '' } = await signIn(app)
  const other = await signIn(app, 'rp')
  const [header = '', payload = ''] = id_token.split('.')
  const key = await importJWK(ecKey)
  const claims = claimsOf(id_token)
  const sign = (more: object) =>
    new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: 'ES256', kid: 'ec-1', typ: 'JWT' })
      .sign(key)

  for (const [what, hint] of [
    ['a changed one', `${header}.${payload}.${'A'.repeat(342)}`],
    ['alg none', new UnsecuredJWT(claims).encode()],
    ["another client's", other.id_token ?? ''],
    ['of another issuer', await sign({ iss: 'https://evil.example' })],
    ['something else of ours', await sign({ at_hash: undefined })],
    ['no token', 'x'],
  ] as const) {
    const url = authorizeUrl({ scope: 'openid', id_token_hint: hint })
    t.equal(answerOf(await createBrowser(app, 'alice').get(url)).error, 'invalid_request', what)
  }
  advance(10_000)
  const url = authorizeUrl({ scope: 'openid', id_token_hint: id_token })
  t.ok(answerOf(await approve(createBrowser(app, 'alice'), url)).code, 'an expired one will do')

  const bob = createBrowser(app, 'bob')
  t.equal(answerOf(await bob.get(`${url}&prompt=none`)).error, 'login_required')
  const away = await bob.get(url)
  t.match(away.headers.location, '/login?', 'no silent switch')
  const back = new URL(away.headers.location as string, issuer).searchParams.get('returnTo') ?? ''
  bob.login({ subject: 'bob', credentialId: 'again' })
  t.equal(answerOf(await bob.get(back)).error, 'login_required')
  const claim = authorizeUrl({
    scope: 'openid',
    prompt: 'none',
    claims: '{"userinfo":{"sub":{"value":"alice"}}}',
  })
  t.equal(answerOf(await bob.get(claim)).error, 'login_required')
})

t.test('C49: request objects are refused, by value and by reference', async (t) => {
  const { app } = await startProvider()
  const browser = createBrowser(app, 'alice')
  const byValue = answerOf(await browser.get(authorizeUrl({ request: 'eyJ' })))
  t.equal(byValue.error, 'request_not_supported')
  const byReference = answerOf(await browser.get(authorizeUrl({ request_uri: 'https://a/r' })))
  t.equal(byReference.error, 'request_uri_not_supported', 'K131')
})

t.test('C50: pairwise subjects are the same for a client, and for it alone', async (t) => {
  const { app } = await startProvider()
  const first = await signIn(app, 'pairwise', { scope: 'openid' })
  const second = await signIn(app, 'pairwise', { scope: 'openid' })
  const sub = claimsOf(first.id_token).sub as string
  t.match(sub, /^[\w-]{43}$/)
  t.equal(claimsOf(second.id_token).sub, sub)
  t.equal(claimsOf(first.access_token).sub, sub)
  t.equal((await userinfo(app, first.access_token)).json().sub, sub, "C47: userinfo's is the same")
  t.equal((await introspect(app, first.access_token, 'pairwise')).sub, sub)
  const url = authorizeUrl({
    client_id: 'pairwise',
    scope: 'openid',
    id_token_hint: first.id_token ?? '',
  })
  t.ok(answerOf(await approve(createBrowser(app, 'alice'), url)).code)
})

t.test('C50: pairwise clients need a salt and one sector', async (t) => {
  await t.rejects(startProvider({ pairwiseSalt: undefined as never }), { message: /pairwiseSalt/ })
})

t.test('C43: default_max_age counts where the request says nothing', async (t) => {
  const { app, now } = await startProvider()
  const browser = createBrowser(app)
  browser.login({ subject: 'alice', authTime: now() - 3600 })
  const url = authorizeUrl({ client_id: 'pairwise', scope: 'openid' })
  t.match((await browser.get(url)).headers.location, '/login?')
  t.equal((await browser.get(`${url}&max_age=10000`)).statusCode, 200)
})

t.test('H106: a refreshed ID token is about the same login, and has no nonce', async (t) => {
  const { app, advance } = await startProvider()
  const first = await signIn(app, 'web', { scope: 'openid offline_access' })
  advance(1000)
  const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
  const second = (await requestToken(app, form)).json()
  const before = claimsOf(first.id_token)
  const after = claimsOf(second.id_token)
  for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid']) t.equal(after[name], before[name])
  t.equal(after.nonce, undefined)
  t.equal(after.iat, 1_800_001_000)
  const narrow = { ...form, refresh_token: second.refresh_token, scope: 'offline_access' }
  t.equal((await requestToken(app, narrow)).json().id_token, undefined)
})

t.test('discovery says what there is', async (t) => {
  const { app } = await startProvider()
  const metadata = (await app.inject({ url: '/.well-known/openid-configuration' })).json()
  t.match(metadata, {
    issuer,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/logout`,
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  })
  const plain = await startServer()
  const without = (await plain.app.inject({ url: '/.well-known/openid-configuration' })).json()
  t.equal(without.userinfo_endpoint, undefined)
  t.equal((await plain.app.inject({ url: '/userinfo' })).statusCode, 404)
  t.equal((await plain.app.inject({ url: '/logout' })).statusCode, 404)
  const bare = await startProvider({
    pairwiseSalt: undefined as never,
    clients: [{ client_id: 'x', client_secret: 'y', redirect_uris: [callback] }],
  })
  const few = (await bare.app.inject({ url: '/.well-known/openid-configuration' })).json()
  t.same(few.subject_types_supported, ['public'])
})

t.test('A17: a nonce of 64 characters comes back', async (t) => {
  const { app } = await startProvider()
  const nonce = 'n'.repeat(64)
  t.equal(claimsOf((await signIn(app, 'web', { nonce })).id_token).nonce, nonce)
})

t.test(
  'E64: a code whose session has ended is worth nothing, unless it was to outlive it',
  async (t) => {
    const { app } = await startProvider()
    const browser = createBrowser(app, 'alice')
    const codeFor = async (scope: string) =>
      answerOf(await approve(browser, authorizeUrl({ scope }))).code as string
    const short = await codeFor('openid')
    const long = await codeFor('openid offline_access')
    const { id_token = '' } = await signIn(app, 'web', {}, browser)
    await browser.get(`/logout?id_token_hint=${id_token}`)
    t.equal((await requestToken(app, redemption(short))).json().error, 'invalid_grant')
    t.equal((await requestToken(app, redemption(long))).statusCode, 200)
  },
)
