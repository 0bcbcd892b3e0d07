import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import cors from '@fastify/cors'
import { identity } from '@latchkey/identity'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { auth, type RouteFault } from '../src/index.js'
import { createApp, whoami } from './fixtures/app.js'
import { authorizer } from './fixtures/authorizer.js'
import { badge, bearer } from './fixtures/mechanisms.js'

async function faultsOf(app: FastifyInstance): Promise<readonly RouteFault[]> {
  const error = await app.ready().then(
    () => null,
    (error) => error,
  )
  if (error?.code !== 'LATCHKEY_AUTH_ROUTES_REFUSED') throw error ?? new Error('it started')
  return error.faults
}

const OUT_OF_REACH =
  'it is not guarded, because its scope was made before the plugin, or because another plugin replaced its hooks; write "await app.register(auth, ...)" above that scope, or register that plugin first'
const BEFORE =
  'it is not guarded, because it was declared before the plugin; write "await app.register(auth, ...)" above it, or say that it is open with the option routes: '

t.test('V6.1.3 V8.2.1 a route that says nothing keeps the application from starting', async (t) => {
  const app = await createApp()
  app.get('/orders', whoami)
  t.same(await faultsOf(app), [
    {
      route: 'GET, HEAD /orders',
      message:
        'it says nothing about authentication; write config: { auth: "public" }, or a plan such as config: { auth: ["session"] }',
    },
  ])
})

t.test('all faults are reported at once, in the message too', async (t) => {
  const app = await createApp({ routes: { '/docs': 'public' } })
  app.mechanisms.registerAuthorizer(authorizer())
  app.post('/a', whoami)
  app.post('/b', { config: { auth: ['bearer', 'jwt'] } }, whoami)
  app.post('/c', { config: { auth: { any: ['nobody'], roles: ['x'] } as never } }, whoami)
  app.post('/d', { config: { auth: { any: ['bearer'], early: 'impossible' as never } } }, whoami)
  const error = await app.ready().then(
    () => t.fail('it started'),
    (error) => error,
  )
  t.equal(
    error.message,
    [
      'Cannot start: the routes have 6 faults',
      '  POST /a: it says nothing about authentication; write config: { auth: "public" }, or a plan such as config: { auth: ["session"] }',
      '  POST /b: Cannot use the mechanism "jwt": there is "bearer", "badge", "wristband"; register it before the application is ready, or correct the name',
      '  POST /c: Cannot use the mechanism "nobody": there is "bearer", "badge", "wristband"; register it before the application is ready, or correct the name',
      '  POST /c: nobody decides "roles"; register @latchkey/authz, or correct the name: "oracle" decides early, late, later',
      '  POST /d: there is no early "impossible"',
      '  routes["/docs"]: it decides no route; correct the URL, or leave it out',
    ].join('\n'),
  )
  t.equal(error.statusCode, 500)
  t.equal(error.cause.errors.length, 3)
})

t.test('a requirement without any authorizer asks for @latchkey/authz', async (t) => {
  const app = await createApp()
  app.get('/', { config: { auth: { any: ['bearer'], early: 'allow' } } }, whoami)
  t.same(await faultsOf(app), [
    {
      route: 'GET, HEAD /',
      message: 'nobody decides "early"; register @latchkey/authz, or leave it out',
    },
  ])
})

t.test('two mechanisms of a route that take one place are a fault', async (t) => {
  const app = await createApp({}, [badge('one'), badge('other')])
  app.post('/', { config: { auth: ['one', 'other'] } }, whoami)
  const [fault] = await faultsOf(app)
  t.match(
    fault?.message,
    'Cannot use "one" and "other" on one route: both take the header "x-badge"',
  )
})

t.test('a route declared before the plugin is named, preflight routes are not', async (t) => {
  const app = Fastify()
  await app.register(cors)
  app.get('/early', whoami)
  app.get('/early/:id', whoami)
  app.route({ method: ['PUT', 'POST'], url: '/early/:id/*', handler: whoami })
  await app.register(auth, { default: 'public' })
  app.get('/late', whoami)
  t.same(await faultsOf(app), [
    { route: 'GET, HEAD /early', message: `${BEFORE}{ "/early": "public" }` },
    { route: 'GET, HEAD /early/:id', message: `${BEFORE}{ "/early/:id": "public" }` },
    { route: 'POST, PUT /early/:id/*', message: `${BEFORE}{ "/early/:id/*": "public" }` },
  ])
})

t.test(
  'a route declared before the plugin may be declared open by the option "routes"',
  async (t) => {
    const app = Fastify()
    app.get('/early', whoami)
    await app.register(auth, { page: false, routes: { 'GET /early': 'public' } })
    await app.ready()
    t.equal((await app.inject('/early')).statusCode, 200)
    t.match(app.authReport().routes, [
      { url: '/early', methods: ['GET', 'HEAD'], access: 'public', decidedBy: 'routes' },
    ])
  },
)

t.test('a route declared before the plugin that says it is open is as it says', async (t) => {
  const app = Fastify()
  await app.register(identity)
  app.get('/keys', { config: { auth: 'public' } }, whoami)
  app.get('/closed', { config: { auth: 'bearer' } }, whoami)
  await app.register(auth, { page: false })
  app.post('/keys', { config: { auth: 'public' } }, whoami)
  t.match(await faultsOf(app), [{ route: 'GET, HEAD /closed', message: BEFORE }])

  const fit = Fastify()
  await fit.register(identity)
  fit.get('/keys', { config: { auth: 'public' } }, whoami)
  await fit.register(auth, { page: false })
  fit.post('/keys', { config: { auth: 'public' } }, whoami)
  await fit.ready()
  t.equal((await fit.inject('/keys')).statusCode, 200)
  t.match(fit.authReport().routes, [
    { url: '/keys', methods: ['GET', 'HEAD', 'POST'], access: 'public', decidedBy: 'route' },
  ])
})

