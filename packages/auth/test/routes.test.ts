import cors from '@fastify/cors'
import websocket from '@fastify/websocket'
import { identity } from '@latchkey/identity'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { auth } from '../src/index.js'
import { createApp, whoami } from './fixtures/app.js'
import { bearer, wristband } from './fixtures/mechanisms.js'

const valid = { authorization: 'Bearer valid' }

t.test('the guard stands in front of whatever the route does itself', async (t) => {
  const seen: string[] = []
  const app = await createApp()
  const note = (what: string) => async (): Promise<void> => {
    seen.push(what)
  }
  for (const onRequest of [note('one'), [note('one'), note('two')]]) {
    const url = `/${[onRequest].flat().length}`
    app.get(url, { config: { auth: 'bearer' }, onRequest }, whoami)
    t.equal((await createAnswer(url)).statusCode, 401)
    t.same(seen, [])
  }
  t.equal((await createAnswer('/2', valid)).statusCode, 200)
  t.same(seen, ['one', 'two'])

  async function createAnswer(url: string, headers = {}): Promise<{ statusCode: number }> {
    const fresh = await createApp()
    fresh.get('/1', { config: { auth: 'bearer' }, onRequest: note('one') }, whoami)
    fresh.get('/2', { config: { auth: 'bearer' }, onRequest: [note('one'), note('two')] }, whoami)
    return fresh.inject({ url, headers })
  }
})

t.test('options that two routes share are not written to', async (t) => {
  const app = await createApp()
  const shared = { config: { auth: 'bearer' }, onRequest: [async () => {}] }
  app.get('/1', shared, whoami)
  app.get('/2', shared, whoami)
  await app.ready()
  t.equal(shared.onRequest.length, 1)
})

t.test('the HEAD route that Fastify adds to a GET route is guarded too', async (t) => {
  const app = await createApp()
  app.get('/', { config: { auth: 'bearer' } }, whoami)
  t.equal((await app.inject({ method: 'HEAD', url: '/' })).statusCode, 401)
  t.equal((await app.inject({ method: 'HEAD', url: '/', headers: valid })).statusCode, 200)
})

t.test('both URLs of a root route under a prefix are guarded', async (t) => {
  const app = await createApp()
  const api: FastifyPluginAsync = async (api) => {
    api.get('/', { config: { auth: 'bearer' } }, whoami)
  }
  await app.register(api, { prefix: '/api' })
  for (const url of ['/api', '/api/']) {
    t.equal((await app.inject(url)).statusCode, 401, url)
    t.equal((await app.inject({ url, headers: valid })).statusCode, 200, url)
  }
})

t.test('a route with several methods is guarded for each', async (t) => {
  const app = await createApp()
  app.all('/', { config: { auth: 'bearer' } }, whoami)
  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'] as const) {
    t.equal((await app.inject({ method, url: '/' })).statusCode, 401, method)
  }
})

t.test('a CORS preflight passes, before and after the plugin', async (t) => {
  for (const when of ['before', 'after']) {
    const app = Fastify()
    await app.register(identity)
    app.mechanisms.register(bearer())
    if (when === 'before') await app.register(cors)
    await app.register(auth)
    if (when === 'after') await app.register(cors)
    app.post('/', { config: { auth: 'bearer' } }, whoami)
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
    const response = await app.inject({ method: 'OPTIONS', url: '/', headers })
    t.equal(response.statusCode, 204, when)
    t.equal(response.headers['access-control-allow-origin'], '*', when)
    t.equal((await app.inject({ method: 'POST', url: '/' })).statusCode, 401, when)
  }
})

t.test('an OPTIONS route is open, unless it says otherwise', async (t) => {
  const app = await createApp()
  app.options('/open', whoami)
  app.options('/closed', { config: { auth: 'bearer' } }, whoami)
  t.equal((await app.inject({ method: 'OPTIONS', url: '/open' })).statusCode, 200)
  t.equal((await app.inject({ method: 'OPTIONS', url: '/closed' })).statusCode, 401)
})

