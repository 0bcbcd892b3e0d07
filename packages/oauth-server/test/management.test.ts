import { createReplica } from '@latchkey/store'
import { rotatingKeyring } from '@latchkey/tokens'
import t from 'tap'
import type { ClientMetadata } from '../src/records/client-metadata.js'
import { answerOf, approve, authorizeUrl, createBrowser } from './fixtures/browser.js'
import { callback, clients, issuer, startServer, testKeyring } from './fixtures/server.js'
import {
  basic,
  claimsOf,
  introspect,
  obtainTokens,
  postForm,
  requestToken,
} from './fixtures/tokens.js'

const refresh = (app: Awaited<ReturnType<typeof startServer>>['app'], token: string | undefined) =>
  requestToken(app, { grant_type: 'refresh_token', refresh_token: token })

t.test('clients can be found, made and ended', async (t) => {
  const { app, store, now } = await startServer()
  const { clients } = app.oauthServer
  t.same(await clients.find('web'), {
    id: 'web',
    name: 'The Web App',
    origin: 'static',
    redirectUris: [callback],
    grantTypes: ['authorization_code', 'refresh_token'],
    authMethod: 'client_secret_basic',
  })
  t.equal(await clients.find('nobody'), null)
  const { id, secret } = await clients.create({ grant_types: ['client_credentials'] })
  const form = { grant_type: 'client_credentials' }
  const headers = { authorization: basic(id, secret as string) }
  t.equal((await postForm(app, '/token', form, headers)).statusCode, 200)
  await t.rejects(clients.create({ grant_types: ['password'] }), {
    message: /invalid_client_metadata/,
  })
  const replica = createReplica(store, { clock: now })
  t.equal(await clients.delete(id), true)
  t.equal(replica.valueOf('jwt.client', `${issuer} ${id}`), now())
  await replica.close()
  t.equal(await clients.delete(id), false)
  t.equal((await postForm(app, '/token', form, headers)).statusCode, 401)
  await t.rejects(clients.delete('web'), { code: 'LATCHKEY_OAUTH_SERVER_MANAGEMENT' })
})

t.test('V10.4.9: a grant that is revoked is dead, here and where JWTs are verified', async (t) => {
  const { app, store, now } = await startServer()
  const replica = createReplica(store, { clock: now })
  const tokens = await obtainTokens(app)
  const { sid, jti } = claimsOf(tokens.access_token) as { sid: string; jti: string }
  const { grants } = app.oauthServer
  t.match(await grants.find(sid), { id: sid, status: 'active', clientId: 'web', subject: 'alice' })
  t.equal(await grants.find('nothing'), null)
  t.equal(await grants.revoke(sid), true)
  t.equal(await grants.revoke(sid), false)
  t.equal((await grants.find(sid))?.status, 'revoked')
  t.same(await introspect(app, tokens.access_token), { active: false })
  t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')
  t.ok(replica.has('jwt.session', `${issuer} ${sid}`))
  t.notOk(replica.has('jwt.token', `${issuer} ${jti}`))
  const other = await obtainTokens(app)
  await postForm(
    app,
    '/revoke',
    { token: other.access_token ?? '' },
    { authorization: basic('web') },
  )
  t.ok(replica.has('jwt.token', `${issuer} ${claimsOf(other.access_token).jti}`))
  await replica.close()
})

t.test('V7.4.2: all that a user has granted ends at once', async (t) => {
  const { app, store, now, advance } = await startServer()
  const replica = createReplica(store, { clock: now })
  const tokens = await obtainTokens(app)
  const others = await obtainTokens(app, {}, 'bob')
  advance(1)
  await app.oauthServer.grants.revokeAll('alice')
  await app.oauthServer.grants.revokeAll('alice')
  t.same(await introspect(app, tokens.access_token), { active: false })
  t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')
  t.equal((await introspect(app, others.access_token)).active, true)
  t.equal(replica.valueOf('jwt.subject', `${issuer} alice`), now())
  advance(1)
  const later = await obtainTokens(app)
  t.equal((await introspect(app, later.access_token)).active, true)
  await replica.close()
})

t.test('V10.7.3: who verifies JWTs hears of a consent that was taken back', async (t) => {
  const { app, store, now, advance } = await startServer()
  const replica = createReplica(store, { clock: now })
  const sid = (tokens: Record<string, string>) => claimsOf(tokens.access_token).sid as string
  const asked = sid(await obtainTokens(app))
  const remembered = sid(await obtainTokens(app))
  const others = sid(await obtainTokens(app, {}, 'bob'))
  advance(1)
  await app.oauthServer.consents.revoke('alice', 'web')
  for (const id of [asked, remembered]) {
    t.ok(replica.has('jwt.session', `${issuer} ${id}`))
    t.equal((await app.oauthServer.grants.find(id))?.status, 'revoked')
  }
  t.notOk(replica.has('jwt.session', `${issuer} ${others}`))
  advance(1)
  const later = sid(await obtainTokens(app))
  t.equal((await app.oauthServer.grants.find(later))?.status, 'active')
  await replica.close()
})

