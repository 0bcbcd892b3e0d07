import csrfProtection from '@fastify/csrf-protection'
import websocket from '@fastify/websocket'
import t from 'tap'
import WebSocket from 'ws'
import { browserOf, testApp } from './fixtures/app.js'

const OWN = 'https://app.example'
const SITES = [undefined, 'same-origin', 'none', 'same-site', 'cross-site'] as const
const ORIGINS = [undefined, OWN, 'https://evil.example', 'null', 'https://trusted.example'] as const
const TYPES = ['application/json', 'text/plain', 'application/x-www-form-urlencoded'] as const
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** What should become of a request, written down apart from the code that decides it. */
function wanted(
  method: string,
  site: (typeof SITES)[number],
  origin: (typeof ORIGINS)[number],
): 200 | 403 {
  if (method === 'GET' || method === 'HEAD') return 200
  if (origin === 'https://trusted.example') return 200
  if (site === 'same-origin' || site === 'none') return 200
  if (site === 'same-site' || site === 'cross-site') return 403
  return origin === OWN ? 200 : 403
}

t.test('method x Sec-Fetch-Site x Origin x content type', async (t) => {
  let calls = 0
  const { app } = await testApp({
    trustedOrigins: ['https://trusted.example'],
    routes(app) {
      app.addContentTypeParser('*', (_request, payload, done) => {
        payload.resume()
        done(null)
      })
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        app.route({
          method,
          url: '/do',
          onRequest: app.authenticate('session'),
          handler: async () => {
            calls++
            return {}
          },
        })
      }
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app, OWN)
  await browser.post('/login')
  const cookie = `__Host-session=${browser.token()}`
  let rows = 0
  for (const method of METHODS) {
    for (const site of SITES) {
      for (const origin of ORIGINS) {
        for (const type of method === 'POST' ? TYPES : TYPES.slice(0, 1)) {
          calls = 0
          const headers: Record<string, string> = {
            cookie,
            host: 'app.example',
            'x-forwarded-proto': 'https',
          }
          if (site !== undefined) headers['sec-fetch-site'] = site
          if (origin !== undefined) headers.origin = origin
          if (method === 'POST') headers['content-type'] = type
          const payload = method === 'POST' ? { payload: '{}' } : {}
          const response = await app.inject({ method, url: '/do', headers, ...payload })
          const what = [method, site, origin, type].join(' | ')
          const status = wanted(method, site, origin)
          if (response.statusCode !== status || calls !== (status === 200 ? 1 : 0)) {
            t.fail(`${what}: ${response.statusCode}, ${calls} calls`)
          }
          rows++
        }
      }
    }
  }
  t.equal(rows, 200)
})

for (const [what, headers, status] of [
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a neighbouring host', { 'sec-fetch-site': 'same-site' }, 403],
  [
    'an old browser on another site',
    { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
    403,
  ],
  ['a sandboxed page', { 'sec-fetch-site': undefined, origin: 'null' }, 403],
  ['a client that is no browser', { 'sec-fetch-site': undefined }, 200],
  ['its own page', { 'sec-fetch-site': 'same-origin', origin: OWN }, 200],
] as const) {
  t.test(`${what} logging in, out and up is ${status}`, async (t) => {
    const { app } = await testApp({
      routes(app) {
        app.post('/lift', async (request) => request.elevate({ acr: 'high' }))
      },
    })
    t.teardown(() => app.close())
    const browser = browserOf(app, OWN)
    const post = (url: string) =>
      browser.request({
        method: 'POST',
        url,
        headers: headers as Record<string, string>,
        payload: { acr: 'high' },
      })
    const login = await post('/login')
    t.equal(login.statusCode, status)
    if (status === 403) {
      t.equal(login.json().code, 'LATCHKEY_SESSION_CROSS_SITE')
      t.equal(login.headers['set-cookie'], undefined)
      await browser.post('/login')
    }
    t.equal((await post('/lift')).statusCode, status)
    const logout = await post('/logout')
    t.equal(logout.statusCode, status === 403 ? 403 : 204)
    t.equal((await browser.get('/me')).statusCode, status === 403 ? 200 : 401)
  })
}

t.test('a WebSocket is opened by pages of this origin only', async (t) => {
  const { app } = await testApp({
    server: { trustProxy: false },
    routes(app) {
      app.register(websocket)
      app.register(async (app) => {
        app.get(
          '/ws',
          { websocket: true, onRequest: app.authenticate('session') },
          (socket, request) => {
            socket.send(request.identity?.subject ?? 'nobody')
          },
        )
      })
    },
  })
  t.teardown(() => app.close())
  const own = await app.listen({ port: 0, host: '127.0.0.1' })
  const browser = browserOf(app, own)
  await browser.post('/login')
  const cookie = `session=${browser.token()}`
  const open = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${own.replace('http', 'ws')}/ws`, { headers })
      socket.on('message', (data) => {
        socket.close()
        resolve(String(data))
      })
      socket.on('unexpected-response', (_request, response) => {
        response.resume()
        resolve(response.statusCode)
      })
      socket.on('error', reject)
    })
  t.equal(await open({ cookie, origin: own }), 'u1')
  t.equal(await open({ cookie, 'sec-fetch-site': 'same-origin', origin: own }), 'u1')
  t.equal(await open({ cookie, origin: 'https://evil.example' }), 403)
  t.equal(await open({ cookie, origin: 'null' }), 403)
  t.equal(await open({ cookie }), 403)
  t.equal(await open({ cookie, 'sec-fetch-site': 'cross-site', origin: own }), 403)
  t.equal(await open({ origin: own }), 401)
})

t.test('in token mode an old browser passes with a token, and only with one', async (t) => {
  const { app } = await testApp({
    csrf: 'token',
    bag: 'everywhere',
    routes(app) {
      app.register(csrfProtection, { sessionPlugin: '@fastify/session' })
      app.register(async (app) => {
        app.get('/token', async (_request, reply) => ({ token: reply.generateCsrf() }))
      })
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app, OWN)
  await browser.post('/login')
  const { token } = (await browser.get('/token')).json()
  const post = (headers: Record<string, string | undefined>) =>
    browser.request({ method: 'POST', url: '/me', headers: headers as Record<string, string> })
  const old = { 'sec-fetch-site': undefined }
  t.equal((await post({ ...old, 'x-csrf-token': token })).statusCode, 200)
  t.equal((await post(old)).statusCode, 403)
  t.equal((await post({ ...old, 'x-csrf-token': `${token}x` })).statusCode, 403)
  t.equal((await post({ 'sec-fetch-site': 'same-origin' })).statusCode, 200, 'no token needed')
  t.equal(
    (await post({ 'sec-fetch-site': 'cross-site', 'x-csrf-token': token })).statusCode,
    403,
    'a token does not make up for another site',
  )
  t.equal((await post({ ...old, upgrade: 'websocket', 'x-csrf-token': token })).statusCode, 403)
  const stranger = browserOf(app, OWN)
  await stranger.post('/login', { subject: 'u2' })
  const stolen = await stranger.request({
    method: 'POST',
    url: '/me',
    headers: { ...(old as object), 'x-csrf-token': token },
  })
  t.equal(stolen.statusCode, 403, 'another session’s token')
})

t.test('in token mode a request whose bag has been destroyed is refused', async (t) => {
  const { app } = await testApp({
    csrf: 'token',
    bag: 'everywhere',
    routes(app) {
      app.register(csrfProtection, { sessionPlugin: '@fastify/session' })
      const preValidation = async (request: { session: { destroy(): Promise<void> } }) => {
        await request.session.destroy()
      }
      app.post('/gone', { onRequest: app.authenticate('session'), preValidation }, async () => ({}))
    },
  })
  t.teardown(() => app.close())
  const browser = browserOf(app, OWN)
  await browser.post('/login')
  const headers = { 'sec-fetch-site': undefined } as unknown as Record<string, string>
  const response = await browser.request({ method: 'POST', url: '/gone', headers })
  t.equal(response.statusCode, 403)
})

t.test('token mode needs its plugin, and the bag everywhere', async (t) => {
  for (const options of [{ csrf: 'token', bag: 'everywhere' }, { csrf: 'token' }] as const) {
    await t.rejects(testApp(options), { code: 'LATCHKEY_SESSION_INVALID_OPTIONS' })
  }
})
