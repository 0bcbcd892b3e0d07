import { memoryStore } from '@latchkey/store'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { createPlatform } from '../src/platform.js'
import { deriveSecrets } from '../src/secrets.js'

const origin = 'http://127.0.0.1:3000'
const secrets = deriveSecrets('a secret that only this test knows, 9f2k')
const everybody = ['Session', 'Bearer realm="api"']

async function open(t: { teardown(end: () => Promise<unknown>): void }) {
  const { app, accounts } = await createPlatform({ store: memoryStore(), origin, secrets })
  t.teardown(() => app.close())
  await accounts.add('ada', 'a long enough password', ['buyer'])
  await app.ready()
  const { key } = await app.apiKeys.create({
    name: 'export',
    owner: { type: 'service', id: 'export-service' },
    scopes: ['orders:read'],
  })
  const { accessToken } = await app.tokens.issue('grace', {
    roles: ['admin'],
    scopes: ['orders:read', 'orders:write'],
  })
  const login = await app.inject({
    method: 'POST',
    url: '/api/login',
    payload: { username: 'ada', password: 'a long enough password' },
  })
  const [cookie = { name: '', value: '' }] = login.cookies
  return {
    app,
    key: { 'x-api-key': key },
    bearer: { authorization: `Bearer ${accessToken}` },
    session: { cookie: `${cookie.name}=${cookie.value}`, 'sec-fetch-site': 'same-origin' },
  }
}

t.test('three kinds of credential give one kind of identity', async (t) => {
  const { app, key, bearer, session } = await open(t)
  for (const [headers, mechanism, subject, kind] of [
    [key, 'api-key', 'export-service', 'service'],
    [bearer, 'jwt', 'grace', 'user'],
    [session, 'session', 'ada', 'user'],
  ] as const) {
    const answer = await app.inject({ url: '/api/me', headers })
    t.equal(answer.statusCode, 200, mechanism)
    t.match(answer.json(), { mechanism, subject, kind })
  }
})

t.test('each route asks for what it says', async (t) => {
  const { app, key, bearer, session } = await open(t)
  const write: InjectOptions = { method: 'POST', url: '/api/orders', payload: { item: 'a lock' } }
  const table: readonly (readonly [what: string, InjectOptions, status: number])[] = [
    ['health is public', { url: '/health' }, 200],
    ['a key with the scope reads', { url: '/api/orders', headers: key }, 200],
    ['a key without the scope does not write', { ...write, headers: key }, 403],
    ['a token with the scope writes', { ...write, headers: bearer }, 201],
    ['a session writes by its role', { ...write, headers: session }, 201],
    ['an administrator enters', { url: '/api/admin', headers: bearer }, 200],
    ['a buyer does not', { url: '/api/admin', headers: session }, 403],
    ['a fresh login pays out', { method: 'POST', url: '/api/payout', headers: session }, 200],
    [
      'a token without a login time does not',
      { method: 'POST', url: '/api/payout', headers: bearer },
      401,
    ],
    ['a key is no credential there', { method: 'POST', url: '/api/payout', headers: key }, 401],
    [
      'another site cannot pay out',
      {
        method: 'POST',
        url: '/api/payout',
        headers: { ...session, 'sec-fetch-site': 'cross-site' },
      },
      403,
    ],
    [
      'a bad key is not rescued by a good token',
      { url: '/api/me', headers: { ...bearer, 'x-api-key': 'bad' } },
      400,
    ],
  ]
  for (const [what, request, status] of table) {
    t.equal((await app.inject(request)).statusCode, status, what)
  }
})

t.test('nobody is told which credentials there are', async (t) => {
  const { app } = await open(t)
  const answer = await app.inject({ url: '/api/me' })
  t.equal(answer.statusCode, 401)
  t.same(answer.headers['www-authenticate'], everybody)
})

t.test('a logout is final', async (t) => {
  const { app, session } = await open(t)
  t.equal(
    (await app.inject({ method: 'POST', url: '/api/logout', headers: session })).statusCode,
    204,
  )
  t.equal((await app.inject({ url: '/api/me', headers: session })).statusCode, 401)
})

t.test('a wrong password and an unknown name are answered alike', async (t) => {
  const { app } = await open(t)
  const answers = await Promise.all(
    ['ada', 'nobody'].map((username) =>
      app.inject({ method: 'POST', url: '/api/login', payload: { username, password: 'wrong' } }),
    ),
  )
  for (const answer of answers) {
    t.equal(answer.statusCode, 401)
    t.same(answer.json(), { error: 'The username or the password is wrong' })
    t.same(answer.cookies, [])
  }
})

t.test('an app gets tokens, refreshes them, and uses what it got', async (t) => {
  const { app } = await open(t)
  const payload = { username: 'ada', password: 'a long enough password' }
  const pair = (await app.inject({ method: 'POST', url: '/api/token', payload })).json()
  const { refreshToken } = pair
  const next = await app.inject({
    method: 'POST',
    url: '/api/token/refresh',
    payload: { refreshToken },
  })
  t.equal(next.statusCode, 200)
  const headers = { authorization: `Bearer ${next.json().accessToken}` }
  t.equal((await app.inject({ url: '/api/orders', headers })).statusCode, 200)
})

t.test('what every route asks for', async (t) => {
  const { app } = await open(t)
  t.matchSnapshot(app.printAuth())
})

t.test('which role reaches which route', async (t) => {
  const { app } = await open(t)
  const { text } = app.authz.matrix({ also: [{ method: 'GET', url: '/api/me' }] })
  t.matchSnapshot(text)
})