t.test(
  'V7.4.2: who verifies JWTs hears of the end of a subject by each of its names',
  async (t) => {
    const { signIn, startProvider } = await import('./fixtures/openid.js')
    const { app, store, now } = await startProvider()
    const replica = createReplica(store, { clock: now })
    const plain = claimsOf((await signIn(app)).access_token).sub
    const pairwise = claimsOf((await signIn(app, 'pairwise')).access_token).sub
    t.not(plain, pairwise)
    const { id } = await app.oauthServer.clients.create({
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
    })
    await approve(createBrowser(app, 'alice'), authorizeUrl({ client_id: id }))
    await app.oauthServer.clients.delete(id)
    await app.oauthServer.grants.revokeAll('alice')
    for (const sub of [plain, pairwise]) {
      t.equal(replica.valueOf('jwt.subject', `${issuer} ${sub}`), now())
    }
    await replica.close()
  },
)

t.test('what was taken back stays so for as long as anything of it could live', async (t) => {
  const day = 86_400
  const [web, ...rest] = clients as [ClientMetadata, ...ClientMetadata[]]
  for (const end of ['consents', 'grants'] as const) {
    const { app, advance } = await startServer({
      clients: [{ ...web, refresh_token_ttl: 800 * day }, ...rest],
      rules: { consentTtl: 3600, refreshTokenIdleTtl: 900 * day },
    })
    const { refresh_token } = await obtainTokens(app)
    advance(1)
    if (end === 'consents') await app.oauthServer.consents.revoke('alice', 'web')
    else await app.oauthServer.grants.revokeAll('alice')
    advance(1)
    await obtainTokens(app)
    advance(3601)
    t.equal((await createBrowser(app, 'alice').get(authorizeUrl())).statusCode, 200, 'asked again')
    t.equal((await refresh(app, refresh_token)).json().error, 'invalid_grant')
    advance(700 * day)
    t.equal((await refresh(app, refresh_token)).json().error, 'invalid_grant')
  }
})

t.test('V10.7.3, H105: a consent can be seen and taken back', async (t) => {
  const { app, advance } = await startServer()
  const tokens = await obtainTokens(app)
  const { consents } = app.oauthServer
  t.match(await consents.list('alice'), [
    { client: { id: 'web' }, scopes: ['orders:read'], resources: [], givenAt: 1_800_000_000 },
  ])
  t.same(await consents.list('bob'), [])
  advance(1)
  await consents.revoke('alice', 'web')
  t.same(await consents.list('alice'), [])
  t.equal((await refresh(app, tokens.refresh_token)).json().error, 'invalid_grant')
  t.same(await introspect(app, tokens.access_token), { active: false })
  const browser = createBrowser(app, 'alice')
  advance(1)
  t.equal((await browser.get(authorizeUrl())).statusCode, 200, 'asked again')
  t.ok(answerOf(await approve(browser, authorizeUrl())).code)
  await consents.revoke('bob', 'web')
})

t.test('clients are listed, those of the options first, a page at a time', async (t) => {
  const { app, store } = await startServer()
  const { clients } = app.oauthServer
  const operated = (await clients.list()).clients.map(({ id }) => id)
  t.ok(operated.includes('web'))
  const one = await clients.create({ grant_types: ['client_credentials'] })
  const two = await clients.create({ grant_types: ['client_credentials'] })
  const first = await clients.list({ limit: 1 })
  t.equal(first.clients.length, operated.length + 1)
  const second = await clients.list({ limit: 1, cursor: first.cursor })
  t.equal(second.clients.length, 1, 'those of the options are not repeated')
  t.equal(second.cursor, null)
  const listed = [first.clients.at(-1)?.id, second.clients[0]?.id]
  t.same(listed.sort(), [one.id, two.id].sort())
  await clients.delete(one.id)
  await store.link('oauth:clients', `dc${'x'.repeat(22)}`, 1_900_000_000)
  const rest = (await clients.list()).clients.map(({ id }) => id)
  t.same(rest, [...operated, two.id], 'what is gone is left out')
})

t.test('a list of consents leaves out what is gone', async (t) => {
  const { app, store } = await startServer()
  const { id } = await app.oauthServer.clients.create({
    redirect_uris: [callback],
    token_endpoint_auth_method: 'none',
  })
  await approve(createBrowser(app, 'alice'), authorizeUrl({ client_id: id }))
  await approve(createBrowser(app, 'alice'), authorizeUrl())
  t.equal((await app.oauthServer.consents.list('alice')).length, 2)
  await app.oauthServer.clients.delete(id)
  t.equal((await app.oauthServer.consents.list('alice')).length, 1)
  const { sha256Base64url } = await import('@latchkey/tokens')
  await store.link(
    `oauth:consents:${sha256Base64url('alice')}`,
    '0123456789abcdefghijkl stale',
    1_900_000_000,
  )
  t.equal((await app.oauthServer.consents.list('alice')).length, 1)
})

