import fastifyAuth from '@fastify/auth'
import bearerAuth from '@fastify/bearer-auth'
import { identity } from '@latchkey/identity'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import {
  auth,
  type FastifyAuthFunction,
  type FastifyAuthSource,
  type FromFastifyAuthOptions,
  fromFastifyAuth,
} from '../src/index.js'
import { whoami } from './fixtures/app.js'
import { badge, bearer } from './fixtures/mechanisms.js'

const who = () =>
  ({ subject: 's', issuer: 'legacy', kind: 'service', credentialId: 'legacy-1' }) as const
const header: FastifyAuthSource = { in: 'header', name: 'X-Legacy' }

const callback: FastifyAuthFunction = (request, _reply, done) => {
  const credential = request.headers['x-legacy']
  if (credential === 'valid') done()
  else if (credential === 'down') done(Object.assign(new Error('database'), { statusCode: 503 }))
  else done(new Error('no'))
}
const promise: FastifyAuthFunction = async (request) => {
  const credential = request.headers['x-legacy']
  if (credential === 'valid') return
  throw credential === 'down'
    ? Object.assign(new Error('database'), { statusCode: 500 })
    : new Error('no')
}
const throwing: FastifyAuthFunction = (request, reply, done) => {
  if (request.headers['x-legacy'] === 'forged') throw new Error('no')
  callback.call(request.server, request, reply, done)
}

async function createApp(
  fn: FastifyAuthFunction,
  options: Partial<FromFastifyAuthOptions> = {},
): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(identity)
  app.mechanisms.register(
    fromFastifyAuth(fn, { name: 'legacy', source: header, identify: who, ...options }),
  )
  app.mechanisms.register(bearer())
  await app.register(auth)
  app.get('/', { config: { auth: ['legacy', 'bearer'] } }, whoami)
  return app
}

for (const [how, fn] of [
  ['with a callback', callback],
  ['with a promise', promise],
  ['that may throw', throwing],
] as const) {
  t.test(`a function ${how} is a mechanism like any other`, async (t) => {
    const app = await createApp(fn)
    for (const [credential, status, by] of [
      ['valid', 200, 'legacy'],
      ['forged', 401, undefined],
      ['down', 503, undefined],
    ] as const) {
      const response = await app.inject({ url: '/', headers: { 'x-legacy': credential } })
      t.equal(response.statusCode, status, credential)
      t.equal(response.json().by, by, credential)
    }
    const none = await app.inject('/')
    t.equal(none.statusCode, 401)
    t.same(none.headers['www-authenticate'], ['Bearer realm="bearer"'])
    const other = await app.inject({ url: '/', headers: { authorization: 'Bearer valid' } })
    t.same(other.json(), { by: 'bearer' })
    const both = { 'x-legacy': 'forged', authorization: 'Bearer valid' }
    t.equal((await app.inject({ url: '/', headers: both })).statusCode, 400)
  })
}

t.test('the function is bound to the application, and its findings can be read', async (t) => {
  let server: unknown
  const app = await createApp(
    function (this: FastifyInstance, request, _reply, done) {
      server = this
      Object.assign(request, { user: { id: 'u7' } })
      done()
    },
    {
      identify: (request) => ({
        ...who(),
        subject: (request as never as { user: { id: string } }).user.id,
      }),
    },
  )
  app.get('/subject', { config: { auth: 'legacy' } }, (request) => request.identity?.subject)
  const response = await app.inject({ url: '/subject', headers: { 'x-legacy': 'x' } })
  t.equal(response.body, 'u7')
  t.equal(server, app)
})

t.test('an identity that cannot be is a fault, not a caller', async (t) => {
  const app = await createApp(callback, { identify: () => ({ ...who(), subject: '' }) })
  const response = await app.inject({ url: '/', headers: { 'x-legacy': 'valid' } })
  t.equal(response.statusCode, 500)
})

