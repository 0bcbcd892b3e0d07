import t, { type Test } from 'tap'
import { discovery } from '../src/index.js'
import { browse, collectEvents, origin, testClient } from './fixtures/client.js'
import { fakeProvider } from './fixtures/fake-provider.js'

async function scene(t: Test) {
  const provider = await fakeProvider(t)
  const client = await testClient(t, {
    providers: { acme: discovery(provider.client()) },
    afterLogout: '/bye',
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
  const { provider, client, browser, signIn } = await scene(t)
  provider.behave.down = ['/.well-known/openid-configuration']
  client.clock.advance(100_000)
  await browser.request({ method: 'POST', url: '/password-login', payload: { subject: 'x' } })
  t.equal((await browser.post('/auth/acme/logout')).headers.location, '/bye')
  delete provider.behave.down
  client.clock.advance(-100_000)
  await signIn()
  const { get } = client.store
  Object.assign(client.store, { get: get.bind(client.store) })
  provider.behave.down = ['/.well-known/openid-configuration']
  client.clock.advance(1000)
  t.equal((await browser.post('/auth/acme/logout')).statusCode, 303)
  t.equal(await browser.isSignedIn(), false)
})

t.test('where no ID token is kept, none is shown', async (t) => {
  const { provider, browser, signIn, client } = await scene(t)
  t.ok(client)
  await signIn()
  const { searchParams } = new URL(
    String((await browser.post('/auth/acme/logout')).headers.location),
  )
  t.ok(searchParams.get('id_token_hint'))
  t.ok(provider)
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