t.test('keys can be listed, and those of rotating rings rotated', async (t) => {
  const { store, app } = await startServer()
  t.match(app.oauthServer.keys.list(), [{ kid: 'ec-1', purpose: 'sign' }])
  t.same(await app.oauthServer.keys.rotate(), [])
  const ring = await rotatingKeyring({ store, seal: false, name: 'x', algorithm: 'EdDSA' })
  const rotating = await startServer({ keys: [ring, await testKeyring()] })
  const [kid] = await rotating.app.oauthServer.keys.rotate()
  const next = rotating.app.oauthServer.keys.list().find((key) => key.purpose === 'next')
  t.equal(next?.kid, kid)
  ring.close()
})

t.test('a session can be ended from outside', async (t) => {
  const { signIn, startProvider } = await import('./fixtures/openid.js')
  const { app } = await startProvider()
  const { access_token } = await signIn(app)
  await app.oauthServer.endSession({ subject: 'alice', id: 'session-of-alice' })
  t.same(await introspect(app, access_token), { active: false })
})

t.test('the page of connected apps shows them, and takes them back', async (t) => {
  const { app, advance } = await startServer()
  const browser = createBrowser(app, 'alice')
  t.match((await browser.get('/connected-apps')).body, 'You have allowed nothing')
  const resource = 'https://api.example.com'
  await approve(browser, authorizeUrl({ resource }))
  await approve(browser, authorizeUrl({ client_id: 'other' }))
  const page = await browser.get('/connected-apps')
  t.equal(page.statusCode, 200)
  for (const words of [
    'The Web App',
    'other',
    'See your orders',
    '2027-01-15',
    resource,
    'alice',
  ]) {
    t.match(page.body, words)
  }
  t.equal(page.headers['x-frame-options'], 'DENY')
  const token = /name="token" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const form = { token, client_id: 'web' }
  for (const [what, fields, headers] of [
    ['no token', { client_id: 'web' }, {}],
    ['no client', { token }, {}],
    ['from another site', form, { 'sec-fetch-site': 'cross-site' }],
  ] as const) {
    t.equal((await browser.post('/connected-apps', fields, headers)).statusCode, 403, what)
  }
  t.equal((await createBrowser(app, 'bob').post('/connected-apps', form)).statusCode, 403)
  t.equal((await createBrowser(app).post('/connected-apps', form)).statusCode, 403)
  t.equal((await app.inject({ method: 'POST', url: '/connected-apps' })).statusCode, 403)
  advance(1)
  const done = await browser.post('/connected-apps', form)
  t.equal(done.statusCode, 303)
  t.equal(done.headers.location, '/connected-apps')
  t.notMatch((await browser.get('/connected-apps')).body, 'The Web App')
})

t.test('the page of connected apps asks for a login, and comes back', async (t) => {
  const { app } = await startServer()
  const away = await createBrowser(app).get('/connected-apps')
  t.equal(away.headers.location, '/login?returnTo=%2Fconnected-apps')
  const other = await startServer({ login: '/in?x=1' })
  const there = await createBrowser(other.app).get('/connected-apps')
  t.equal(there.headers.location, '/in?x=1&returnTo=%2Fconnected-apps')
})

t.test('protected resource metadata is published for what lives here', async (t) => {
  const { app } = await startServer({
    resources: {
      [`${issuer}/mcp`]: { scopes: ['orders:read'], name: 'Tools' },
      'https://api.example.com': {},
      [`${issuer}/q?x=1`]: {},
      'urn:example:orders': {},
    },
  })
  const base = '/.well-known/oauth-protected-resource'
  const metadata = (await app.inject({ url: `${base}/mcp` })).json()
  t.match(metadata, {
    resource: `${issuer}/mcp`,
    resource_name: 'Tools',
    authorization_servers: [issuer],
    scopes_supported: ['orders:read'],
    bearer_methods_supported: ['header'],
  })
  t.equal((await app.inject({ url: base })).json().resource, issuer)
  t.equal((await app.inject({ url: `${base}/q` })).statusCode, 404)
  const page = await createBrowser(app, 'alice').get(
    authorizeUrl({ resource: 'urn:example:orders' }),
  )
  t.match(page.body, 'urn:example:orders')
})

t.test('a scope that was taken away is shown by its name', async (t) => {
  const { app, store } = await startServer()
  await approve(
    createBrowser(app, 'alice'),
    authorizeUrl({ client_id: 'other', scope: 'orders:read' }),
  )
  const fewer = await startServer({ store, scopes: {}, resources: {} })
  t.match((await createBrowser(fewer.app, 'alice').get('/connected-apps')).body, 'orders:read')
})
