import fastify from 'fastify'
import t from 'tap'
import { identity } from '../src/index.js'
import { ADA, badge } from './fixtures/badge.js'
import { appOf, byCookie, byHeader, stub } from './fixtures/stub.js'
import { exchange, exchange2, read, start } from './fixtures/wire.js'

const badges = new Map([[ADA, 'ada']])

t.test('V15.3.7 a credential that was sent twice is 400, whichever of them is good', async (t) => {
  const app = await appOf(
    [badge('badge', badges), byHeader('key'), byCookie('sid')],
    ['badge', 'key', 'sid'],
  )
  t.teardown(() => app.close())
  const port = await start(app)
  const good = `Authorization: Badge ${ADA}`
  const rows: [what: string, lines: string[]][] = [
    ['the same header twice', [good, good]],
    ['the bad one first', ['Authorization: Badge no', good]],
    ['the bad one last', [good, 'Authorization: Badge no']],
    ['in other letters', [good, `aUTHORIZATION: Badge ${ADA}`]],
    ['with another scheme', [good, 'Authorization: Basic YTpi']],
    ['with an empty one', [good, 'Authorization:']],
    ['with others between them', [good, 'X-Other: 1', 'Cookie: sid=good', good]],
    ['a key twice', ['X-Key: good', 'X-Key: good']],
    ['a key twice in other letters', ['X-Key: good', 'x-kEY: good']],
    ['a key twice, one empty', ['X-Key:', 'X-Key: good']],
    ['a badge twice beside a key', [good, 'X-Key: good', good]],
  ]
  for (const [what, lines] of rows) {
    t.same(
      read(await exchange(port, lines)),
      { status: 400, code: 'LATCHKEY_IDENTITY_MALFORMED' },
      what,
    )
  }
  t.equal(read(await exchange(port, [good])).status, 200)
  t.equal(read(await exchange(port, ['X-Other: 1', 'X-Other: 2', good])).status, 200)
  t.match(await exchange(port, [good, good]), /cache-control: no-store/)
})

t.test('a header of a credential is read as the grammar says', async (t) => {
  const app = await appOf([badge('badge', badges), byCookie('sid')], ['badge', 'sid'])
  t.teardown(() => app.close())
  const port = await start(app)
  const rows: [what: string, header: string, status: number][] = [
    ['one space', `Badge ${ADA}`, 200],
    ['more spaces', `Badge   ${ADA}`, 200],
    ['space around the field', `   Badge ${ADA}  `, 200],
    ['lower case', `badge ${ADA}`, 200],
    ['upper case', `BADGE ${ADA}`, 200],
    ['a tab for the space', `Badge\t${ADA}`, 401],
    ['a tab after the space', `Badge \t${ADA}`, 401],
    ['the scheme alone', 'Badge', 401],
    ['two credentials', `Badge ${ADA}, Badge ${ADA}`, 401],
    ['a parameter', `Badge token=${ADA}`, 401],
    ['another letter in it', `Badge ${ADA.toUpperCase()}`, 401],
    ['8 kB', `Badge ${'x'.repeat(8192)}`, 401],
  ]
  for (const [what, value, status] of rows) {
    const answer = await exchange(port, [`Authorization: ${value}`, 'Cookie: sid=good'])
    t.equal(read(answer).status, status, what)
    if (status === 401) t.match(answer, /www-authenticate: Badge/i, what)
  }
})

t.test('a header of no scheme of the plan is nothing, so a cookie is asked', async (t) => {
  const app = await appOf([badge('badge', badges), byCookie('sid')], ['badge', 'sid'])
  t.teardown(() => app.close())
  const port = await start(app)
  for (const value of ['', 'Basic YTpi', 'Badger x', 'Badgex', 'Badge,x', ADA, '=', '"']) {
    const alone = await exchange(port, [`Authorization: ${value}`])
    t.equal(read(alone).code, 'LATCHKEY_IDENTITY_UNAUTHENTICATED', `"${value}" alone`)
    const beside = await exchange(port, [`Authorization: ${value}`, 'Cookie: sid=good'])
    t.equal(read(beside).status, 200, `"${value}" beside a cookie`)
  }
})

t.test('node ends requests whose headers are too large or hold control characters', async (t) => {
  const app = await appOf([badge('badge', badges)], 'badge')
  t.teardown(() => app.close())
  const port = await start(app)
  t.equal(read(await exchange(port, [`Authorization: Badge ${'x'.repeat(1 << 20)}`])).status, 431)
  t.equal(read(await exchange(port, ['Authorization: Badge a\u0000b'])).status, 400)
  t.equal(read(await exchange(port, ['Authorization: Badge a\u00ffb'])).status, 401)
  t.equal(read(await exchange(port, [`Authorization: Badge ${ADA}`])).status, 200)
})

t.test('over HTTP/2 a credential is found, refused, and refused when sent twice', async (t) => {
  const app = fastify({ http2: true })
  t.teardown(() => app.close())
  await app.register(identity)
  for (const each of [badge('badge', badges), byHeader('key')]) app.mechanisms.register(each)
  app.get('/', { onRequest: app.authenticate(['badge', 'key']) as never }, async () => ({}))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  t.equal((await exchange2(port, { authorization: `Badge ${ADA}` })).status, 200)
  t.equal((await exchange2(port, { 'x-key': 'good' })).status, 200)
  const none = await exchange2(port, {})
  t.equal(none.status, 401)
  t.equal(String(none.headers['www-authenticate']), 'Badge realm="door", key')
  const bad = await exchange2(port, { authorization: 'Badge no' })
  t.equal(bad.status, 401)
  const twice = await exchange2(port, { 'x-key': ['good', 'good'] })
  t.equal(twice.status, 400)
  t.equal(JSON.parse(twice.body).code, 'LATCHKEY_IDENTITY_MALFORMED')
})

t.test('a query parameter is a credential like any other', async (t) => {
  const token = stub(
    'token',
    (request) =>
      (request.query as { token?: string }).token === undefined
        ? null
        : { refusal: { reason: 'bad' } },
    { sources: [{ in: 'query', name: 'token' }] },
  )
  const app = await appOf([token, byHeader('key')], { any: ['token', 'key'], optional: true })
  const rows: [url: string, headers: Record<string, string>, status: number, code?: string][] = [
    ['/', {}, 200],
    ['/?token=x', {}, 401, 'LATCHKEY_IDENTITY_REFUSED'],
    ['/?token=', {}, 401, 'LATCHKEY_IDENTITY_REFUSED'],
    ['/?Token=x', {}, 200],
    ['/?token=x&token=y', {}, 400, 'LATCHKEY_IDENTITY_MALFORMED'],
    ['/?token=x', { 'x-key': 'good' }, 400, 'LATCHKEY_IDENTITY_AMBIGUOUS'],
  ]
  for (const [url, headers, status, code] of rows) {
    const response = await app.inject({ url, headers })
    t.equal(response.statusCode, status, url)
    t.equal(response.json().code, code, url)
  }
})
