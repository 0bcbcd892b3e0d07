import { type Mechanism, registryOf } from '@latchkey/identity'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { type AuthOptions, auth } from '../src/index.js'
import { createApp, whoami } from './fixtures/app.js'
import { bearer } from './fixtures/mechanisms.js'

for (const [what, options, message] of [
  ['an unknown option', { defaults: 'deny' }, 'there is no option "defaults"; there is default,'],
  [
    'a default that is no plan',
    { default: true },
    '"default" is wrong. Cannot read the plan: it is',
  ],
  ['a default that is empty', { default: [] }, '"default" is wrong. Cannot read the plan: "any"'],
  ['a mechanism that is no pair', { mechanisms: { jwt: {} } }, '"mechanisms.jwt" is not [plugin'],
  [
    'a mechanism without a plugin',
    { mechanisms: { jwt: [{}] } },
    '"mechanisms.jwt" is not [plugin',
  ],
  [
    'a mechanism with two names',
    { mechanisms: { jwt: [() => {}, { name: 'token' }] } },
    '"mechanisms.jwt" has another "name" in its options; leave that out',
  ],
  ['a key that is no URL', { routes: { docs: 'public' } }, '"routes" has the key "docs"; write a'],
  ['an override that is no plan', { routes: { '/docs': 1 } }, '"routes" is wrong. Cannot read the'],
  ['a timeout of nothing', { timeout: 0 }, '"timeout" is not a number of seconds above 0'],
  ['an endless timeout', { timeout: Infinity }, '"timeout" is not a number of seconds above 0'],
  ['a page that is no plan', { page: [] }, '"page" is wrong. Cannot read the plan: "any" is not'],
] as const) {
  t.test(`${what} is refused at registration`, async (t) => {
    const registration = Fastify().register(auth, options as unknown as AuthOptions)
    const error = await Promise.resolve(registration).then(
      () => t.fail('it was taken'),
      (error) => error,
    )
    t.equal(error.code, 'LATCHKEY_AUTH_INVALID_OPTIONS')
    t.ok(error.message.includes(message), error.message)
  })
}

t.test('mechanisms are registered under the names that they are given', async (t) => {
  const given: unknown[] = []
  const room: FastifyPluginAsync<{ name: string; realm?: string }> = async (app, options) => {
    given.push(options)
    app.mechanisms.register(bearer(options.name))
  }
  Object.assign(room, { [Symbol.for('skip-override')]: true })
  const app = Fastify()
  await app.register(auth, { mechanisms: { one: [room, { realm: 'r' }], two: [room] } })
  app.get('/one', { config: { auth: 'one' } }, whoami)
  app.get('/two', { config: { auth: 'two' } }, whoami)
  t.same(given, [{ realm: 'r', name: 'one' }, { name: 'two' }])
  const headers = { authorization: 'Bearer valid' }
  t.same((await app.inject({ url: '/one', headers })).json(), { by: 'one' })
  t.same((await app.inject({ url: '/two', headers })).json(), { by: 'two' })
})

t.test('the default holds for routes that say nothing', async (t) => {
  const app = await createApp({ default: ['bearer'] })
  app.get('/', whoami)
  app.get('/health', { config: { auth: 'public' } }, whoami)
  t.equal((await app.inject('/')).statusCode, 401)
  t.equal((await app.inject('/health')).statusCode, 200)
  const open = await createApp({ default: 'public' })
  open.get('/', whoami)
  t.equal((await open.inject('/')).statusCode, 200)
})

t.test(
  'the option "routes" decides for routes that say nothing, the most exact key first',
  async (t) => {
    const app = await createApp({
      routes: {
        '/docs/*': 'public',
        '/docs/private/*': 'badge',
        'POST /docs/private/ours': 'wristband',
        '/docs/private/ours': 'bearer',
        'GET /upload': 'bearer',
      },
    })
    app.get('/docs', whoami)
    app.get('/docs/static/*', whoami)
    app.get('/docs/private/x', whoami)
    app.get('/docs/private/ours', whoami)
    app.post('/docs/private/ours', whoami)
    app.get('/docs/private/own', { config: { auth: 'public' } }, whoami)
    app.get('/upload', whoami)
    app.post('/upload', { config: { auth: 'badge' } }, whoami)
    await app.ready()
    const seen = app
      .authReport()
      .routes.map((route) => [
        `${route.methods} ${route.url}`,
        route.ways.flat().join() || route.access,
        route.decidedBy,
      ])
    t.same(seen, [
      ['GET,HEAD /_latchkey', 'public', 'route'],
      ['GET,HEAD /docs', 'public', 'routes'],
      ['GET,HEAD /docs/private/ours', 'bearer', 'routes'],
      ['POST /docs/private/ours', 'wristband', 'routes'],
      ['GET,HEAD /docs/private/own', 'public', 'route'],
      ['GET,HEAD /docs/private/x', 'badge', 'routes'],
      ['GET,HEAD /docs/static/*', 'public', 'routes'],
      ['GET,HEAD /upload', 'bearer', 'routes'],
      ['POST /upload', 'badge', 'route'],
    ])
  },
)

t.test('a key with a method leaves the other methods undecided', async (t) => {
  const app = await createApp({ routes: { 'GET /docs': 'public' } })
  app.get('/docs', whoami)
  app.post('/docs', whoami)
  await t.rejects(Promise.resolve(app.ready()), { message: /1 fault\n {2}POST \/docs: / })
})

t.test('a mechanism that hangs is given up after the timeout: 503', async (t) => {
  const app = await createApp({ timeout: 0.05 })
  app.get('/', { config: { auth: ['bearer', 'wristband'] } }, whoami)
  const response = await app.inject({ url: '/', headers: { authorization: 'Bearer hang' } })
  t.equal(response.statusCode, 503)
  t.equal(response.headers['retry-after'], '1')
  t.equal(response.headers['www-authenticate'], undefined)
})

t.test('the registry stays the one that the scope sees', async (t) => {
  const app = await createApp()
  const names = registryOf(app)
    .list()
    .map((mechanism: Mechanism) => mechanism.name)
  t.same(names, ['bearer', 'badge', 'wristband'])
})
