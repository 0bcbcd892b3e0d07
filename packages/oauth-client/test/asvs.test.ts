// Rows of the ASVS 5.0 checklist for oauth-client, by their numbers. Those with tables of their own
// are in attacks/ and options.test.ts: V7.1.3, V10.5.5, V12.3.1.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from '@latchkey/services'
import { randomBase64url } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { discovery, type ProviderOptions, type SignIn } from '../src/index.js'
import { safeReturnTo } from '../src/return-to.js'
import { browse, collectEvents, testClient, transactionsOf } from './fixtures/client.js'
import { type FakeProvider, fakeProvider } from './fixtures/fake-provider.js'

async function scene(t: Test, more: Partial<ProviderOptions> = {}) {
  const provider = await fakeProvider(t)
  const asked: SignIn[] = []
  const client = await testClient(t, {
    providers: { acme: { ...discovery(provider.client()), ...more } },
    onSignIn: (signIn) => {
      asked.push(signIn)
      return { account: signIn.identity.key }
    },
    routes: (app) => {
      app.get('/fresh', (_request, reply) =>
        reply.signIn('acme', {
          maxAge: 60,
          prompt: 'login',
          loginHint: 'ada@example.com',
          acrValues: 'mfa',
        }),
      )
    },
  })
  return { provider, client, browser: browse(client), asked }
}

async function finish(
  provider: FakeProvider,
  location: unknown,
  browser: ReturnType<typeof browse>,
) {
  return browser.get(provider.agree(String(location)).href)
}

t.test('V1.2.2, V3.7.2 returnTo leads to a path of this origin or to the default', async (t) => {
  const evils = ['javascript:alert(1)', '//evil', '/\\evil', 'https://evil', '/.//evil', '', 7]
  for (const evil of evils) t.equal(safeReturnTo(evil, '/home'), '/home')
  t.equal(safeReturnTo('/orders?a=1#b', '/home'), '/orders?a=1#b')
  t.equal(safeReturnTo(`/${'x'.repeat(2000)}`, '/home'), '/home')
  const { provider, browser } = await scene(t)
  const start = await browser.get('/auth/acme?returnTo=//evil.example')
  t.equal((await finish(provider, start.headers.location, browser)).headers.location, '/')
})

t.test('V2.3.1 a callback without a start is an error and changes nothing', async (t) => {
  const { provider, client, browser } = await scene(t)
  const writes: string[] = []
  const { create } = client.store
  Object.assign(client.store, {
    create: (...args: Parameters<typeof create>) => {
      writes.push(args[0])
      return create.apply(client.store, args)
    },
  })
  const end = await browser.get('/auth/acme/callback?code=x&state=y')
  t.equal(end.statusCode, 400)
  t.same(writes, [])
  t.equal(provider.calls.length, 0)
})

t.test('V3.3.1, V3.3.2 the transaction cookie is __Host-, Secure, HttpOnly and Lax', async (t) => {
  const { browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  t.match(
    start.headers['set-cookie'],
    /^__Host-oauth-client-[\w-]{16}=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/,
  )
})

t.test('V3.3.5 the longest transaction cookie is shorter than 4096 bytes', async (t) => {
  const { provider, client, browser } = await scene(t)
  provider.behave.metadata = (good) => ({ ...good, dpop_signing_alg_values_supported: ['ES256'] })
  const subject = '\u{1F511}'.repeat(127)
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject } })
  const start = await browser.post('/auth/acme/link', { returnTo: `/${'x'.repeat(1023)}` })
  t.equal(start.statusCode, 303, start.body)
  const [name = ''] = transactionsOf(browser)
  const length = name.length + (browser.cookies.get(name)?.length ?? 0)
  t.ok(length > 2000 && length <= 4096, String(length))
  t.ok(client)
})

t.test('V6.5.3 states, nonces and verifiers come from a secure generator', async (t) => {
  const drawn = new Set(Array.from({ length: 100_000 }, () => randomBase64url()))
  t.equal(drawn.size, 100_000)
  const folder = new URL('../src/', import.meta.url)
  for (const file of readdirSync(folder, { recursive: true }) as string[]) {
    if (!file.endsWith('.ts')) continue
    t.notMatch(readFileSync(new URL(file, folder), 'utf8'), /Math\.random|uuid/)
  }
})

t.test('V6.6.2 the code of one attempt is worth nothing with the cookie of another', async (t) => {
  const { provider, client, browser } = await scene(t)
  const attempt = await browser.get('/auth/acme')
  const other = browse(client)
  const theirs = await other.get('/auth/acme')
  const callback = provider.agree(attempt.headers.location)
  const state = new URL(String(theirs.headers.location)).searchParams.get('state')
  callback.searchParams.set('state', String(state))
  // The verifier of that cookie does not fit the code.
  t.equal((await other.get(callback.href)).statusCode, 502)
  t.equal(await other.isSignedIn(), false)
})

