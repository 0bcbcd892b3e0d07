import fastify from 'fastify'
import t from 'tap'
import { findOriginFault, identity } from '../src/index.js'
import { appOf, byCookie, byHeader } from './fixtures/stub.js'
import { exchange, read, start } from './fixtures/wire.js'

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket' }
const HOST = 'app.example'
const OWN = `http://${HOST}`

/** What each combination comes to when the method, or an upgrade, makes it matter. */
const TABLE: [site: string | undefined, origin: string | undefined, fault: string | null][] = [
  ['same-origin', undefined, null],
  ['same-origin', OWN, null],
  ['same-origin', 'null', null],
  ['same-origin', 'http://evil.example', null],
  ['none', undefined, null],
  ['none', OWN, null],
  ['same-site', undefined, 'same-site'],
  ['same-site', OWN, 'same-site'],
  ['cross-site', undefined, 'cross-site'],
  ['cross-site', OWN, 'cross-site'],
  ['cross-site', 'null', 'cross-site'],
  ['', OWN, 'cross-site'],
  ['Same-Origin', OWN, 'cross-site'],
  ['same-origin, cross-site', OWN, 'cross-site'],
  ['same-site', 'https://trusted.example', null],
  ['cross-site', 'https://trusted.example', null],
  ['cross-site', 'https://TRUSTED.example', 'cross-site'],
  ['cross-site', 'https://trusted.example/', 'cross-site'],
  ['cross-site', 'https://trusted.example.evil.example', 'cross-site'],
  [undefined, undefined, 'origin-missing'],
  [undefined, OWN, null],
  [undefined, 'null', 'origin-null'],
  [undefined, '', 'origin-mismatch'],
  [undefined, 'https://app.example', 'origin-mismatch'],
  [undefined, 'http://app.example:8080', 'origin-mismatch'],
  [undefined, 'http://app.example:80', null],
  [undefined, 'HTTP://APP.example', null],
  [undefined, 'http://sub.app.example', 'origin-mismatch'],
  [undefined, 'http://app.example.evil.example', 'origin-mismatch'],
  [undefined, 'http://app.example@evil.example', 'origin-mismatch'],
  [undefined, 'http://evil.example/app.example', 'origin-mismatch'],
  [undefined, 'http://app.example/', 'origin-mismatch'],
  [undefined, 'http://app.example, http://evil.example', 'origin-mismatch'],
  [undefined, 'https://trusted.example', null],
  [undefined, 'file://', 'origin-mismatch'],
  [undefined, 'app.example', 'origin-mismatch'],
]

t.test(
  'every method x Sec-Fetch-Site x Origin x upgrade comes to what the table says',
  async (t) => {
    const app = fastify()
    const trusted = ['https://trusted.example']
    const seen = async (method: string, headers: Record<string, string>): Promise<unknown> => {
      const response = await app.inject({ method: method as 'GET', url: '/', headers })
      return response.headers['x-fault']
    }
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-fault', String(findOriginFault(request, trusted))).send()
    })
    for (const method of METHODS) {
      for (const isUpgrade of [false, true]) {
        for (const [site, origin, fault] of TABLE) {
          const headers = {
            host: HOST,
            ...(site !== undefined && { 'sec-fetch-site': site }),
            ...(origin !== undefined && { origin }),
            ...(isUpgrade && UPGRADE),
          }
          const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(method) && !isUpgrade
          const what = `${method} ${JSON.stringify(headers)}`
          t.equal(await seen(method, headers), String(isSafe ? null : fault), what)
        }
      }
    }
  },
)

const hosts: [what: string, host: string, origin: string, fault: string | null][] = [
  ['a port of both', 'app.example:8080', 'http://app.example:8080', null],
  ['the default port of the host', 'app.example:80', 'http://app.example', null],
  ['capitals in the host', 'APP.Example', 'http://app.example', null],
  ['an address', '[::1]:3000', 'http://[::1]:3000', null],
  ['a host that is none', 'app example', 'http://app.example', 'origin-mismatch'],
  ['two that are none', 'a b', 'http://a b', null],
  ['an empty host', '', 'http://', null],
]

for (const [what, host, origin, fault] of hosts) {
  t.test(`the origin of this server with ${what}`, async (t) => {
    const request = {
      method: 'POST',
      headers: { origin },
      protocol: 'http',
      host,
    }
    t.equal(findOriginFault(request as never), fault)
  })
}

t.test('behind a trusted proxy, the origin is the one that the proxy was asked for', async (t) => {
  const forwarded = {
    host: 'internal:8080',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'app.example',
    origin: 'https://app.example',
    cookie: 'sid=good',
  }
  for (const [trustProxy, status] of [
    [true, 200],
    [false, 403],
    ['10.0.0.0/8', 403],
  ] as const) {
    const app = await appOf([byCookie('sid')], 'sid', { trustProxy })
    const response = await app.inject({ method: 'POST', url: '/', headers: forwarded })
    t.equal(response.statusCode, status, `trustProxy ${trustProxy}`)
  }
})

t.test('only what an ambient mechanism proved is held to the rule', async (t) => {
  const app = await appOf([byHeader('key'), byCookie('sid')], {
    any: ['key', 'sid'],
    optional: true,
  })
  const cross = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  const rows: [headers: Record<string, string>, status: number][] = [
    [{ cookie: 'sid=good' }, 403],
    [{ cookie: 'sid=bad' }, 200],
    [{}, 200],
    [{ 'x-key': 'good' }, 200],
    [{ 'x-key': 'good', cookie: 'sid=good' }, 200],
    [{ 'x-key': 'bad', cookie: 'sid=good' }, 401],
  ]
  for (const [headers, status] of rows) {
    const response = await app.inject({
      method: 'POST',
      url: '/',
      headers: { ...cross, ...headers },
    })
    t.equal(response.statusCode, status, JSON.stringify(headers))
    if (status === 403) {
      t.equal(response.json().code, 'LATCHKEY_IDENTITY_CROSS_SITE')
      t.equal(response.headers['cache-control'], 'no-store')
      t.equal(response.headers['www-authenticate'], undefined)
    }
  }
})

t.test('over TCP, a repeated Origin or Sec-Fetch-Site does not pass', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(identity)
  app.mechanisms.register(byCookie('sid', { trustedOrigins: ['https://trusted.example'] }))
  app.get('/', { onRequest: app.authenticate('sid') }, async () => ({}))
  const port = await start(app)
  const upgrade = ['Cookie: sid=good', 'Upgrade: other']
  const evil = 'Origin: https://evil.example'
  const rows: [lines: string[], status: number][] = [
    [['Origin: https://trusted.example'], 200],
    [['Origin: https://trusted.example', evil], 403],
    [[evil, 'Origin: https://trusted.example'], 403],
    [['Sec-Fetch-Site: same-origin'], 200],
    [['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'], 403],
    [['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: same-origin'], 403],
    [[], 403],
  ]
  for (const [lines, status] of rows) {
    t.equal(read(await exchange(port, [...upgrade, ...lines])).status, status, lines.join())
  }
})