for (const [what, source, present, absent, ambient, scheme] of [
  [
    'an authorization scheme',
    { in: 'authorization', scheme: 'Legacy' },
    { url: '/', headers: { authorization: 'legacy x' } },
    { url: '/', headers: { authorization: 'Bearer x' } },
    false,
    { type: 'http', scheme: 'legacy' },
  ],
  [
    'a header',
    header,
    { url: '/', headers: { 'x-legacy': 'x' } },
    { url: '/' },
    false,
    { type: 'apiKey', in: 'header', name: 'X-Legacy' },
  ],
  [
    'a query parameter',
    { in: 'query', name: 'legacy' },
    { url: '/?legacy=x' },
    { url: '/?other=x' },
    false,
    { type: 'apiKey', in: 'query', name: 'legacy' },
  ],
  [
    'a cookie',
    { in: 'cookie', name: 'legacy' },
    { url: '/', headers: { cookie: 'a=b; legacy=x' } },
    { url: '/', headers: { cookie: 'a=b; notlegacy=x' } },
    true,
    { type: 'apiKey', in: 'cookie', name: 'legacy' },
  ],
] as const) {
  t.test(`the credential is found in ${what}`, async (t) => {
    let calls = 0
    const app = Fastify()
    await app.register(identity)
    const mechanism = fromFastifyAuth(
      (_request, _reply, done) => {
        calls += 1
        done()
      },
      { name: 'legacy', source, identify: who },
    )
    t.equal(mechanism.ambient, ambient)
    t.same(mechanism.securityScheme, scheme)
    app.mechanisms.register(mechanism)
    app.get('/', { onRequest: app.authenticate('legacy') }, whoami)
    t.equal((await app.inject(present)).statusCode, 200)
    t.equal((await app.inject(absent)).statusCode, 401)
    t.equal((await app.inject('/')).statusCode, 401)
    t.equal(calls, 1)
  })
}

t.test('what the function does not say may be said beside it', async (t) => {
  const challenge = { scheme: 'Legacy', params: { realm: 'old' } }
  const securityScheme = { type: 'http', scheme: 'legacy' } as const
  const report = { type: 'ours', revocationWindow: 0 }
  const options = { name: 'legacy', source: header, identify: who }
  const mechanism = fromFastifyAuth(callback, { ...options, challenge, securityScheme, report })
  t.same(mechanism.challenge(), challenge)
  t.same(mechanism.securityScheme, securityScheme)
  t.same(mechanism.describe(), {
    type: 'ours',
    revocationWindow: 0,
    algorithms: [],
    outbound: [],
    secretsAtRest: 'unknown',
  })
})

for (const [what, fn, options, message] of [
  ['something that is no function', 'x', {}, 'what is handed over is not a function'],
  ['no way to tell who it is', callback, { source: header }, '"identify" is not a function'],
  ['no source', callback, { identify: who }, '"source" is missing'],
] as const) {
  t.test(`${what} is refused when the mechanism is made`, async (t) => {
    const options_ = { name: 'legacy', ...options } as unknown as FromFastifyAuthOptions
    t.throws(() => fromFastifyAuth(fn as FastifyAuthFunction, options_), {
      code: 'LATCHKEY_AUTH_INVALID_OPTIONS',
      message: new RegExp(message),
    })
  })
}

t.test("@fastify/bearer-auth's function becomes a mechanism", async (t) => {
  const app = Fastify()
  await app.register(identity)
  await app.register(bearerAuth, { addHook: false, keys: new Set(['a-long-enough-key']) })
  const fn = app.verifyBearerAuth as unknown as FastifyAuthFunction
  const source = { in: 'authorization', scheme: 'Bearer' } as const
  app.mechanisms.register(fromFastifyAuth(fn, { name: 'static', source, identify: who }))
  await app.register(auth, { default: 'static' })
  app.get('/', whoami)
  for (const [authorization, status, challenge] of [
    ['Bearer a-long-enough-key', 200, undefined],
    ['Bearer forged', 401, ['Bearer']],
  ] as const) {
    const response = await app.inject({ url: '/', headers: { authorization } })
    t.equal(response.statusCode, status)
    t.same(response.headers['www-authenticate'], challenge)
  }
})

t.test('app.authenticate() fits into the lists of @fastify/auth', async (t) => {
  const app = Fastify()
  await app.register(identity)
  await app.register(fastifyAuth)
  for (const mechanism of [bearer(), badge()]) app.mechanisms.register(mechanism)
  const either = app.auth([app.authenticate('bearer'), app.authenticate('badge')])
  const both = [app.authenticate('bearer'), app.authenticate('badge')]
  app.get('/either', { onRequest: either }, whoami)
  app.get('/both', { onRequest: app.auth(both, { relation: 'and' }) }, whoami)
  for (const [url, headers, status, by] of [
    ['/either', { authorization: 'Bearer valid' }, 200, 'bearer'],
    ['/either', { 'x-badge': 'valid' }, 200, 'badge'],
    ['/either', { 'x-badge': 'forged' }, 401, undefined],
    ['/either', {}, 401, undefined],
    ['/both', { authorization: 'Bearer valid', 'x-badge': 'valid' }, 200, 'badge'],
    ['/both', { authorization: 'Bearer valid' }, 401, undefined],
  ] as const) {
    const response = await app.inject({ url, headers })
    t.equal(response.statusCode, status, `${url} ${JSON.stringify(headers)}`)
    t.equal(response.json().by, by)
  }
})
