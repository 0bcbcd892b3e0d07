import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { createApp, whoami } from './fixtures/app.js'
import { badge } from './fixtures/mechanisms.js'

function inProduction(t: Test): void {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
}

async function statusOf(app: FastifyInstance, headers = {}): Promise<number> {
  return (await app.inject({ url: '/_latchkey', headers })).statusCode
}

t.test('the page shows every route, escaped, under a policy that lets nothing run', async (t) => {
  const hostile = badge('badge', { revocationWindow: null })
  const describe = hostile.describe
  const app = await createApp({}, [
    { ...hostile, describe: () => ({ ...describe(), type: '<script>"&\'</script>' }) },
  ])
  app.get('/<b>', { config: { auth: 'badge' } }, whoami)
  const response = await app.inject('/_latchkey')
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-type'], 'text/html; charset=utf-8')
  t.equal(response.headers['cache-control'], 'no-store')
  t.equal(response.headers['x-content-type-options'], 'nosniff')
  t.match(
    response.body,
    '<th scope="row">GET, HEAD</th><td class="url">/&lt;b&gt;</td><td>required</td>',
  )
  t.match(response.body, '<td>&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;</td>')
  t.notMatch(response.body, /<script|<b>|style="| on[a-z]+="/)
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(response.body) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  t.equal(
    response.headers['content-security-policy'],
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
})

t.test('one route is one route, and no mechanism no table', async (t) => {
  const app = await createApp({}, [])
  const { body } = await app.inject('/_latchkey')
  t.match(body, '<p>1 route. The same as text')
  t.notMatch(body, '<caption>Mechanisms')
})

t.test('there is no page where it is not wanted', async (t) => {
  t.equal(await statusOf(await createApp({ page: false })), 404)
})

t.test('there is no page in production, unless somebody may read it', async (t) => {
  inProduction(t)
  t.equal(await statusOf(await createApp()), 404)
  const app = await createApp({ page: 'badge' })
  t.equal(await statusOf(app), 401)
  t.equal(await statusOf(app, { 'x-badge': 'valid' }), 200)
  t.equal(await statusOf(await createApp({ page: 'public' })), 200)
})

t.test('a page for everybody in production has to be asked for by name', async (t) => {
  inProduction(t)
  await t.rejects(createApp({ page: true }), {
    code: 'LATCHKEY_AUTH_INVALID_OPTIONS',
    message: /"page" is true in production; write who may read it, such as/,
  })
})

t.test('outside production the page may be guarded, too', async (t) => {
  t.equal(await statusOf(await createApp({ page: 'badge' })), 401)
  t.equal(await statusOf(await createApp({ page: true })), 200)
})
