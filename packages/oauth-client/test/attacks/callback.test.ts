import t, { type Test } from 'tap'
import { discovery } from '../../src/index.js'
import {
  type Browser,
  browse,
  collectEvents,
  type TestClient,
  testClient,
  transactionsOf,
} from '../fixtures/client.js'
import { type FakeProvider, fakeProvider } from '../fixtures/fake-provider.js'

interface Scene {
  readonly provider: FakeProvider
  readonly other: FakeProvider
  readonly client: TestClient
  readonly browser: Browser
}

/** What happens to a callback on its way, in the browser that began it. */
type Attack = (callback: URL, scene: Scene) => URL | Promise<URL>

function change(name: string, value: string | null): Attack {
  return (callback) => {
    if (value === null) callback.searchParams.delete(name)
    else callback.searchParams.set(name, value)
    return callback
  }
}

const refusals: readonly [what: string, Attack, status: number, code: string, reason: string][] = [
  ['no state', change('state', null), 400, 'MALFORMED', 'no-state'],
  ['an empty state', change('state', ''), 400, 'MALFORMED', 'no-state'],
  ['another state', change('state', 'x'.repeat(43)), 400, 'NOT_BEGUN_HERE', 'no-transaction'],
  ['no code', change('code', null), 400, 'MALFORMED', 'no-code'],
  ['an empty code', change('code', ''), 400, 'MALFORMED', 'no-code'],
  ['another code', change('code', 'stolen'), 502, 'PROVIDER_REFUSED', 'invalid_grant'],
  [
    'a doubled state',
    (callback) => {
      callback.searchParams.append('state', 'other')
      return callback
    },
    400,
    'MALFORMED',
    'doubled-parameter',
  ],
  ['another issuer', change('iss', 'https://evil.example'), 400, 'WRONG_ISSUER', 'issuer'],
  ['no issuer though it is promised', change('iss', null), 400, 'WRONG_ISSUER', 'issuer-missing'],
  ['a user who says no', change('error', 'access_denied'), 403, 'CANCELLED', 'access_denied'],
  ['an error', change('error', 'server_error'), 502, 'PROVIDER_REFUSED', 'server_error'],
  ['an error in markup', change('error', '<b>x</b>'), 502, 'PROVIDER_REFUSED', 'unknown-error'],
  [
    'the callback of another provider',
    (callback, { client }) => {
      t.ok(client)
      callback.pathname = '/auth/other/callback'
      return callback
    },
    400,
    'NOT_BEGUN_HERE',
    'other-provider',
  ],
  [
    'the cookie of another attempt under its name',
    async (callback, { browser }) => {
      const [mine = ''] = transactionsOf(browser)
      await browser.get('/auth/acme')
      const theirs = transactionsOf(browser).find((name) => name !== mine) as string
      browser.cookies.set(mine, browser.cookies.get(theirs) as string)
      return callback
    },
    400,
    'NOT_BEGUN_HERE',
    'bad-transaction',
  ],
  [
    'a changed cookie',
    (callback, { browser }) => {
      const [mine = ''] = transactionsOf(browser)
      browser.cookies.set(mine, 'AAAAAA.AAAA')
      return callback
    },
    400,
    'NOT_BEGUN_HERE',
    'bad-transaction',
  ],
  [
    'two cookies of one name',
    (callback, { browser }) => {
      const [mine = ''] = transactionsOf(browser)
      browser.cookies.set(mine, `${browser.cookies.get(mine)}; ${mine}=planted`)
      return callback
    },
    400,
    'NOT_BEGUN_HERE',
    'bad-transaction',
  ],
  [
    'no cookie',
    (callback, { browser }) => {
      browser.cookies.clear()
      return callback
    },
    400,
    'NOT_BEGUN_HERE',
    'no-transaction',
  ],
  [
    'an attempt of ten minutes ago',
    (callback, { client }) => {
      client.clock.advance(600)
      return callback
    },
    400,
    'EXPIRED',
    'expired',
  ],
]

async function scene(t: Test): Promise<Scene> {
  const [provider, other] = [await fakeProvider(t), await fakeProvider(t)]
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()), other: discovery(other.client()) },
  })
  return { provider, other, client, browser: browse(client) }
}

for (const [what, attack, status, code, reason] of refusals) {
  t.test(
    `a callback with ${what} is refused with ${status}, and nobody is signed in`,
    async (t) => {
      const all = await scene(t)
      const { provider, browser } = all
      const start = await browser.get('/auth/acme')
      const callback = await attack(provider.agree(start.headers.location), all)
      const events = collectEvents(t)
      const before = provider.callsTo('/token').length
      const end = await browser.get(callback.href)

      t.equal(end.statusCode, status)
      t.equal(end.json().error, `LATCHKEY_OAUTH_CLIENT_${code}`)
      t.equal(end.headers['cache-control'], 'no-store')
      t.match(events, [{ reason, mechanism: 'oauth-client' }])
      t.equal(await browser.isSignedIn(), false)
      t.notMatch(String(end.headers['set-cookie']), /session/)
      const asked = provider.callsTo('/token').length - before
      t.equal(asked, reason === 'invalid_grant' ? 1 : 0, 'the code is not sent anywhere')
    },
  )
}