t.test('what is not found is not authenticated', async (t) => {
  const app = await createApp({ default: 'bearer' })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing here'))
  const response = await app.inject('/nowhere')
  t.equal(response.statusCode, 404)
  t.equal(response.headers['www-authenticate'], undefined)
})

t.test(
  'a WebSocket upgrade is authenticated, and another site cannot ride on a cookie',
  async (t) => {
    const app = Fastify()
    await app.register(websocket)
    await app.register(identity)
    for (const mechanism of [bearer(), wristband()]) app.mechanisms.register(mechanism)
    await app.register(auth)
    app.get(
      '/ws',
      { websocket: true, config: { auth: ['bearer', 'wristband'] } },
      (socket, request) => {
        socket.send(request.identity?.mechanism ?? 'nobody', () => socket.terminate())
      },
    )
    await app.ready()
    t.teardown(() => app.close())
    const greet = async (headers: Record<string, string>): Promise<string> => {
      let greeting: Promise<string> | undefined
      await app.injectWS(
        '/ws',
        { headers },
        {
          onInit: (socket) => {
            greeting = new Promise((resolve) =>
              socket.on('message', (data) => resolve(String(data))),
            )
          },
        },
      )
      return String(await greeting)
    }
    t.equal(await greet(valid), 'bearer')
    t.equal(
      await greet({ cookie: 'wristband=valid', 'sec-fetch-site': 'same-origin' }),
      'wristband',
    )
    await t.rejects(greet({}), { message: 'Unexpected server response: 401' })
    await t.rejects(greet({ authorization: 'Bearer forged' }), {
      message: 'Unexpected server response: 401',
    })
    await t.rejects(greet({ cookie: 'wristband=valid', 'sec-fetch-site': 'cross-site' }), {
      message: 'Unexpected server response: 403',
    })
  },
)

t.test('a scope uses its own mechanisms, and does not lend them', async (t) => {
  const app = await createApp({}, [bearer('token')])
  const partners: FastifyPluginAsync = async (scope) => {
    scope.mechanisms.register(bearer('token', { answers: { partner: {} } }))
    scope.mechanisms.register(bearer('partner-only', { answers: { partner: {} } }))
    scope.get('/', { config: { auth: 'token' } }, whoami)
  }
  await app.register(partners, { prefix: '/partners' })
  app.get('/ours', { config: { auth: 'token' } }, whoami)
  const partner = { authorization: 'Bearer partner' }
  t.equal((await app.inject({ url: '/partners', headers: partner })).statusCode, 200)
  t.equal((await app.inject({ url: '/partners', headers: valid })).statusCode, 401)
  t.equal((await app.inject({ url: '/ours', headers: valid })).statusCode, 200)
  t.equal((await app.inject({ url: '/ours', headers: partner })).statusCode, 401)

  const other = await createApp({}, [bearer('token')])
  await other.register(partners, { prefix: '/partners' })
  other.get('/', { config: { auth: 'partner-only' } }, whoami)
  await t.rejects(other.ready() as PromiseLike<unknown> as Promise<unknown>, {
    code: 'LATCHKEY_AUTH_ROUTES_REFUSED',
  })
})

t.test('two scopes may each have a plugin of their own', async (t) => {
  const app = Fastify()
  await app.register(identity)
  app.mechanisms.register(bearer())
  const api: FastifyPluginAsync = async (scope) => {
    await scope.register(auth, { default: 'bearer', page: false })
    scope.get('/x', whoami)
  }
  await app.register(api, { prefix: '/a' })
  await app.register(api, { prefix: '/b' })
  app.get('/elsewhere', whoami)
  t.equal((await app.inject('/a/x')).statusCode, 401)
  t.equal((await app.inject({ url: '/b/x', headers: valid })).statusCode, 200)
  t.equal((await app.inject('/elsewhere')).statusCode, 200)
})
