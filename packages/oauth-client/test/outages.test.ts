import { memoryStore, type Store, StoreUnavailable } from '@latchkey/store'
import t, { type Test } from 'tap'
import { discovery, type OAuthClientOptions } from '../src/index.js'
import { browse, collectEvents, testClient, transactionsOf } from './fixtures/client.js'
import { fakeProvider, type Misbehaviour } from './fixtures/fake-provider.js'

async function scene(t: Test, more: Partial<Omit<OAuthClientOptions, 'clock'>> = {}) {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    ...more,
  })
  return { provider, client, browser: browse(client) }
}

type Row = [what: string, Misbehaviour, status: number, code: string, reason: string]
const failed = 'LATCHKEY_TOKENS_OUTBOUND_FAILED'

const atStart: readonly Row[] = [
  [
    'no metadata',
    { down: ['/.well-known/openid-configuration'] },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'metadata of another issuer',
    { metadata: (good) => ({ ...good, issuer: `${good.issuer}/` }) },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'metadata without a token endpoint',
    { metadata: ({ token_endpoint: _, ...rest }) => rest },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'an endpoint that is a number',
    { metadata: (good) => ({ ...good, userinfo_endpoint: 7 }) },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'keys at a private address',
    { metadata: (good) => ({ ...good, jwks_uri: 'https://169.254.169.254/keys' }) },
    503,
    'PROVIDER_UNAVAILABLE',
    'LATCHKEY_TOKENS_OUTBOUND_URL',
  ],
  [
    'keys over plain HTTP',
    { metadata: (good) => ({ ...good, jwks_uri: 'http://id.example.com/keys' }) },
    503,
    'PROVIDER_UNAVAILABLE',
    'LATCHKEY_TOKENS_OUTBOUND_URL',
  ],
  [
    'metadata that lies elsewhere',
    {
      routes: {
        '/.well-known/openid-configuration': () => ({
          status: 302,
          headers: { location: '/elsewhere' },
        }),
      },
    },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'no metadata but an error',
    { routes: { '/.well-known/openid-configuration': () => ({ status: 500 }) } },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'no answer to pushed requests',
    {
      metadata: (good) => ({
        ...good,
        pushed_authorization_request_endpoint: `${good.issuer}/par`,
      }),
      down: ['/par'],
    },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'pushed requests that lead nowhere',
    {
      metadata: (good) => ({
        ...good,
        pushed_authorization_request_endpoint: `${good.issuer}/par`,
      }),
      routes: { '/par': () => ({ status: 201, body: { request_uri: 7 } }) },
    },
    502,
    'PROVIDER_REFUSED',
    'answer-request_uri',
  ],
]

const pushed = () => ({ status: 201, body: { request_uri: 'urn:pushed', expires_in: 60 } })

for (const [what, behave, status, code, reason] of atStart) {
  t.test(`a provider with ${what}: ${status} at the start, and an event`, async (t) => {
    const { provider, browser } = await scene(t)
    Object.assign(provider.behave, behave)
    const events = collectEvents(t)
    const start = await browser.get('/auth/acme')
    t.equal(start.statusCode, status)
    t.equal(start.json().error, `LATCHKEY_OAUTH_CLIENT_${code}`)
    t.equal(start.headers['retry-after'], status === 503 ? '5' : undefined)
    t.match(events, [{ outcome: 'unavailable', reason, details: { provider: 'acme' } }])
    t.equal(transactionsOf(browser).length, 0)

    // It comes back, and so do we, without a restart.
    for (const name of ['down', 'routes'] as const) delete provider.behave[name]
    if (provider.behave.metadata !== undefined && !what.includes('pushed')) {
      delete provider.behave.metadata
    }
    if (what.includes('pushed')) provider.behave.routes = { '/par': pushed }
    t.equal((await browser.get('/auth/acme')).statusCode, 303)
  })
}

function token(answer: Record<string, unknown>): Misbehaviour {
  return { token: (good) => ({ body: { ...good, ...answer } }) }
}

