import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { eventSchemas } from '@latchkey/identity'
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import { type OAuthEvent, oauthChannels, oauthEventSchemas } from '../src/index.js'
import { approve, authorizeUrl, createBrowser, formOf } from './fixtures/browser.js'
import { signIn, startProvider } from './fixtures/openid.js'
import { callback, issuer, startServer } from './fixtures/server.js'
import {
  basic,
  claimsOf,
  obtainCode,
  obtainTokens,
  postForm,
  redemption,
  requestToken,
} from './fixtures/tokens.js'

const ajv = new Ajv({ strict: true })
const schemas = { ...oauthEventSchemas, 'latchkey:revoked': eventSchemas['latchkey:revoked'] }

interface Told extends OAuthEvent {
  readonly name: string
}

/** Collects what is told, and holds each event against its public schema. */
function watch(t: Test): Told[] {
  const told: Told[] = []
  for (const [name, schema] of Object.entries(schemas)) {
    const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema)
    const listener = (event: unknown) => {
      told.push({ name, ...(event as OAuthEvent) })
      if (!validate(event)) t.fail(`${name}: ${ajv.errorsText(validate.errors)}`)
    }
    subscribe(name, listener)
    t.teardown(() => unsubscribe(name, listener))
  }
  return told
}

const named = (told: readonly Told[], name: string) =>
  told.filter((event) => event.name === `latchkey:${name}`)

t.test('there is a schema for every channel, and no other', async (t) => {
  t.same(
    Object.keys(oauthEventSchemas).sort(),
    Object.values(oauthChannels)
      .map(({ name }) => name)
      .sort(),
  )
})

t.test('a code flow is told step by step, without any credential', async (t) => {
  const told = watch(t)
  const { app } = await startServer()
  const code = await obtainCode(app, { resource: 'https://api.example.com' })
  const first = (await requestToken(app, redemption(code))).json()
  const { sid, jti } = claimsOf(first.access_token)
  const refreshed = await requestToken(app, {
    grant_type: 'refresh_token',
    refresh_token: first.refresh_token,
  })
  const scene = {
    at: 1_800_000_000,
    issuer,
    clientId: 'web',
    subject: 'alice',
    scopes: ['orders:read'],
    resources: ['https://api.example.com'],
    ip: '127.0.0.1',
    method: 'POST',
  }
  t.match(named(told, 'oauth.consented'), [{ ...scene, route: '/authorize/:id' }])
  t.match(named(told, 'oauth.granted'), [{ ...scene, grantId: sid, route: '/authorize/:id' }])
  t.match(named(told, 'oauth.issued'), [
    { ...scene, grantId: sid, credentialId: jti, grantType: 'authorization_code' },
    { ...scene, grantId: sid, grantType: 'refresh_token', route: '/token' },
  ])
  const text = JSON.stringify(told)
  const { access_token, refresh_token } = refreshed.json()
  for (const secret of [
    code,
    first.access_token,
    first.refresh_token,
    access_token,
    refresh_token,
  ]) {
    t.notOk(text.includes(secret))
  }
})

t.test('what a client gets for itself names no user', async (t) => {
  const told = watch(t)
  const { app } = await startServer()
  await requestToken(app, { grant_type: 'client_credentials' }, 'service')
  const [event] = named(told, 'oauth.issued')
  t.match(event, { clientId: 'service', grantType: 'client_credentials', resources: [issuer] })
  t.equal(event?.subject, undefined)
  t.equal(event?.grantId, undefined)
})

t.test('refusals are told with their reason, and nothing of what was sent', async (t) => {
  const told = watch(t)
  const { app } = await startServer()
  const secret = 'what-somebody-sent'
  await postForm(app, '/token', { code: secret }, { authorization: basic('web', secret) })
  await requestToken(app, { grant_type: 'authorization_code', code: secret })
  const browser = createBrowser(app, 'alice')
  await browser.get(authorizeUrl({ client_id: secret }))
  await browser.get(authorizeUrl({ prompt: secret }))
  const { action, token } = formOf(await browser.get(authorizeUrl()))
  await browser.post(action, { token, decision: 'deny' })
  await app.inject({ method: 'POST', url: '/token', headers: { 'content-type': secret } })
  t.match(named(told, 'oauth.refused'), [
    { reason: 'invalid_client', details: { cause: 'wrong method or secret', statusCode: 401 } },
    { reason: 'invalid_grant', details: { cause: 'not a code of ours' } },
    { reason: 'invalid_client', route: '/authorize' },
    { reason: 'invalid_request', clientId: 'web', subject: 'alice' },
    { reason: 'access_denied', clientId: 'web', subject: 'alice' },
    { reason: 'invalid_request', route: '/token' },
  ])
  t.notOk(JSON.stringify(told).includes(secret))
})

