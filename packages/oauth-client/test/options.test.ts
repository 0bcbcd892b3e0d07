import { session } from '@latchkey/session'
import { memoryStore } from '@latchkey/store'
import { generatePrivateJwk } from '@latchkey/tokens'
import Fastify from 'fastify'
import t from 'tap'
import {
  discovery,
  github,
  type OAuthClientOptions,
  oauthClient,
  type ProviderOptions,
} from '../src/index.js'
import { secrets } from './fixtures/client.js'

const good = {
  store: memoryStore(),
  secrets,
  origin: 'https://app.example.com',
  providers: { acme: discovery({ issuer: 'https://id.example.com', clientId: 'app' }) },
}

async function register(options: object, sessions = true): Promise<string | null> {
  const app = Fastify()
  try {
    if (sessions) await app.register(session, { store: memoryStore() })
    await app.register(oauthClient, options as OAuthClientOptions)
    await app.ready()
    return null
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return `${code}: ${message}`
  } finally {
    await app.close()
  }
}

const refusals: readonly [what: string, object, RegExp][] = [
  ['an option that does not exist', { provider: {} }, /the option "provider" does not exist/],
  ['no store', { store: undefined }, /"store" is missing/],
  ['no secrets', { secrets: undefined }, /"secrets" is missing/],
  ['a weak secret', { secrets: 'secret' }, /LATCHKEY_TOKENS_WEAK_SECRET/],
  ['no providers', { providers: {} }, /"providers" is empty/],
  ['no providers at all', { providers: undefined }, /"providers" is empty/],
  ['a provider with a slash', { providers: { 'a/b': {} } }, /"providers.a\/b" takes letters/],
  ['a hook that is no function', { onSignIn: 1 }, /"onSignIn" is not a function/],
  ['no origin', { origin: undefined }, /"origin" is not an origin/],
  ['an origin with a path', { origin: 'https://app.example.com/' }, /"origin" is not an origin/],
  ['plain HTTP', { origin: 'http://app.example.com' }, /"origin" must use https:/],
  ['another scheme', { origin: 'ftp://app.example.com' }, /"origin" must use https:/],
  ['a name with a space', { name: 'a b' }, /"name" takes letters/],
  ['a session with a space', { session: 'a b' }, /"session" takes letters/],
  ['a path elsewhere', { path: '//evil.example' }, /"path" is not a path/],
  ['an end elsewhere', { afterSignIn: 'https://evil.example' }, /"afterSignIn" is not a path/],
  ['an end of logout elsewhere', { afterLogout: '/\\evil' }, /"afterLogout" is not a path/],
  ['an error page with a query', { errorPath: '/oops?x' }, /"errorPath" is not a path/],
  ['no time', { transactionTtl: 0 }, /"transactionTtl" is not a whole number/],
  ['a day of freshness', { linkFreshness: 86_400 }, /"linkFreshness" is not/],
  ['an hour of tolerance', { clockTolerance: 3600 }, /"clockTolerance" is not/],
  ['half a second', { renewBefore: 0.5 }, /"renewBefore" is not/],
]
for (const [what, change, message] of refusals) {
  t.test(`${what} is refused at registration`, async (t) => {
    const error = await register({ ...good, ...change })
    t.match(error, message)
    t.notMatch(error, secrets)
  })
}

