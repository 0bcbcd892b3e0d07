import type { AddressInfo } from 'node:net'
import type { TokenPair } from '@latchkey/jwt'
import { memoryStore } from '@latchkey/store'
import { randomBase64url } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { createApi } from '../src/api.js'
import { createPartner } from '../src/partner.js'

const origin = 'https://api.example.com'

async function start(t: Test) {
  // Which port the partner has is part of its name, so it is found out first.
  const probe = await createPartner('https://probe.example', origin)
  await probe.listen({ port: 0, host: '127.0.0.1' })
  const { port } = probe.server.address() as AddressInfo
  await probe.close()
  const partner = { issuer: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` }
  const other = await createPartner(partner.issuer, origin)
  await other.listen({ port, host: '127.0.0.1' })
  const { app } = await createApi({
    store: memoryStore(),
    origin,
    secret: randomBase64url(32),
    partner,
  })
  t.teardown(() => Promise.all([app.close(), other.close()]))
  const post = (url: string, payload: object, token = '') =>
    app.inject({ method: 'POST', url, payload, headers: token ? bearer(token) : {} })
  return {
    app,
    other,
    post,
    get: (url: string, token: string) => app.inject({ url, headers: bearer(token) }),
    logIn: async (user: string): Promise<TokenPair> => (await post('/login', { user })).json(),
  }
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}` }
}

t.test('one logs in, calls, refreshes and logs out', async (t) => {
  const { get, post, logIn } = await start(t)
  const first = await logIn('ada')
  t.match((await get('/me', first.accessToken)).json(), { subject: 'ada', issuer: origin })
  const refreshed = await post('/refresh', { refreshToken: first.refreshToken })
  t.equal(refreshed.headers['cache-control'], 'no-store')
  const second: TokenPair = refreshed.json()
  t.equal((await get('/orders', second.accessToken)).statusCode, 200)
  t.equal((await post('/logout', { refreshToken: second.refreshToken })).statusCode, 204)
  for (const { accessToken } of [first, second])
    t.equal((await get('/me', accessToken)).statusCode, 401)
  const refused = await post('/refresh', { refreshToken: second.refreshToken })
  t.equal(refused.statusCode, 400)
  t.same(refused.json(), { error: 'invalid_grant' })
  t.equal((await post('/refresh', { refreshToken: 'invented' })).statusCode, 400)
})

t.test('logging out everywhere ends every login so far, and none after', async (t) => {
  const { get, post, logIn } = await start(t)
  const [phone, laptop, other] = [await logIn('ada'), await logIn('ada'), await logIn('bob')]
  t.equal((await post('/logout-everywhere', {}, phone.accessToken)).statusCode, 204)
  for (const { accessToken } of [phone, laptop])
    t.equal((await get('/me', accessToken)).statusCode, 401)
  t.equal((await post('/refresh', { refreshToken: laptop.refreshToken })).statusCode, 400)
  t.equal((await get('/me', other.accessToken)).statusCode, 200)
  t.equal((await get('/me', (await logIn('ada')).accessToken)).statusCode, 200)
})

t.test('tokens of the partner are accepted for what they are', async (t) => {
  const { get, other, post } = await start(t)
  const { accessToken } = (await other.inject({ method: 'POST', url: '/token' })).json()
  t.match((await get('/me', accessToken)).json(), {
    subject: 'robot-7',
    kind: 'service',
    tenant: 'partner',
    scopes: ['orders:read'],
  })
  t.equal((await get('/orders', accessToken)).statusCode, 200)
  t.equal((await post('/keys/rotate', {}, accessToken)).statusCode, 403)
})

t.test('an administrator rotates the keys: published before they are used', async (t) => {
  const { app, get, post, logIn } = await start(t)
  const ada = await logIn('ada')
  t.equal((await post('/keys/rotate', {}, ada.accessToken)).statusCode, 403)
  const admin = await logIn('admin')
  const { kid } = (await post('/keys/rotate', {}, admin.accessToken)).json()
  const published = await app.inject('/.well-known/jwks.json')
  t.match(published.headers['cache-control'], /^public/)
  t.match(published.json().keys, [{}, { kid }])
  t.equal((await get('/me', ada.accessToken)).statusCode, 200)
  const [head = ''] = (await logIn('ada')).accessToken.split('.')
  t.not(JSON.parse(Buffer.from(head, 'base64url').toString()).kid, kid)
})

t.test('every route says who may call it, and what is missing is asked for', async (t) => {
  const { app, logIn, get } = await start(t)
  for (const url of ['/me', '/orders']) {
    const response = await app.inject(url)
    t.equal(response.statusCode, 401)
    t.same(response.headers['www-authenticate'], ['Bearer realm="api"'])
  }
  t.equal((await get('/me', (await logIn('ada')).refreshToken)).statusCode, 401)
})