const atCallback: readonly Row[] = [
  ['no token endpoint', { down: ['/token'] }, 503, 'PROVIDER_UNAVAILABLE', failed],
  [
    'a token endpoint in trouble',
    { token: () => ({ status: 503 }) },
    503,
    'PROVIDER_UNAVAILABLE',
    'status-503',
  ],
  [
    'a token endpoint that is overrun',
    { token: () => ({ status: 429 }) },
    503,
    'PROVIDER_UNAVAILABLE',
    'status-429',
  ],
  [
    'tokens in words',
    { token: () => ({ body: 'hello' }) },
    502,
    'PROVIDER_REFUSED',
    'answer-not-json',
  ],
  [
    'a redirect in place of tokens',
    { token: () => ({ status: 307, headers: { location: 'https://evil.example' } }) },
    503,
    'PROVIDER_UNAVAILABLE',
    failed,
  ],
  [
    'an error with the status 200',
    { token: () => ({ body: { error: 'bad_verification_code' } }) },
    502,
    'PROVIDER_REFUSED',
    'bad_verification_code',
  ],
  ['no access token', token({ access_token: '' }), 502, 'PROVIDER_REFUSED', 'answer-access_token'],
  [
    'a token of no type',
    token({ token_type: 'mac' }),
    502,
    'PROVIDER_REFUSED',
    'answer-token_type',
  ],
  [
    'a token that it says is bound, to no key of ours',
    token({ token_type: 'DPoP' }),
    502,
    'PROVIDER_REFUSED',
    'answer-token_type',
  ],
  [
    'an access token that is a number',
    token({ access_token: 7 }),
    502,
    'PROVIDER_REFUSED',
    'answer-access_token',
  ],
  [
    'a lifetime in words',
    token({ expires_in: 'long' }),
    502,
    'PROVIDER_REFUSED',
    'answer-expires_in',
  ],
  ['no keys', { down: ['/jwks'] }, 503, 'PROVIDER_UNAVAILABLE', 'keys'],
  ['no user info', { down: ['/userinfo'] }, 503, 'PROVIDER_UNAVAILABLE', failed],
  [
    'user info in trouble',
    { userInfo: () => ({ status: 500 }) },
    503,
    'PROVIDER_UNAVAILABLE',
    'status-500',
  ],
  [
    'user info that is refused',
    { userInfo: () => ({ status: 403 }) },
    502,
    'PROVIDER_REFUSED',
    'user-info',
  ],
  [
    'user info in words',
    { userInfo: () => ({ body: 'Ada' }) },
    502,
    'PROVIDER_REFUSED',
    'user-info',
  ],
]

for (const [what, behave, status, code, reason] of atCallback) {
  t.test(`a provider with ${what}: ${status} at the callback, and an event`, async (t) => {
    const { provider, browser } = await scene(t)
    const start = await browser.get('/auth/acme')
    Object.assign(provider.behave, behave)
    const events = collectEvents(t)
    const end = await browser.get(provider.agree(start.headers.location).href)
    t.equal(end.statusCode, status)
    t.equal(end.json().error, `LATCHKEY_OAUTH_CLIENT_${code}`)
    t.match(events, [{ outcome: 'unavailable', reason }])
    t.equal(events.length, 1)
    t.equal(await browser.isSignedIn(), false)
    t.equal(transactionsOf(browser).length, 0)
  })
}

t.test('metadata that is known stays good while the provider does not answer', async (t) => {
  const { provider, client, browser } = await scene(t)
  t.equal((await browser.get('/auth/acme')).statusCode, 303)
  t.equal(provider.callsTo('/.well-known/openid-configuration').length, 1)
  t.equal((await browser.get('/auth/acme')).statusCode, 303)
  t.equal(provider.callsTo('/.well-known/openid-configuration').length, 1, 'it is kept')
  provider.behave.down = ['/.well-known/openid-configuration']
  client.clock.advance(3600)
  t.equal((await browser.get('/auth/acme')).statusCode, 303)
  client.clock.advance(86_400)
  t.equal((await browser.get('/auth/acme')).statusCode, 503)
})

