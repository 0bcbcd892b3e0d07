import t from 'tap'
import { discovery } from '../src/index.js'
import { browse, origin, testClient, transactionsOf } from './fixtures/client.js'
import { fakeProvider } from './fixtures/fake-provider.js'

t.test('somebody signs in, and is who the provider says', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
  const browser = browse(client)

  const start = await browser.get('/auth/acme?returnTo=/orders?open=1')
  t.equal(start.statusCode, 303)
  t.equal(start.headers['cache-control'], 'no-store')
  const location = new URL(String(start.headers.location))
  t.equal(location.origin + location.pathname, `${provider.issuer}/authorize`)
  t.equal(transactionsOf(browser).length, 1)

  const callback = provider.agree(location.href)
  const end = await browser.get(callback.href)
  t.equal(end.statusCode, 303, end.body)
  t.equal(end.headers.location, '/orders?open=1')
  t.equal(transactionsOf(browser).length, 0)

  const me = (await browser.get('/me')).json()
  t.equal(me.subject.length, 43)
  t.equal(me.acr, 'pwd')
  t.same(me.amr, ['pwd'])
  t.equal(new URL(callback).origin, origin)
})