t.test('a callback completes only in the browser that began it', async (t) => {
  const { provider, client, browser } = await scene(t)
  const attacker = browse(client)
  const start = await attacker.get('/auth/acme')
  const callback = provider.agree(start.headers.location, 'attacker')
  const end = await browser.get(callback.href)
  t.equal(end.statusCode, 400)
  t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_NOT_BEGUN_HERE')
  t.equal(await browser.isSignedIn(), false)
  t.equal((await attacker.get(callback.href)).statusCode, 303, 'and still completes in that one')
})

t.test('a callback is good once, even with the cookie', async (t) => {
  const { provider, client, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  const callback = provider.agree(start.headers.location)
  const stolen = new Map(browser.cookies)
  t.equal((await browser.get(callback.href)).statusCode, 303)
  const again = await browser.get(callback.href)
  t.equal(again.statusCode, 400)
  t.equal(again.json().error, 'LATCHKEY_OAUTH_CLIENT_NOT_BEGUN_HERE')
  t.equal(await browser.isSignedIn(), true, 'who is signed in stays so')

  const thief = browse(client)
  for (const [name, value] of stolen) thief.cookies.set(name, value)
  const replayed = await thief.get(callback.href)
  t.equal(replayed.statusCode, 400)
  t.equal(replayed.json().error, 'LATCHKEY_OAUTH_CLIENT_REPLAYED')
  t.equal(await thief.isSignedIn(), false)
  t.equal(provider.callsTo('/token').length, 1)
})

t.test('of twenty simultaneous callbacks of one attempt one succeeds', async (t) => {
  const { provider, client, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  const callback = provider.agree(start.headers.location)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => {
      const copy = browse(client)
      for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
      return copy.get(callback.href)
    }),
  )
  const statuses = answers.map(({ statusCode }) => statusCode).sort()
  t.same(statuses, [303, ...Array(19).fill(400)])
  t.equal(provider.callsTo('/token').length, 1)
})

t.test('a provider cannot answer in the place of another', async (t) => {
  const { provider, other, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  const callback = provider.agree(start.headers.location)
  callback.searchParams.set('iss', other.issuer)
  const end = await browser.get(callback.href)
  t.equal(end.json().error, 'LATCHKEY_OAUTH_CLIENT_WRONG_ISSUER')
  t.equal(provider.callsTo('/token').length + other.callsTo('/token').length, 0)
})

t.test('two tabs sign in at once, each to where it was going', async (t) => {
  const { provider, browser } = await scene(t)
  const first = await browser.get('/auth/acme?returnTo=/first')
  const second = await browser.get('/auth/acme?returnTo=/second')
  t.equal(transactionsOf(browser).length, 2)
  const ends = [
    await browser.get(provider.agree(second.headers.location).href),
    await browser.get(provider.agree(first.headers.location).href),
  ]
  t.same(
    ends.map(({ headers }) => headers.location),
    ['/second', '/first'],
  )
  t.equal(transactionsOf(browser).length, 0)
})

t.test('of many attempts the oldest make room, so that no request grows too large', async (t) => {
  const { provider, client, browser } = await scene(t)
  const starts = []
  for (let tab = 0; tab < 10; tab++) {
    client.clock.advance(1)
    starts.push(await browser.get('/auth/acme'))
  }
  t.equal(transactionsOf(browser).length, 8)
  browser.cookies.set('__Host-oauth-client-planted', 'x')
  await browser.get('/auth/acme')
  t.notOk(browser.cookies.has('__Host-oauth-client-planted'), 'what is none of ours goes first')
  const last = await browser.get(provider.agree(starts.at(-1)?.headers.location).href)
  t.equal(last.statusCode, 303)
})

t.test('a browser sees a page, in which nothing of the callback is markup', async (t) => {
  const { browser } = await scene(t)
  const url = '/auth/acme/callback?state=x&error=%3Cscript%3E'
  const end = await browser.get(url, { accept: 'text/html' })
  t.equal(end.statusCode, 400)
  t.match(end.headers['content-type'], /^text\/html/)
  t.match(end.headers['content-security-policy'], /default-src 'none'/)
  t.match(end.body, /not begun in this browser/)
  t.notMatch(end.body, /<script>/)
  t.match(end.body, /href="\/auth\/acme\?returnTo=%2F"/)
  const failed = await browser.get('/auth/acme/callback?returnTo=%22%3E', { accept: 'text/html' })
  t.notMatch(failed.body, /"">/)
})

t.test('or the page of the application, by a redirect', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    errorPath: '/oops',
  })
  const end = await browse(client).get('/auth/acme/callback?state=x', { accept: 'text/html' })
  t.equal(end.statusCode, 303)
  const error = 'LATCHKEY_OAUTH_CLIENT_NOT_BEGUN_HERE'
  t.equal(end.headers.location, `/oops?error=${error}&provider=acme`)
})

t.test('no HEAD request uses an attempt up', async (t) => {
  const { provider, browser } = await scene(t)
  const start = await browser.get('/auth/acme')
  const callback = provider.agree(start.headers.location)
  t.equal((await browser.request({ method: 'HEAD', url: callback.href })).statusCode, 404)
  t.equal((await browser.get(callback.href)).statusCode, 303)
})