t.test('a code and a refresh token that come again are told, and what ends by it', async (t) => {
  const told = watch(t)
  const { app, advance } = await startServer()
  const code = await obtainCode(app)
  const { access_token } = (await requestToken(app, redemption(code))).json()
  await requestToken(app, redemption(code))
  const first = await obtainTokens(app)
  const form = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
  await requestToken(app, form)
  advance(60)
  await requestToken(app, form)
  const ids = [access_token, first.access_token].map((token) => claimsOf(token).sid)
  const who = { clientId: 'web', subject: 'alice', route: '/token' }
  t.match(named(told, 'oauth.code-reused'), [{ ...who, grantId: ids[0] }])
  t.match(named(told, 'oauth.refresh-reused'), [{ ...who, grantId: ids[1] }])
  const revoked = { mechanism: 'oauth-server', issuer, subject: 'alice' }
  t.match(named(told, 'revoked'), [
    { ...revoked, reason: 'code-reuse', credentialId: ids[0] },
    { ...revoked, reason: 'refresh-reuse', credentialId: ids[1] },
  ])
})

t.test('what is taken back is told', async (t) => {
  const told = watch(t)
  const { app } = await startServer()
  const { consents, grants } = app.oauthServer
  const ids: unknown[] = []
  for (let turn = 0; turn < 3; turn++)
    ids.push(claimsOf((await obtainTokens(app)).access_token).sid)
  const last = await obtainTokens(app)
  const headers = { authorization: basic('web') }
  await postForm(app, '/revoke', { token: last.access_token }, headers)
  await postForm(app, '/revoke', { token: last.refresh_token }, headers)
  await grants.revoke(ids[0] as string)
  await consents.revoke('alice', 'web')
  await grants.revokeAll('alice')
  const { jti, sid } = claimsOf(last.access_token)
  const taken = named(told, 'revoked').map(({ reason, credentialId }) => [reason, credentialId])
  t.same(taken.slice(0, 3), [
    ['revoked', jti],
    ['revoked', sid],
    ['revoked', ids[0]],
  ])
  t.same(new Set(taken.slice(3, 5)), new Set(ids.slice(1).map((id) => ['consent-withdrawn', id])))
  t.same(taken.slice(5), [['revoked-all', undefined]])
  t.match(named(told, 'oauth.consent-withdrawn'), [{ subject: 'alice', clientId: 'web' }])
})

t.test('clients that come, change and go are told', async (t) => {
  const told = watch(t)
  const { app } = await startServer({ registration: {} })
  const metadata = { redirect_uris: [callback], token_endpoint_auth_method: 'none' }
  const send = (method: 'POST' | 'PUT' | 'DELETE', url: string, body: object, token = '') =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    })
  const { client_id, registration_access_token } = (
    await send('POST', '/register', metadata)
  ).json()
  const url = `/register/${client_id}`
  const changed = await send('PUT', url, { ...metadata, client_id }, registration_access_token)
  const token = changed.json().registration_access_token
  await send('DELETE', url, {}, token)
  const { id } = await app.oauthServer.clients.create(metadata)
  await app.oauthServer.clients.delete(id)
  t.match(named(told, 'oauth.registered'), [
    { clientId: client_id, route: '/register', requestId: /./ },
    { clientId: id, requestId: undefined },
  ])
  t.match(named(told, 'oauth.updated'), [{ clientId: client_id }])
  t.match(named(told, 'oauth.deleted'), [{ clientId: client_id }, { clientId: id }])
  t.notOk(JSON.stringify(told).includes(token))
})

t.test('the end of a session is told', async (t) => {
  const told = watch(t)
  const { app } = await startProvider()
  await signIn(app)
  await app.oauthServer.endSession({ subject: 'alice', id: 'session-of-alice' })
  t.match(named(told, 'oauth.logged-out'), [{ subject: 'alice', credentialId: 'session-of-alice' }])
})

t.test('the server says what an operator should know of it', async (t) => {
  const { app } = await startProvider({
    registration: {},
    rules: { clientIdMetadataDocuments: false },
    clients: [
      {
        client_id: 'keys',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: 'https://client.example/jwks',
        redirect_uris: [callback],
        backchannel_logout_uri: 'https://client.example/logout',
        code_ttl: 120,
        access_token_ttl: 3600,
        refresh_token_ttl: 10_000_000,
      },
    ],
  })
  t.match(app.oauthServer.describe(), {
    type: 'oauth-server',
    issuer,
    revocationWindow: 0,
    revocationWindowOfJwts: 10,
    algorithms: ['ES256', 'RS256'],
    outbound: ['https://client.example/jwks', 'https://client.example/logout', 'https://*'],
    secretsAtRest: 'tokens: none; client secrets: SHA-256; signing keys: kept by the application',
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
    lifetimes: { code: 120, accessToken: 3600, refreshToken: 10_000_000, idToken: 600 },
    clients: { operated: 1, registration: 'open', metadataDocuments: false },
    resources: { [issuer]: 'jwt', 'https://opaque.example.com/v1': 'opaque' },
  })
  const { app: closed } = await startServer({ registration: { initialTokens: ['x'.repeat(32)] } })
  t.match(closed.oauthServer.describe().clients, { registration: 'initial-token' })
  const { app: plain } = await startServer()
  t.match(plain.oauthServer.describe(), { outbound: [], clients: { registration: 'off' } })
  t.notOk(JSON.stringify(closed.oauthServer.describe()).includes('xxx'))
  await approve(createBrowser(plain, 'alice'), authorizeUrl())
})
