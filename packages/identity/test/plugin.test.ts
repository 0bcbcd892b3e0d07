import fastify, { type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { createAuthenticate, identity, type Mechanism, requireIdentity } from '../src/index.js'
import { byCookie, byHeader, stub } from './fixtures/stub.js'

/** Types a plugin as asynchronous. */
const scoped = (plugin: FastifyPluginAsync): FastifyPluginAsync => plugin

t.test('a request has no identity until somebody proves one', async (t) => {
  const app = fastify()
  await app.register(identity)
  app.get('/', async ({ identity, identities }) => ({ identity, identities }))
  t.same((await app.inject('/')).json(), { identity: null, identities: null })
})

t.test('registering it again changes nothing', async (t) => {
  const app = fastify()
  await app.register(identity, { timeout: 1 })
  app.mechanisms.register(byHeader('a'))
  await app.register(identity)
  t.same(
    app.mechanisms.list().map(({ name }) => name),
    ['a'],
  )
})

t.test('a timeout that comes too late fails, rather than being forgotten', async (t) => {
  const app = fastify()
  await app.register(identity)
  await t.rejects(Promise.resolve(app.register(identity, { timeout: 1 })), {
    code: 'LATCHKEY_IDENTITY_CLASH',
    message: /register it before any mechanism/,
  })
})

for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 3_000_000]) {
  t.test(`a timeout of ${timeout} cannot be used`, async (t) => {
    const app = fastify()
    await t.rejects(Promise.resolve(app.register(identity, { timeout })), {
      code: 'LATCHKEY_IDENTITY_INVALID_PLAN',
    })
    const plan = { mechanisms: [], alternatives: [], optional: false }
    t.throws(() => createAuthenticate(plan, { timeout }), {
      code: 'LATCHKEY_IDENTITY_INVALID_PLAN',
    })
  })
}

t.test("somebody else's request.identity is not taken over", async (t) => {
  const app = fastify()
  app.decorateRequest('identity', null)
  await t.rejects(Promise.resolve(app.register(identity)), { code: 'FST_ERR_DEC_ALREADY_PRESENT' })
})

t.test('a scope sees its own mechanisms and its parents’, and not its siblings’', async (t) => {
  const app = fastify()
  await app.register(identity)
  app.mechanisms.register(byHeader('root'))
  let inner: readonly Mechanism[] = []
  await app.register(
    scoped(async (scope) => {
      scope.mechanisms.register(byHeader('one'))
      await scope.register(
        scoped(async (deeper) => {
          deeper.mechanisms.register(byHeader('two'))
          inner = deeper.mechanisms.list()
        }),
      )
    }),
  )
  await app.register(
    scoped(async (scope) => {
      t.equal(scope.mechanisms.find('one'), undefined)
      t.equal(scope.mechanisms.find('root')?.name, 'root')
      scope.get('/', { onRequest: scope.authenticate('one') }, async () => ({}))
    }),
  )
  t.same(
    inner.map(({ name }) => name),
    ['two', 'one', 'root'],
  )
  await t.rejects(async () => await app.ready(), { code: 'LATCHKEY_IDENTITY_UNKNOWN_MECHANISM' })
})

t.test('a scope may give a name of its parent another meaning, for itself', async (t) => {
  const app = fastify()
  await app.register(identity)
  const outer = byHeader('key')
  const inner = byHeader('key', 'inner')
  app.mechanisms.register(outer)
  app.get('/', { onRequest: app.authenticate('key') }, async () => ({}))
  await app.register(
    scoped(async (scope) => {
      scope.mechanisms.register(inner)
      t.same(scope.mechanisms.list(), [inner])
      scope.get('/inner', { onRequest: scope.authenticate('key') }, async () => ({}))
    }),
  )
  const headers = { 'x-key': 'inner' }
  t.equal((await app.inject({ url: '/inner', headers })).statusCode, 200)
  t.equal((await app.inject({ url: '/', headers })).statusCode, 401)
})

t.test('a name is taken once in a scope', async (t) => {
  const app = fastify()
  await app.register(identity)
  app.mechanisms.register(byHeader('key'))
  t.throws(() => app.mechanisms.register(byHeader('key')), {
    code: 'LATCHKEY_IDENTITY_CLASH',
    message: /give one of them another with the option "name"/,
  })
})