/** A store of which single operations fail when they are told to. */
function brittleStore(): { store: Store; broken: Set<string> } {
  const whole = memoryStore()
  const broken = new Set<string>()
  const store = new Proxy(whole, {
    get(target, name: keyof Store) {
      const call = target[name] as (...args: unknown[]) => unknown
      if (typeof call !== 'function') return call
      return (...args: unknown[]) => {
        const key = String(args[0])
        const isBroken = [...broken].some((each) => {
          const [operation, part = ''] = each.split(' ')
          return operation === name && key.includes(part)
        })
        if (isBroken) return Promise.reject(new StoreUnavailable('down'))
        return call.apply(target, args)
      }
    },
  })
  return { store, broken }
}

const ofStore: readonly [string, string][] = [
  ['the attempt can be claimed', 'create oauth-client:used'],
  ['the session can be kept', 'create session'],
  ['the tokens can be kept', 'create oauth-client:tokens'],
  ['the session can be linked to that of the provider', 'link oauth-client:sid'],
  ['it is known whether the provider has ended it', 'get oauth-client:sub'],
]
for (const [what, operation] of ofStore) {
  t.test(`a store that fails before ${what}: 503, and no session`, async (t) => {
    const { store, broken } = brittleStore()
    const { provider, browser } = await scene(t, { store })
    const start = await browser.get('/auth/acme')
    broken.add(operation)
    const events = collectEvents(t)
    const end = await browser.get(provider.agree(start.headers.location).href)
    broken.clear()
    t.equal(end.statusCode, 503)
    t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_UNAVAILABLE')
    t.match(
      events.filter(({ mechanism }) => mechanism === 'oauth-client'),
      [{ outcome: 'unavailable' }],
    )
    t.equal(await browser.isSignedIn(), false)
    t.notOk([...browser.cookies.keys()].some((name) => name.includes('session')))
  })
}

t.test('a store that fails as no store should: 503, and no session', async (t) => {
  const store: Store = {
    ...memoryStore(),
    create: () => Promise.reject(new Error('odd')),
  }
  const { provider, browser } = await scene(t, { store })
  const start = await browser.get('/auth/acme')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 503)
  t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_UNAVAILABLE')
  t.notMatch(end.body, /odd/)
  t.equal(await browser.isSignedIn(), false)
})

t.test('a session that cannot even be ended again is never given to the browser', async (t) => {
  const { store, broken } = brittleStore()
  const { provider, client, browser } = await scene(t, { store })
  const start = await browser.get('/auth/acme')
  broken.add('create oauth-client:tokens').add('replace session')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 503)
  t.notMatch(String(end.headers['set-cookie']), /session=\w/)
  t.match(client.log.join(''), /"level":50/)
})

t.test('a hook that throws: 503, logged, and no session', async (t) => {
  const { provider, client, browser } = await scene(t, {
    onSignIn: () => {
      throw new TypeError('the database is away')
    },
  })
  const events = collectEvents(t)
  const start = await browser.get('/auth/acme')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 503)
  t.same(end.json(), {
    error: 'LATCHKEY_OAUTH_CLIENT_UNAVAILABLE',
    message: 'Signing in is not possible at the moment',
  })
  t.match(events, [{ outcome: 'unavailable', reason: 'LATCHKEY_OAUTH_CLIENT_UNAVAILABLE' }])
  t.match(client.log.join(''), /the database is away/)
  t.equal(await browser.isSignedIn(), false)
})

t.test('an account that no session can hold: 503, and no session', async (t) => {
  const { provider, browser } = await scene(t, { onSignIn: () => ({ account: '' }) })
  const start = await browser.get('/auth/acme')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 503)
  t.equal(await browser.isSignedIn(), false)
})

t.test('a session room that refuses: 403', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    sessions: { maxSessions: { count: 1, policy: 'deny' } },
  })
  const signIn = async () => {
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    return browser.get(provider.agree(start.headers.location).href)
  }
  t.equal((await signIn()).statusCode, 303)
  const end = await signIn()
  t.equal(end.statusCode, 403)
  t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_LOGIN_REFUSED')
})

t.test('a hook that refuses: 403, and its reason only in the event', async (t) => {
  const { provider, browser } = await scene(t, { onSignIn: () => ({ refuse: 'on-the-list' }) })
  const events = collectEvents(t)
  const start = await browser.get('/auth/acme')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 403)
  t.notMatch(end.body, /on-the-list/)
  t.match(events, [{ outcome: 'refused', reason: 'on-the-list' }])
  t.equal(await browser.isSignedIn(), false)
})