const client = { issuer: 'https://id.example.com', clientId: 'app' }
const ofProviders: readonly [string, object, RegExp][] = [
  [
    'a provider without a client',
    discovery({ ...client, clientId: '' }),
    /acme.clientId" is missing/,
  ],
  ['a provider without an issuer', { ...discovery(client), issuer: '' }, /acme.issuer" is missing/],
  [
    'an option of no provider',
    { ...discovery(client), secret: 'x' },
    /acme.secret" does not exist/,
  ],
  ['no openid', discovery({ ...client, scopes: ['email'] }), /lacks "openid"/],
  ['no scopes', { ...client }, /lacks "openid"/],
  [
    'a state of its own',
    discovery({ ...client, authorizationParams: { state: 'x' } }),
    /may not hold "state"/,
  ],
  ['half a second', discovery({ ...client, maxAge: 0.5 }), /acme.maxAge" is not/],
  ['a session of no end', discovery({ ...client, maxSession: -1 }), /acme.maxSession" is not/],
  [
    'an API with a path',
    discovery({ ...client, apis: ['https://a.b/c'] }),
    /apis" holds no origin/,
  ],
  ['an API in words', discovery({ ...client, apis: ['all'] }), /apis" holds no origin/],
  [
    'a method without its secret',
    discovery({ ...client, clientAuth: 'client_secret_basic' }),
    /clientAuth" is "client_secret_basic"/,
  ],
  [
    'a method without its key',
    discovery({ ...client, clientAuth: 'private_key_jwt' }),
    /clientAuth" is "private_key_jwt"/,
  ],
  [
    'a secret for nothing',
    discovery({ ...client, clientAuth: 'none', clientSecret: 's' }),
    /clientAuth" is "none"/,
  ],
  ['an unreadable key', discovery({ ...client, privateKey: 'x' }), /LATCHKEY_TOKENS_INVALID_KEYS/],
  [
    'written endpoints without keys',
    { ...discovery(client), endpoints: github(client).endpoints },
    /endpoints.jwksUri" is missing/,
  ],
  [
    'V12.3.1 an issuer over plain HTTP',
    discovery({ ...client, issuer: 'http://id.example.com' }),
    /LATCHKEY_TOKENS_OUTBOUND_URL.*must use https:/,
  ],
  [
    'V15.3.2 a private issuer',
    discovery({ ...client, issuer: 'https://10.0.0.1' }),
    /LATCHKEY_TOKENS_OUTBOUND_URL.*private address/,
  ],
]
for (const [what, provider, message] of ofProviders) {
  t.test(`${what} is refused at registration`, async (t) => {
    t.match(await register({ ...good, providers: { acme: provider } }), message)
  })
}

t.test('a secret and a key are one too many', async (t) => {
  const privateKey = await generatePrivateJwk('ES256')
  const provider = discovery({ ...client, clientSecret: 's', privateKey })
  t.match(await register({ ...good, providers: { acme: provider } }), /has a "clientSecret" and/)
})

t.test('endpoints may be written down', async (t) => {
  const { endpoints } = github(client)
  const provider: ProviderOptions = {
    ...discovery(client),
    endpoints: {
      ...(endpoints as NonNullable<typeof endpoints>),
      jwksUri: 'https://id.example.com/jwks',
      userInfoEndpoint: null,
    },
  }
  t.equal(await register({ ...good, providers: { acme: provider } }), null)
})

t.test('without sessions it does not start', async (t) => {
  t.match(await register(good, false), /there is no session mechanism "session"/)
  t.match(await register({ ...good, session: 'admin' }), /there is no session mechanism "admin"/)
})

t.test('it is registered once', async (t) => {
  const app = Fastify()
  await app.register(session, { store: memoryStore() })
  await app.register(oauthClient, good)
  await t.rejects(async () => app.register(oauthClient, good), /registered already/)
  await app.close().catch(() => {})
})

t.test('V3.3.1, V12.3.1 production does not start over plain HTTP', async (t) => {
  const { NODE_ENV } = process.env
  t.teardown(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  })
  const plain = { ...good, origin: 'http://localhost:3000' }
  t.equal(await register(plain), null)
  process.env.NODE_ENV = 'production'
  t.match(await register(plain), /must use https: in production/)
})

t.test('the report says what it may do, and no secret', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(session, { store: memoryStore() })
  await app.register(oauthClient, {
    ...good,
    providers: {
      acme: discovery({ ...client, clientSecret: 'the-client-secret' }),
      github: github({ ...client, clientSecret: 'the-client-secret' }),
    },
  })
  const report = app.oauthClient.report()
  t.match(report, [
    {
      name: 'acme',
      issuer: 'https://id.example.com',
      redirectUri: 'https://app.example.com/auth/acme/callback',
      backchannelLogoutUri: 'https://app.example.com/auth/acme/backchannel-logout',
      outbound: ['https://id.example.com/.well-known/openid-configuration'],
      secretsAtRest: 'AES-256-GCM',
      keys: { fetches: 0 },
    },
    {
      name: 'github',
      backchannelLogoutUri: null,
      keys: null,
      outbound: [
        'https://github.com/login/oauth/authorize',
        'https://github.com/login/oauth/access_token',
        'https://api.github.com/user',
        'https://api.github.com/user/emails',
      ],
    },
  ])
  t.notMatch(JSON.stringify(report), /the-client-secret/)
})
