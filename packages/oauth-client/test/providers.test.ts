import { generateKeyPairSync } from 'node:crypto'
import { fastifyOauth2 } from '@fastify/oauth2'
import { generatePrivateJwk, parseJws, parseJwsClaims } from '@latchkey/tokens'
import t from 'tap'
import {
  apple,
  auth0,
  discovery,
  github,
  gitlab,
  google,
  keycloak,
  latchkey,
  microsoft,
  oauth2,
  type SignIn,
} from '../src/index.js'
import { browse, testClient, transactionsOf } from './fixtures/client.js'
import { fakeProvider } from './fixtures/fake-provider.js'

t.test('GitHub: the user is who the API says, by number', async (t) => {
  const provider = await fakeProvider(t)
  const asked: SignIn[] = []
  const user = { id: 583231, login: 'octocat', name: 'The Octocat', avatar_url: 'https://a/u' }
  const emails: unknown = [
    { email: 'old@example.com', primary: false, verified: true },
    null,
    { email: 'octocat@example.com', primary: true, verified: true },
  ]
  const answers = { emails }
  provider.behave.routes = {
    '/login/oauth/access_token': ({ form, headers }) => {
      t.equal(headers.accept, 'application/json')
      t.ok(form.get('code_verifier'))
      return {
        body: { access_token: 'gho_1', scope: 'read:user,user:email', token_type: 'bearer' },
      }
    },
    '/user': ({ headers }) => {
      t.equal(headers.authorization, 'Bearer gho_1')
      t.equal(headers['user-agent'], 'latchkey')
      return { body: user }
    },
    '/user/emails': () => ({ body: answers.emails }),
  }
  const client = await testClient(t, {
    providers: {
      github: github({
        clientId: 'app',
        clientSecret: 's',
        origin: provider.issuer,
        api: provider.issuer,
      }),
    },
    onSignIn: (signIn) => {
      asked.push(signIn)
      return { account: signIn.identity.key }
    },
  })
  const browser = browse(client)
  const signIn = async () => {
    const start = await browser.get('/auth/github')
    const location = new URL(String(start.headers.location))
    t.equal(location.pathname, '/login/oauth/authorize')
    t.equal(location.searchParams.get('nonce'), null)
    t.equal(location.searchParams.get('scope'), 'read:user user:email')
    const callback = provider.agree(location.href)
    callback.searchParams.delete('iss')
    return browser.get(callback.href)
  }
  t.equal((await signIn()).statusCode, 303)
  t.match(asked[0], {
    identity: { issuer: provider.issuer, subject: '583231' },
    profile: {
      name: 'The Octocat',
      username: 'octocat',
      email: 'octocat@example.com',
      emailVerified: true,
      picture: 'https://a/u',
    },
    tokens: { expiresAt: null, scopes: ['read:user', 'user:email'] },
  })
  t.equal((await browser.get('/me')).json().authTime, 0, 'nobody knows when they logged in there')

  // Addresses that are not to be had leave the profile without one.
  const routes = provider.behave.routes
  for (const emails of ['no JSON', { a: 1 }, []]) {
    answers.emails = emails
    t.equal((await signIn()).statusCode, 303)
    t.match(asked.at(-1)?.profile, { email: null, emailVerified: false })
  }
  provider.behave.routes = { ...routes, '/user/emails': () => ({ status: 404 }) }
  t.equal((await signIn()).statusCode, 303)
  t.equal(asked.at(-1)?.profile.email, null)

  provider.behave.routes = { ...routes, '/user': () => ({ body: { login: 'octocat' } }) }
  t.equal((await signIn()).statusCode, 401)
  const out = await browser.post('/auth/github/logout')
  t.equal(out.headers.location, '/')
  const none = await browser.post('/auth/github/backchannel-logout', { logout_token: 'x' })
  t.equal(none.statusCode, 404, 'it has no logout tokens')
})

t.test('GitHub says errors with the status 200', async (t) => {
  const provider = await fakeProvider(t)
  provider.behave.routes = {
    '/login/oauth/access_token': () => ({ body: { error: 'bad_verification_code' } }),
  }
  const options = { clientId: 'app', clientSecret: 's', origin: provider.issuer }
  const client = await testClient(t, { providers: { github: github(options) } })
  const browser = browse(client)
  const start = await browser.get('/auth/github')
  const callback = provider.agree(start.headers.location)
  const end = await browser.get(callback.href)
  t.equal(end.statusCode, 502)
  t.equal(await browser.isSignedIn(), false)
})

