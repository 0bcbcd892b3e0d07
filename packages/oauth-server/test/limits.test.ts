import t from 'tap'
import { authorizeUrl, createBrowser } from './fixtures/browser.js'
import { callback, challenge, startServer } from './fixtures/server.js'
import { basic } from './fixtures/tokens.js'

type App = Awaited<ReturnType<typeof startServer>>['app']

const post = (app: App, url: string, client: string, form: object, remoteAddress: string) =>
  app.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: {
      authorization: basic(client),
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams({ ...form }).toString(),
  })

const pushed = {
  response_type: 'code',
  redirect_uri: callback,
  client_id: 'web',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}

for (const [limit, url, client, form] of [
  ['tokenRequests', '/token', 'service', { grant_type: 'client_credentials' }],
  ['pushedRequests', '/par', 'web', pushed],
] as const) {
  t.test(`what succeeds is limited by client and network, too: ${limit}`, async (t) => {
    const { app, advance } = await startServer({ limits: { [limit]: 2, window: 30 } })
    const send = (address: string) => post(app, url, client, form, address)
    t.ok((await send('2001:db8::1')).statusCode < 300)
    t.ok((await send('2001:db8::2')).statusCode < 300)
    advance(10.5)
    const refused = await send('2001:db8::3')
    t.equal(refused.statusCode, 429)
    t.equal(refused.headers['retry-after'], '20')
    t.equal(refused.headers['cache-control'], 'no-store')
    t.match(refused.json(), { error: 'temporarily_unavailable', error_description: String })
    t.ok((await send('2001:db8:0:1::1')).statusCode < 300, 'another network')
    const other = await post(app, url, 'legacy', { ...form, client_id: 'legacy' }, '2001:db8::1')
    t.not(other.statusCode, 429, 'another client')
    advance(19.5)
    t.ok((await send('2001:db8::1')).statusCode < 300, 'the window is over')
  })
}

t.test('logins that are begun are limited by network', async (t) => {
  const { app, advance } = await startServer({ limits: { authorizationRequests: 2 } })
  const browser = createBrowser(app)
  t.equal((await browser.get(authorizeUrl())).statusCode, 303)
  t.equal((await browser.post('/authorize', {})).statusCode, 400)
  for (const refused of [await browser.get(authorizeUrl()), await browser.post('/authorize', {})]) {
    t.equal(refused.statusCode, 429)
    t.equal(refused.headers['retry-after'], '60')
    t.equal(refused.headers['cache-control'], 'no-store')
    t.equal(refused.headers.location, undefined)
    t.match(refused.headers['content-type'], 'text/html')
  }
  advance(60)
  t.equal((await browser.get(authorizeUrl())).statusCode, 303)
})

t.test('a limit that is none is refused; without one there is none', async (t) => {
  for (const limits of [{ tokenRequests: 0 }, { window: Number.NaN }, { pushedRequests: '9' }]) {
    await t.rejects(startServer({ limits: limits as never }), {
      code: 'LATCHKEY_OAUTH_SERVER_OPTIONS',
      message: /the limit "\w+" is not a number above 0/,
    })
  }
  const { app } = await startServer({ limits: { tokenRequests: Number.POSITIVE_INFINITY } })
  for (let turn = 0; turn < 1300; turn++) {
    const form = { grant_type: 'x' }
    const response = await post(app, '/token', 'service', form, '192.0.2.1')
    if (response.statusCode !== 400) t.fail(response.body)
  }
  t.pass('every one was answered')
})
