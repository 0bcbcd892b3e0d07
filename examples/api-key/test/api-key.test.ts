import { memoryStore } from '@latchkey/store'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { createServer } from '../src/server.js'

/** The server, and Ada's browser. */
async function open(t: { teardown(end: () => Promise<unknown>): void }) {
  const app = await createServer({ store: memoryStore(), password: 'a long enough password' })
  t.teardown(() => app.close())
  const login = await app.inject({
    method: 'POST',
    url: '/login',
    body: { password: 'a long enough password' },
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  const [cookie = { name: '', value: '' }] = login.cookies
  const headers = { cookie: `${cookie.name}=${cookie.value}`, 'sec-fetch-site': 'same-origin' }
  return {
    app,
    loggedIn: login.statusCode,
    ada: (request: InjectOptions) => app.inject({ ...request, headers }),
    use: (key: string, request: InjectOptions) =>
      app.inject({ ...request, headers: { 'x-api-key': key } }),
  }
}

t.test('a key from its first day to its last', async (t) => {
  const { ada, loggedIn, use } = await open(t)
  t.equal(loggedIn, 204)

  // Made by a person, with no more rights than the person has.
  const body = { name: 'nightly', scopes: ['reports:read'] }
  const made = await ada({ method: 'POST', url: '/keys', body })
  t.equal(made.statusCode, 201)
  const { key, info } = made.json()
  t.match(key, /^reports_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/)
  const tooMuch = { ...body, scopes: ['admin'] }
  t.equal((await ada({ method: 'POST', url: '/keys', body: tooMuch })).statusCode, 403)

  // Used, by a program.
  const who = await use(key, { url: '/whoami' })
  t.match(who.json(), { subject: 'ada', credentialId: info.id, scopes: ['reports:read'] })
  const denied = await use(key, { method: 'POST', url: '/reports' })
  t.equal(denied.statusCode, 403)
  t.match(denied.headers['www-authenticate'], [/error="insufficient_scope"/])
  t.equal((await use(key, { url: '/keys' })).statusCode, 401, 'it manages no keys')

  // Rotated: for a minute both work, and count as one.
  const rotated = await ada({
    method: 'POST',
    url: `/keys/${info.id}/rotate`,
    body: { overlap: 60 },
  })
  t.equal(rotated.json().info.id, info.id)
  const second: string = rotated.json().key
  t.equal((await use(key, { url: '/whoami' })).statusCode, 200)
  t.equal((await use(second, { url: '/whoami' })).statusCode, 200)

  // Limited: 10 a day, a long report costs 5, and asking who one is costs nothing.
  const first = await use(key, { url: '/reports/long' })
  t.match(first.headers.ratelimit, /"quota";r=5/)
  t.equal((await use(second, { url: '/reports/short' })).statusCode, 200)
  const refused = await use(second, { url: '/reports/long' })
  t.equal(refused.statusCode, 429)
  t.equal(refused.json().code, 'LATCHKEY_API_KEY_QUOTA_EXHAUSTED')
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.equal((await use(second, { url: '/whoami' })).statusCode, 200)

  // Revoked, for good.
  t.equal((await ada({ method: 'DELETE', url: `/keys/${info.id}` })).statusCode, 204)
  t.equal((await use(second, { url: '/whoami' })).statusCode, 401)
  t.match((await ada({ url: '/keys' })).json(), { keys: [{ id: info.id, state: 'revoked' }] })
})

t.test('what is not for everybody is closed to them', async (t) => {
  const { app } = await open(t)
  for (const url of ['/keys', '/whoami', '/reports/short']) {
    t.equal((await app.inject(url)).statusCode, 401, url)
  }
  const wrong = await app.inject({ method: 'POST', url: '/login', body: { password: 'wrong' } })
  t.equal(wrong.statusCode, 401)
  const unsigned = await app.inject({ method: 'POST', url: '/leaks/github', body: '[]' })
  t.equal(unsigned.statusCode, 401)
})
