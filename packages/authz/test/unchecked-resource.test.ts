import type { FastifyInstance, FastifyRequest } from 'fastify'
import tap from 'tap'
import { callers, documents, shelf } from './fixtures/documents.js'
import { call, serve } from './fixtures/server.js'

const { ann } = callers
const fault = 'LATCHKEY_AUTHZ_UNCHECKED_RESOURCE'

const handlers: [what: string, status: number, handler: (request: FastifyRequest) => unknown][] = [
  ['forgets the object', 500, async () => shelf.d1],
  ['asks about no object', 500, async (request) => request.can('document.list')],
  [
    'does not await the answer',
    500,
    async (request) => {
      request.can('document.read', shelf.d1)
      return shelf.d1
    },
  ],
  [
    'takes the promise for the answer',
    500,
    async (request) => ((request.can('document.read', shelf.d2) as unknown) ? 'a' : 'b'),
  ],
  [
    'asks about the object',
    200,
    async (request) => `${await request.can('document.read', shelf.d1)}`,
  ],
  ['uses then()', 200, (request) => request.can('document.read', shelf.d1).then(String)],
  [
    'uses catch() and finally()',
    200,
    async (request) => {
      const answer = request.can('document.read', shelf.d1)
      return String(await answer.catch(() => false).finally(() => undefined))
    },
  ],
  [
    'uses finally() alone',
    200,
    async (request) =>
      String(await request.can('document.read', shelf.d1).finally(() => undefined)),
  ],
  [
    'demands',
    200,
    async (request) => {
      await request.authorize('document.read', shelf.d1)
      return 'a'
    },
  ],
  ['plans', 200, async (request) => (await request.plan('document.read')).kind],
  [
    'reads the open fields',
    200,
    async (request) => request.fields('document.read', shelf.d1 ?? {}).pick({}),
  ],
]

for (const [what, status, handler] of handlers) {
  tap.test(`a handler that ${what} ${status === 200 ? 'passes' : 'fails'}`, async (t) => {
    const app = await serve({ policy: documents, guard: true })
    app.get('/docs/:id', { preHandler: app.requires({ can: 'document.read' }) }, handler as never)
    const answer = await app.inject({
      ...(await import('@latchkey/identity/testing')).asIdentity(ann, { url: '/docs/d1' }),
    })
    t.equal(answer.statusCode, status)
    if (status === 500) t.equal(answer.json().code, fault)
  })
}

async function forgetful(app: FastifyInstance, requirements: object) {
  app.get('/docs/:id', { preHandler: app.requires(requirements) }, async function showDocument() {
    return { leaked: true }
  })
}

tap.test('the fault says which handler, where, and what to write', async (t) => {
  const app = await serve({ policy: documents, guard: true })
  await forgetful(app, { can: 'document.read' })
  const { body } = await call(app, ann, { url: '/docs/d1' })
  const message = (body as { message: string }).message
  t.match(message, /^Cannot answer GET \/docs\/:id: its handler "showDocument", declared at /)
  t.match(message, /unchecked-resource\.test\.ts:\d+:\d+, made no decision about an object/)
  t.match(
    message,
    /config\.auth\.resource, or await request\.authorize\("document\.read", object\)/,
  )
})

tap.test('a loaded object that nobody asks about is found too', async (t) => {
  const app = await serve({ policy: documents, guard: true })
  await forgetful(app, { resource: () => shelf.d1 })
  const { status, body } = await call(app, ann, { url: '/docs/d1' })
  t.equal(status, 500)
  t.match((body as { message: string }).message, /name the permission in config\.auth\.can/)
})

tap.test('an answer that is an error needs no decision', async (t) => {
  const app = await serve({ policy: documents, guard: true })
  app.get('/', { preHandler: app.requires({ can: 'document.read' }) }, async (_request, reply) =>
    reply.code(404).send({ gone: true }),
  )
  t.same((await call(app, ann, { url: '/' })).body, { gone: true })
})

tap.test('a handler without a name is found as well', async (t) => {
  const app = await serve({ policy: documents, guard: true })
  app.get(
    '/',
    { preHandler: app.requires({ can: 'document.read' }) },
    (
      () => async () =>
        'x'
    )(),
  )
  const { body } = await call(app, ann, { url: '/' })
  t.match((body as { message: string }).message, /: its handler, declared at /)
})

tap.test('production is not slowed by it', async (t) => {
  const app = await serve({ policy: documents, guard: false })
  await forgetful(app, { can: 'document.read' })
  t.same((await call(app, ann, { url: '/docs/d1' })).body, { leaked: true })
})

tap.test('without being told it is off in production alone', async (t) => {
  const before = process.env.NODE_ENV
  t.teardown(() => {
    process.env.NODE_ENV = before
  })
  for (const [env, status] of [
    ['production', 200],
    ['development', 500],
    [undefined, 500],
  ] as const) {
    if (env === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = env
    const app = await serve({ policy: documents })
    await forgetful(app, { can: 'document.read' })
    process.env.NODE_ENV = 'test'
    t.equal((await call(app, ann, { url: '/docs/d1' })).status, status, String(env))
  }
})

tap.test('a request that ends before the plugin sees it is left alone', async (t) => {
  const { default: fastify } = await import('fastify')
  const { authz } = await import('../src/index.js')
  const app = fastify()
  app.addHook('onRequest', async (_request, reply) => reply.send({ early: true }))
  await app.register(authz, { policy: documents, guard: true })
  app.get('/', async () => 'late')
  const response = await app.inject('/')
  t.same(response.json(), { early: true })
})

tap.test('a route that no line of the application declares is found as well', async (t) => {
  const app = await serve({ policy: documents, guard: true })
  const options = { preHandler: app.requires({ can: 'document.read' }) }
  const declare = app.get as (...parts: unknown[]) => unknown
  queueMicrotask(declare.bind(app, '/', options, async () => 'leak'))
  await Promise.resolve()
  const { body } = await call(app, ann, { url: '/' })
  t.match((body as { message: string }).message, /declared at an unknown place/)
})