t.test('V6.8.1 one subject of two issuers is two identities, whatever the address', async (t) => {
  const [one, two] = [await fakeProvider(t), await fakeProvider(t)]
  const client = await testClient(t, {
    providers: { one: discovery(one.client()), two: discovery(two.client()) },
  })
  const subjects = []
  for (const [name, provider] of Object.entries({ one, two })) {
    const browser = browse(client)
    const start = await browser.get(`/auth/${name}`)
    await finish(provider, start.headers.location, browser)
    subjects.push((await browser.get('/me')).json().subject)
  }
  t.equal(new Set(subjects).size, 2)
})

t.test('V6.8.2 an unsigned assertion is refused with 401, and no session begins', async (t) => {
  const { provider, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  provider.behave.idToken = (token) => {
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    return `${none}.${token.split('.')[1]}.`
  }
  t.equal((await finish(provider, start.headers.location, browser)).statusCode, 401)
  t.equal(await browser.isSignedIn(), false)
})

t.test(
  'V6.8.4 a login that is older than was asked for, or of unknown age, is refused',
  async (t) => {
    const rows = [
      [-30, 303],
      [-120, 401],
      [null, 401],
    ] as const
    for (const [age, status] of rows) {
      const { provider, browser } = await scene(t)
      provider.behave.claims = ({ auth_time, acr: _, ...good }) => ({
        ...good,
        ...(age === null ? {} : { auth_time: Number(auth_time) + age }),
      })
      const start = await browser.get('/fresh')
      const asked = new URL(String(start.headers.location)).searchParams
      t.equal(asked.get('max_age'), '60')
      t.equal(asked.get('prompt'), 'login')
      t.equal(asked.get('login_hint'), 'ada@example.com')
      t.equal(asked.get('acr_values'), 'mfa')
      t.equal((await finish(provider, start.headers.location, browser)).statusCode, status)
      if (status === 303) t.equal((await browser.get('/me')).json().acr, undefined, 'the lowest')
    }
  },
)

t.test('V7.6.1 a session ends with the longest that the provider allows', async (t) => {
  const { provider, client, browser } = await scene(t, { maxSession: 900 })
  provider.behave.claims = (good) => ({ ...good, auth_time: Number(good.auth_time) - 600 })
  const start = await browser.get('/auth/acme')
  t.equal((await finish(provider, start.headers.location, browser)).statusCode, 303)
  client.clock.advance(290)
  t.equal(await browser.isSignedIn(), true)
  client.clock.advance(20)
  t.equal(await browser.isSignedIn(), false)

  const old = await scene(t, { maxSession: 300 })
  old.provider.behave.claims = (good) => ({ ...good, auth_time: Number(good.auth_time) - 600 })
  const late = await old.browser.get('/auth/acme')
  const end = await finish(old.provider, late.headers.location, old.browser)
  t.equal(end.statusCode, 403)
  t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_LOGIN_REFUSED')

  const silent = await scene(t, { maxSession: 300 })
  silent.provider.behave.claims = ({ auth_time: _, ...good }) => good
  const begun = await silent.browser.get('/auth/acme')
  t.equal((await finish(silent.provider, begun.headers.location, silent.browser)).statusCode, 303)
  const { expiresAt } = (await silent.browser.get('/me')).json()
  t.ok(expiresAt <= silent.client.clock() + 300, 'from when it was said, if the login is unknown')
})

t.test('V7.6.2 no session begins without the user: a bare callback sets no cookie', async (t) => {
  const { browser } = await scene(t)
  const end = await browser.get('/auth/acme/callback?code=x&state=y', {
    'sec-fetch-site': 'cross-site',
  })
  t.equal(end.statusCode, 400)
  t.equal(end.headers['set-cookie'], undefined)
})

t.test('V10.1.1 no body, cookie or page holds a token', async (t) => {
  const { provider, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  await finish(provider, start.headers.location, browser)
  await browser.get('/me')
  t.notMatch(browser.seen.join('\n'), /at-[0-9a-f]{8}-|rt-[0-9a-f]{8}-|eyJ/)
})

t.test(
  'V10.1.2 a callback in another browser, or a second time, is refused with 400',
  async (t) => {
    const { provider, client, browser } = await scene(t)
    const start = await browser.get('/auth/acme')
    const callback = provider.agree(start.headers.location).href
    t.equal((await browse(client).get(callback)).statusCode, 400)
    t.equal((await browser.get(callback)).statusCode, 303)
    t.equal((await browser.get(callback)).statusCode, 400)
  },
)

t.test('V10.2.1, V10.2.3 every request has state, S256 and exactly the scopes', async (t) => {
  const { browser } = await scene(t, { scopes: ['openid', 'calendar.read'] })
  const asked = new URL(String((await browser.get('/auth/acme')).headers.location)).searchParams
  t.match(asked.get('code_challenge'), /^[\w-]{43}$/)
  t.equal(asked.get('code_challenge_method'), 'S256')
  t.match(asked.get('state'), /^[\w-]{43}$/)
  t.equal(asked.get('scope'), 'openid calendar.read')
  t.equal((await browser.get('/auth/acme/callback?code=x')).statusCode, 400)
})

t.test('V10.2.2 another iss, or none where it is promised, is refused with 400', async (t) => {
  for (const iss of ['https://evil.example', null]) {
    const { provider, browser } = await scene(t)
    const start = await browser.get('/auth/acme')
    const callback = provider.agree(start.headers.location)
    if (iss === null) callback.searchParams.delete('iss')
    else callback.searchParams.set('iss', iss)
    t.equal((await browser.get(callback.href)).statusCode, 400)
    t.equal(provider.callsTo('/token').length, 0)
  }
})

t.test('V10.5.1 an ID token with another nonce, or none, is refused', async (t) => {
  for (const nonce of ['other', undefined]) {
    const { provider, browser } = await scene(t)
    provider.behave.claims = (good) => ({ ...good, nonce })
    const start = await browser.get('/auth/acme')
    t.equal((await finish(provider, start.headers.location, browser)).statusCode, 401)
  }
})

t.test('V10.5.2 an address that changes keeps the identity; a new sub is a new one', async (t) => {
  const { provider, client, asked } = await scene(t)
  for (const [subject, email] of [
    ['ada', 'ada@example.com'],
    ['ada', 'countess@example.com'],
    ['eve', 'ada@example.com'],
  ] as const) {
    provider.behave.userInfo = (user) => ({ body: { ...user, email } })
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    const end = await browser.get(provider.agree(start.headers.location, subject).href)
    t.equal(end.statusCode, 303, end.body)
  }
  const [first, second, third] = asked.map(({ identity }) => identity.key)
  t.equal(first, second)
  t.not(first, third)
})

t.test('V10.5.3 metadata of another issuer, even by a slash, ends the login', async (t) => {
  const { provider, browser } = await scene(t)
  provider.behave.metadata = (good) => ({ ...good, issuer: `${provider.issuer}/` })
  t.equal((await browser.get('/auth/acme')).statusCode, 503)
  t.equal(transactionsOf(browser).length, 0)
})

t.test('V10.5.4 an ID token for another client, or several without azp, is refused', async (t) => {
  for (const aud of ['other', ['app', 'other']]) {
    const { provider, browser } = await scene(t)
    provider.behave.claims = (good) => ({ ...good, aud })
    const start = await browser.get('/auth/acme')
    t.equal((await finish(provider, start.headers.location, browser)).statusCode, 401)
  }
})

t.test('V12.3.2 a certificate that nobody vouches for ends the login', async (t) => {
  const { key, cert } = selfSigned('localhost')
  const server = createServer({ key, cert }, (_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}`
  const client = await testClient(t, {
    providers: { acme: discovery({ issuer, clientId: 'app' }) },
  })
  t.equal((await browse(client).get('/auth/acme')).statusCode, 503)
  t.match(client.log.join(''), /self-signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT/i)
})

t.test('V13.2.4, V15.3.2 discovery cannot lead to a private address, nor elsewhere', async (t) => {
  for (const uri of ['https://10.0.0.1/jwks', 'https://[::1]/jwks', 'http://id.example.com/jwks']) {
    const { provider, browser } = await scene(t)
    provider.behave.metadata = (good) => ({ ...good, jwks_uri: uri })
    t.equal((await browser.get('/auth/acme')).statusCode, 503)
  }
  const { provider, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  provider.behave.routes = {
    '/jwks': () => ({ status: 302, headers: { location: '/elsewhere' } }),
  }
  const events = collectEvents(t)
  t.equal((await finish(provider, start.headers.location, browser)).statusCode, 503)
  t.match(events, [{ reason: 'keys' }])
  t.equal(provider.callsTo('/elsewhere').length, 0)
})

t.test('V8.3.3 a decision is about the subject; nothing that acts for it widens it', async (t) => {
  const { provider, browser } = await scene(t)
  provider.behave.claims = (good) => ({ ...good, act: { sub: 'robot' }, scope: 'admin' })
  const start = await browser.get('/auth/acme')
  t.equal((await finish(provider, start.headers.location, browser)).statusCode, 303)
  t.same((await browser.get('/me')).json().scopes, [])
})