t.test('a route declared before the plugin cannot be guarded by the option "routes"', async (t) => {
  const app = Fastify()
  await app.register(identity)
  app.mechanisms.register(bearer())
  app.get('/early', whoami)
  await app.register(auth, { routes: { '/early': 'bearer' } })
  t.match(await faultsOf(app), [{ route: 'GET, HEAD /early', message: BEFORE }])
})

t.test('the routes of a forgotten await are named', async (t) => {
  const app = Fastify()
  void app.register(auth)
  app.get('/too-early', { config: { auth: 'public' } }, whoami)
  t.match(await faultsOf(app), [{ route: 'GET, HEAD /too-early', message: BEFORE }])
})

t.test('a route of a scope that was made before the plugin is named', async (t) => {
  const app = Fastify()
  let scope: FastifyInstance | undefined
  const earlier: FastifyPluginAsync = async (child) => {
    scope = child
  }
  await app.register(earlier)
  await app.register(auth, { default: 'public' })
  scope?.get('/missed', { config: { auth: 'public' } }, whoami)
  t.match(await faultsOf(app), [{ route: 'GET, HEAD /missed', message: OUT_OF_REACH }])
})

t.test('a route whose hooks another plugin replaced is named', async (t) => {
  const app = await createApp()
  app.mechanisms.registerAuthorizer(authorizer())
  app.addHook('onRoute', (route) => {
    if (route.url === '/before') route.onRequest = async () => {}
    if (route.url === '/between') route.preHandler = async () => {}
  })
  const auth = { any: ['bearer'], late: 'allow' } as const
  app.post('/before', { config: { auth: 'bearer' } }, whoami)
  app.post('/between', { config: { auth } }, whoami)
  app.post('/neither', { config: { auth }, preHandler: async () => {} }, whoami)
  t.match(await faultsOf(app), [
    { route: 'POST /before', message: OUT_OF_REACH },
    { route: 'POST /between', message: OUT_OF_REACH },
  ])
})

t.test('an application that prints its routes in its own way is checked too', async (t) => {
  const options: object = { routerOptions: { buildPrettyMeta: () => ({}) } }
  const app = Fastify(options)
  app.get('/early', whoami)
  await app.register(auth)
  app.get('/late', { config: { auth: 'public' } }, whoami)
  t.match(await faultsOf(app), [{ route: 'GET, HEAD /early', message: BEFORE }])
})

t.test('in a scope with a prefix only its own routes count', async (t) => {
  const app = Fastify()
  app.get('/outside', whoami)
  app.get('/apix', whoami)
  const api: FastifyPluginAsync = async (api) => {
    api.get('/early', whoami)
    await api.register(auth, { page: false })
    api.get('/late', { config: { auth: 'public' } }, whoami)
  }
  await app.register(api, { prefix: '/api' })
  t.match(await faultsOf(app), [{ route: 'GET, HEAD /api/early', message: BEFORE }])
})

t.test('routes with constraints, parameters and blanks are told apart', async (t) => {
  const app = Fastify()
  app.get('/host', { constraints: { host: 'a.example' } }, whoami)
  app.post('/host', whoami)
  app.get('/a b', whoami)
  app.get('/v/:x(\\d+)/y', whoami)
  app.get('/v/:x(\\d+)/z', whoami)
  app.get('/', whoami)
  await app.register(auth)
  const routes = (await faultsOf(app)).map((fault) => fault.route)
  t.same(routes.sort(), [
    'GET, HEAD /',
    'GET, HEAD /a b',
    'GET, HEAD /v/:x(\\d+)/y',
    'GET, HEAD /v/:x(\\d+)/z',
    'GET, HEAD, POST /host',
  ])
})

t.test('the plugin cannot be registered twice in one line of scopes', async (t) => {
  const app = await createApp()
  const again: FastifyPluginAsync = async (scope) => {
    await scope.register(auth)
  }
  await t.rejects(Promise.resolve(app.register(again)), { code: 'LATCHKEY_AUTH_REGISTERED_TWICE' })
})

t.test('an application that did not start keeps its routes closed', async (t) => {
  const app = await createApp()
  app.get('/', { config: { auth: 'bearer' } }, whoami)
  app.get('/undecided', whoami)
  await t.rejects(Promise.resolve(app.ready()), { code: 'LATCHKEY_AUTH_ROUTES_REFUSED' })
  const server = createServer((request, response) => app.routing(request, response)).listen(0)
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const url of ['/', '/undecided']) {
    const headers = { authorization: 'Bearer valid', connection: 'close' }
    const response = await fetch(`http://localhost:${port}${url}`, { headers })
    t.equal(response.status, 500)
    t.match(await response.json(), { code: 'LATCHKEY_AUTH_NOT_READY' })
  }
})

t.test('before the application is ready nothing is reported', async (t) => {
  const app = await createApp()
  app.get('/', { config: { auth: 'bearer' } }, whoami)
  t.throws(() => app.authReport(), { code: 'LATCHKEY_AUTH_NOT_READY' })
  t.throws(() => app.printAuth(), { code: 'LATCHKEY_AUTH_NOT_READY' })
})
