import t, { type Test } from 'tap'
import { discovery } from '../src/index.js'
import { browse, collectEvents, origin, testClient } from './fixtures/client.js'
import { fakeProvider } from './fixtures/fake-provider.js'

async function scene(t: Test) {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    afterLogout: '/bye',
    sessions: { idleTimeout: 200_000, absoluteTimeout: 200_000 },
  })
  const browser = browse(client)
  const signIn = async () => {
    const start = await browser.get('/auth/acme')
    await browser.get(provider.agree(start.headers.location).href)
  }
  await signIn()
  return { provider, client, browser, signIn }
}

t.test('logout ends the session here and goes on to the provider', async (t) => {
  const { provider, client, browser } = await scene(t)
  const copy = browse(client)
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  const out = await browser.post('/auth/acme/logout')
  t.equal(out.statusCode, 303)
  const location = new URL(String(out.headers.location))
  t.equal(location.origin + location.pathname, `${provider.issuer}/logout`)
  t.match(Object.fromEntries(location.searchParams), {
    id_token_hint: /^eyJ/,
    client_id: 'app',
    post_logout_redirect_uri: `${origin}/bye`,
  })
  t.equal(await copy.isSignedIn(), false)
})

t.test('without a session, or with one of a password, there is nobody to tell', async (t) => {
  const { client } = await scene(t)
  const browser = browse(client)
  t.equal((await browser.post('/auth/acme/logout')).headers.location, '/bye')
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'ada' } })
  t.equal((await browser.post('/auth/acme/logout')).headers.location, '/bye')
  t.equal(await browser.isSignedIn(), false)
})

t.test('a provider that does not answer keeps nobody logged in', async (t) => {
  const { provider, client, browser } = await scene(t)
  // The session outlives what is known of the provider.
  client.clock.advance(86_400)
  provider.behave.down = ['/.well-known/openid-configuration']
  const out = await browser.post('/auth/acme/logout')
  t.equal(out.headers.location, '/bye')
  t.equal(await browser.isSignedIn(), false)
})

t.test('no page of another site logs anybody out', async (t) => {
  const { browser } = await scene(t)
  const events = collectEvents(t)
  const out = await browser.request({
    method: 'POST',
    url: '/auth/acme/logout',
    headers: { 'sec-fetch-site': 'cross-site' },
  })
  t.equal(out.statusCode, 403)
  t.equal(out.json().error, 'LATCHKEY_SESSION_CROSS_SITE')
  t.ok(events.some(({ outcome }) => outcome === 'csrf'))
  t.equal(await browser.isSignedIn(), true)
})
