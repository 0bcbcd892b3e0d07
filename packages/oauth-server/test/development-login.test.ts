import Fastify from 'fastify'
import t from 'tap'
import { oauthServer } from '../src/index.js'
import { answerOf, approve, authorizeUrl, createBrowser } from './fixtures/browser.js'
import { clients, issuer, scopes, testKeyring } from './fixtures/server.js'

const start = async (name: string = issuer) => {
  const app = Fastify()
  await app.register(oauthServer, { issuer: name, clients, scopes, keys: [await testKeyring()] })
  await app.ready()
  return app
}

t.test('without a login page there is one that believes everybody', async (t) => {
  for (const name of [issuer, `${issuer}/tenant`]) {
    const app = await start(name)
    const browser = createBrowser(app)
    const base = new URL(name).pathname.replace(/\/$/, '')
    const away = await browser.get(authorizeUrl({}, base))
    const login = away.headers.location as string
    t.ok(login.startsWith(`${base}/development-login?returnTo=`))
    t.match((await browser.get(login)).body, 'This login believes everybody')
    const back = await browser.post(login, { subject: 'älice' })
    t.equal(back.statusCode, 303)
    const page = await browser.get(back.headers.location as string)
    t.match(page.body, 'älice')
    t.ok(answerOf(await approve(browser, back.headers.location as string)).code)
    await app.close()
  }
})

t.test(
  'V1.2.2, V3.7.2: it sends nobody elsewhere, and takes no cookie that it did not make',
  async (t) => {
    const app = await start()
    const browser = createBrowser(app)
    const login = (await browser.get(authorizeUrl())).headers.location as string
    for (const [url, form, site] of [
      ['/development-login', { subject: 'alice' }, 'same-origin'],
      ['/development-login?returnTo=https://evil.example', { subject: 'alice' }, 'same-origin'],
      ['/development-login?returnTo=//evil.example', { subject: 'alice' }, 'same-origin'],
      [login, {}, 'same-origin'],
      [login, { subject: 'alice' }, 'cross-site'],
    ] as const) {
      const response = await browser.post(url, form as Record<string, string>, {
        'sec-fetch-site': site,
      })
      t.equal(response.statusCode, 403)
      t.equal(response.headers.location, undefined)
    }
    t.equal((await app.inject({ method: 'POST', url: login })).statusCode, 403)
    const forged = `latchkey-development=YWxpY2U.1.${'A'.repeat(43)}`
    const response = await app.inject({ url: authorizeUrl(), headers: { cookie: forged } })
    t.match(response.headers.location, '/development-login')
    await app.close()
  },
)

t.test('the mechanism says what it is', async (t) => {
  const app = await start()
  const mechanism = app.mechanisms.find('development')
  t.match(mechanism?.describe(), { type: 'development', secretsAtRest: /believed/ })
  t.equal(mechanism?.challenge(), null)
  await app.close()
})