t.test('Apple: a signed secret, an answer by form, a name that comes once', async (t) => {
  const provider = await fakeProvider(t)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const names: (string | null)[] = []
  const client = await testClient(t, {
    providers: {
      apple: apple({
        clientId: 'app',
        teamId: 'TEAM',
        keyId: 'KEY',
        privateKey: pem,
        issuer: provider.issuer,
        userInfo: false,
      }),
    },
    onSignIn: ({ identity, profile }) => {
      names.push(profile.name)
      return { account: identity.key }
    },
  })
  const browser = browse(client)
  const signIn = async (user?: string) => {
    const start = await browser.get('/auth/apple?returnTo=/home')
    const location = new URL(String(start.headers.location))
    t.equal(location.searchParams.get('response_mode'), 'form_post')
    t.equal(location.searchParams.get('scope'), 'openid name email')
    const fields = Object.fromEntries(provider.agree(location.href).searchParams)
    const form = { ...fields, ...(user === undefined ? {} : { user }) }
    // A form that another site posts comes without our cookies.
    const stranger = browse(client)
    const posted = await stranger.post('/auth/apple/callback', form)
    t.equal(posted.statusCode, 303)
    t.equal(await stranger.isSignedIn(), false)
    const next = String(posted.headers.location)
    t.notMatch(next, fields.code as string, 'the code is sealed on its way')
    return browser.get(next)
  }
  const end = await signIn('{"name":{"firstName":"Ada","lastName":"King"},"email":"x@y"}')
  t.equal(end.statusCode, 303, end.body)
  t.equal(end.headers.location, '/home')
  for (const user of [undefined, 'no JSON', '{"name":7}', '{"name":{}}']) await signIn(user)
  t.same(names, ['Ada King', null, null, null, null])

  const [call] = provider.callsTo('/token')
  const jws = parseJws(String(call?.form.get('client_secret')))
  if (typeof jws === 'string') throw new Error(jws)
  t.match(jws.header, { alg: 'ES256', kid: 'KEY' })
  t.match(parseJwsClaims(jws), { iss: 'TEAM', sub: 'app', aud: provider.issuer })
  t.equal(call?.headers.authorization, undefined)
})