t.test('a scope has one authorizer, and sees its parents’', async (t) => {
  const app = fastify()
  await app.register(identity)
  const authorizer = { name: 'rules', requirements: [], compile: () => ({ summary: '' }) }
  t.equal(app.mechanisms.authorizer(), undefined)
  app.mechanisms.registerAuthorizer(authorizer)
  await app.register(
    scoped(async (scope) => {
      t.equal(scope.mechanisms.authorizer(), authorizer)
      const own = { ...authorizer, name: 'own' }
      scope.mechanisms.registerAuthorizer(own)
      t.equal(scope.mechanisms.authorizer(), own)
    }),
  )
  t.throws(() => app.mechanisms.registerAuthorizer({ ...authorizer, name: 'more' }), {
    code: 'LATCHKEY_IDENTITY_CLASH',
    message: 'Cannot register the authorizer "more": this scope already has "rules"',
  })
})

const cookie = [{ in: 'cookie', name: 'sid' }]
const outside: [what: string, parts: object | null, message: RegExp][] = [
  ['that is nothing', null, /it is not an object/],
  ['without a name', { name: undefined }, /"name" takes letters/],
  ['with an empty name', { name: '' }, /"name" takes letters/],
  ['with a space in its name', { name: 'a b' }, /"name" takes letters/],
  ['with a line break in its name', { name: 'a\n' }, /"name" takes letters/],
  ['with a long name', { name: 'a'.repeat(65) }, /"name" takes letters/],
  ['with a digit before its name', { name: '1a' }, /"name" takes letters/],
  ['with a name of all objects', { name: '__proto__' }, /"name" takes letters/],
  ['without sources', { sources: undefined }, /"sources" is not an array/],
  ['with a source in no place', { sources: [{ in: 'body', name: 'x' }] }, /"sources" has a member/],
  ['with a source without a name', { sources: [{ in: 'header' }] }, /"sources" has a member/],
  ['with a scheme without a name', { sources: [{ in: 'authorization', scheme: '' }] }, /"sources"/],
  ['with a source that is nothing', { sources: [null] }, /"sources" has a member/],
  ['that does not say whether it is ambient', { ambient: undefined }, /"ambient" is not a boolean/],
  ['that cannot authenticate', { authenticate: undefined }, /"authenticate" is not a function/],
  ['that cannot challenge', { challenge: {} }, /"challenge" is not a function/],
  ['that cannot describe itself', { describe: 1 }, /"describe" is not a function/],
  ['without a security scheme', { securityScheme: undefined }, /"securityScheme" has no type/],
  ['that hides its cookie', { sources: cookie }, /so "ambient" must be true/],
  ['that hides a certificate', { sources: [{ in: 'connection', name: 'mtls' }] }, /"ambient" must/],
  ['that trusts everybody', { trustedOrigins: ['*'] }, /the trusted origin "\*" is none/],
  ['that trusts no origin', { trustedOrigins: ['null'] }, /the trusted origin "null" is none/],
  [
    'that trusts a path',
    { trustedOrigins: ['https://a.example/'] },
    /"https:\/\/a.example\/" is none/,
  ],
  ['that trusts a scheme', { trustedOrigins: ['file://'] }, /the trusted origin/],
]

for (const [what, parts, message] of outside) {
  t.test(`a mechanism ${what} cannot be registered`, async (t) => {
    const app = fastify()
    await app.register(identity)
    const mechanism = parts === null ? null : { ...stub('a', () => null), ...parts }
    t.throws(() => app.mechanisms.register(mechanism as Mechanism), {
      code: 'LATCHKEY_IDENTITY_INVALID_MECHANISM',
      message,
    })
    t.same(app.mechanisms.list(), [])
  })
}

t.test('a mechanism may trust origins', async (t) => {
  const app = fastify()
  await app.register(identity)
  const trustedOrigins = ['https://app.example', 'http://localhost:5173']
  t.doesNotThrow(() => app.mechanisms.register(byCookie('sid', { trustedOrigins })))
})

t.test('requireIdentity gives the identity, or says which route has none', async (t) => {
  const app = fastify()
  await app.register(identity)
  app.mechanisms.register(byHeader('key'))
  app.get(
    '/who/:id',
    { onRequest: app.authenticate({ any: ['key'], optional: true }) },
    async (request) => ({ who: requireIdentity(request).subject }),
  )
  const headers = { 'x-key': 'good' }
  t.equal((await app.inject({ url: '/who/1', headers })).json().who, 'key-user')
  const response = await app.inject('/who/1')
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_MISSING')
  t.match(response.json().message, 'the route "/who/:id" has no authentication')
})