t.test('a posted answer is good for a minute, and only as it was posted', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: { ...discovery(provider.client()), responseMode: 'form_post' } },
  })
  const browser = browse(client)
  const start = await browser.get('/auth/acme')
  const fields = Object.fromEntries(provider.agree(start.headers.location).searchParams)
  const posted = await browser.post('/auth/acme/callback', fields)
  t.equal((await browser.get('/auth/acme/callback?posted=AAAAAA.AAAA')).statusCode, 400)
  t.equal((await browser.get('/auth/acme/callback')).statusCode, 400)
  t.equal(transactionsOf(browser).length, 1, 'nothing of it uses the attempt up')
  const long = await browser.post('/auth/acme/callback', { state: 'x'.repeat(9000) })
  t.equal(long.statusCode, 400)
  client.clock.advance(60)
  const late = await browser.get(String(posted.headers.location))
  t.equal(late.statusCode, 400)
  t.equal(late.json().error, 'LATCHKEY_OAUTH_CLIENT_MALFORMED')
})

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const tenants: readonly [string, object, unknown, number][] = [
  ['any tenant', { tenant: 'common' }, TENANT, 303],
  ['a tenant of the list', { tenant: 'organizations', tenants: [TENANT] }, TENANT, 303],
  ['a tenant beside the list', { tenant: 'common', tenants: ['x'] }, TENANT, 401],
  ['a tenant that is no id', { tenant: 'common' }, 'common', 401],
  ['no tenant', { tenant: 'common' }, undefined, 401],
]
for (const [what, options, tid, status] of tenants) {
  t.test(`Microsoft: ${what} ends with ${status}`, async (t) => {
    const provider = await fakeProvider(t)
    const { tenant } = options as { tenant: string }
    const host = provider.issuer
    const metadata = {
      issuer: `${host}/{tenantid}/v2.0`,
      authorization_endpoint: `${host}/authorize`,
      token_endpoint: `${host}/token`,
      jwks_uri: `${host}/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    }
    provider.behave.routes = {
      [`/${tenant}/v2.0/.well-known/openid-configuration`]: () => ({ body: metadata }),
    }
    provider.behave.claims = (good) => ({ ...good, tid, iss: `${host}/${tid}/v2.0` })
    const issuers: string[] = []
    const client = await testClient(t, {
      providers: {
        microsoft: microsoft({ clientId: 'app', clientSecret: 's', host, tenant, ...options }),
      },
      onSignIn: ({ identity }) => {
        issuers.push(identity.issuer)
        return { account: identity.key }
      },
    })
    const browser = browse(client)
    const start = await browser.get('/auth/microsoft')
    const end = await browser.get(provider.agree(start.headers.location).href)
    t.equal(end.statusCode, status)
    t.same(issuers, status === 303 ? [`${host}/${TENANT}/v2.0`] : [])
  })
}

t.test('Microsoft: a tenant cannot speak for another', async (t) => {
  const { issuerOf } = microsoft({ clientId: 'app', tenant: 'common' })
  t.equal(issuerOf?.({ tid: TENANT }), `https://login.microsoftonline.com/${TENANT}/v2.0`)
  t.equal(issuerOf?.({ tid: [TENANT] }), null)
})

t.test('the presets name the right issuers', async (t) => {
  const client = { clientId: 'app', clientSecret: 's' }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rows = [
    [google(client), 'https://accounts.google.com'],
    [gitlab(client), 'https://gitlab.com'],
    [gitlab({ ...client, origin: 'https://git.example.com' }), 'https://git.example.com'],
    [
      keycloak({ ...client, url: 'https://id.example.com/', realm: 'my realm' }),
      'https://id.example.com/realms/my%20realm',
    ],
    [auth0({ ...client, domain: 'acme.eu.auth0.com' }), 'https://acme.eu.auth0.com/'],
    [latchkey({ ...client, issuer: 'https://id.example.com' }), 'https://id.example.com'],
    [github(client), 'https://github.com'],
    [apple({ clientId: 'a', teamId: 'T', keyId: 'K', privateKey }), 'https://appleid.apple.com'],
    [microsoft({ ...client, tenant: TENANT }), `https://login.microsoftonline.com/${TENANT}/v2.0`],
    [
      microsoft({ ...client, tenant: 'consumers' }),
      'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    ],
  ] as const
  for (const [{ issuer }, expected] of rows) t.equal(issuer, expected)
  const enterprise = github({ ...client, origin: 'https://git.example.com' })
  t.equal(enterprise.plain?.url, 'https://git.example.com/api/v3/user')
})

t.test('any other provider with OAuth 2.0, by the tables of @fastify/oauth2', async (t) => {
  const provider = await fakeProvider(t)
  provider.behave.routes = {
    '/oauth/token': () => ({
      body: { access_token: 'x', token_type: 'Bearer', expires_in: '3600' },
    }),
    '/me': () => ({ body: { id: 'u7' } }),
  }
  const userInfoFrom = {
    url: `${provider.issuer}/me`,
    read: (user: Readonly<Record<string, unknown>>) => ({
      subject: String(user.id),
      profile: {
        name: null,
        username: null,
        email: null,
        emailVerified: false,
        picture: null,
        claims: user,
      },
    }),
  }
  const client = await testClient(t, {
    providers: {
      plain: oauth2({
        issuer: provider.issuer,
        clientId: 'app',
        clientSecret: 's',
        assumeFresh: true,
        configuration: { tokenHost: provider.issuer },
        userInfoFrom,
      }),
      discord: oauth2({
        issuer: 'https://discord.com',
        clientId: 'app',
        clientSecret: 's',
        configuration: fastifyOauth2.DISCORD_CONFIGURATION,
        userInfoFrom: { ...userInfoFrom, url: 'https://discord.com/api/users/@me' },
      }),
    },
  })
  const browser = browse(client)
  const discord = await browser.get('/auth/discord')
  t.match(discord.headers.location, /^https:\/\/discord\.com\/api\/oauth2\/authorize\?/)
  const start = await browser.get('/auth/plain')
  t.equal(new URL(String(start.headers.location)).searchParams.get('scope'), null)
  t.equal((await browser.get(provider.agree(start.headers.location).href)).statusCode, 303)
  const { authTime } = (await browser.get('/me')).json()
  t.ok(Math.abs(authTime - client.clock()) < 60, 'a sign-in counts as a login, by its option')
})

t.test('an assertion is for the endpoint where no one issuer can be meant', async (t) => {
  const provider = await fakeProvider(t)
  const privateKey = await generatePrivateJwk('ES256')
  const { clientSecret: _, ...rest } = provider.client()
  const app = await testClient(t, {
    providers: { many: { ...discovery({ ...rest, privateKey }), issuerOf: () => null } },
  })
  await app.app.oauthClient.clientCredentials('many')
  const jws = parseJws(String(provider.callsTo('/token')[0]?.form.get('client_assertion')))
  if (typeof jws === 'string') throw new Error(jws)
  t.equal(parseJwsClaims(jws)?.aud, `${provider.issuer}/token`)
})
