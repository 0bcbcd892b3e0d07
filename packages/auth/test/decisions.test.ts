import { asIdentity } from '@latchkey/identity/testing'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { createApp, whoami } from './fixtures/app.js'
import { authorizer } from './fixtures/authorizer.js'

const headers = { authorization: 'Bearer valid' }

async function createDeciding(asked: string[] = []): Promise<FastifyInstance> {
  const app = await createApp()
  app.mechanisms.registerAuthorizer(authorizer(asked))
  return app
}

for (const when of ['early', 'late'] as const) {
  for (const later of [false, true]) {
    const how = `${when}${later ? ', by promise' : ''}`
    for (const [what, answer, status, challenge] of [
      ['a denial is 403 without a challenge', 'deny', 403, undefined],
      [
        'V8.2.1 a denial that a scope would lift is 403 and names the scope',
        'scope',
        403,
        ['Bearer realm="bearer", error="insufficient_scope", scope="orders:write"'],
      ],
      [
        'a login that is too old is 401 and says what would do',
        'step-up',
        401,
        [
          'Bearer realm="bearer", error="insufficient_user_authentication", acr_values="mfa", max_age="300"',
        ],
      ],
      ['an authorizer that throws is 500', 'throw', 500, undefined],
      ['an authorizer that rejects is 500', 'reject', 500, undefined],
      ['an authorizer that answers nonsense is 500', 'nonsense', 500, undefined],
    ] as const) {
      t.test(`${how}: ${what}`, async (t) => {
        const app = await createDeciding()
        let handled = false
        app.get('/', { config: { auth: { any: ['bearer'], [when]: answer, later } } }, () => {
          handled = true
        })
        const response = await app.inject({ url: '/', headers })
        t.equal(response.statusCode, status)
        t.same(response.headers['www-authenticate'], challenge)
        t.equal(response.headers['cache-control'], 'no-store')
        t.notOk(handled)
      })
    }

    t.test(`${how}: what is allowed reaches the handler`, async (t) => {
      const asked: string[] = []
      const app = await createDeciding(asked)
      app.get('/', { config: { auth: { any: ['bearer'], [when]: 'allow', later } } }, whoami)
      const response = await app.inject({ url: '/', headers })
      t.equal(response.statusCode, 200)
      t.same(response.json(), { by: 'bearer' })
      t.same(asked, [`${when} allow of GET /`])
    })
  }
}

t.test('what the authorizer discloses is what the client reads', async (t) => {
  const app = await createDeciding()
  app.get('/', { config: { auth: { any: ['bearer'], early: 'deny' } } }, whoami)
  const response = await app.inject({ url: '/', headers })
  t.same(response.json(), {
    statusCode: 403,
    code: 'LATCHKEY_IDENTITY_FORBIDDEN',
    error: 'Forbidden',
    message: 'Ask your administrator',
  })
})

t.test(
  'what the application throws to the client while it decides is answered as it is',
  async (t) => {
    const app = await createDeciding()
    app.get('/', { config: { auth: { any: ['bearer'], late: 'missing' } } }, whoami)
    const response = await app.inject({ url: '/', headers })
    t.same(response.json(), { statusCode: 404, error: 'Not Found', message: 'No such order' })
  },
)

t.test('nothing is decided before somebody is known', async (t) => {
  const asked: string[] = []
  const app = await createDeciding(asked)
  app.get('/', { config: { auth: { any: ['bearer'], early: 'allow', late: 'allow' } } }, whoami)
  const response = await app.inject({ url: '/', headers: { authorization: 'Bearer forged' } })
  t.equal(response.statusCode, 401)
  t.same(asked, [])
})

t.test('early and late decisions stand around the parsing of the body', async (t) => {
  const asked: string[] = []
  const app = await createDeciding(asked)
  app.addHook('preValidation', async () => {
    asked.push('body parsed')
  })
  const auth = { any: ['bearer'], early: 'allow', late: 'allow' } as const
  app.post(
    '/',
    {
      config: { auth },
      onRequest: async () => {
        asked.push("the route's onRequest")
      },
      preHandler: async () => {
        asked.push("the route's preHandler")
      },
    },
    whoami,
  )
  const response = await app.inject({ method: 'POST', url: '/', headers, payload: {} })
  t.equal(response.statusCode, 200)
  t.same(asked, [
    'early allow of POST /',
    "the route's onRequest",
    'body parsed',
    'late allow of POST /',
    "the route's preHandler",
  ])
})

t.test('nobody meets a requirement, on an optional route neither', async (t) => {
  const asked: string[] = []
  const app = await createDeciding(asked)
  const auth = { any: ['bearer', 'badge'], optional: true, early: 'allow' } as const
  app.get('/', { config: { auth } }, whoami)
  const response = await app.inject({ url: '/' })
  t.equal(response.statusCode, 401)
  t.same(response.headers['www-authenticate'], ['Bearer realm="bearer"', 'Badge realm="badge"'])
  t.same(asked, [])
})

t.test('an identity that a test planted is decided like any other', async (t) => {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'test'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  const asked: string[] = []
  const app = await createDeciding(asked)
  app.get('/', { config: { auth: { any: ['bearer'], early: 'allow' } } }, whoami)
  app.get('/no', { config: { auth: { any: ['bearer'], early: 'step-up' } } }, whoami)
  const allowed = await app.inject(asIdentity({ subject: 'u1' }, { url: '/' }))
  t.same(allowed.json(), { by: 'test' })
  const denied = await app.inject(asIdentity({ subject: 'u1' }, { url: '/no' }))
  t.equal(denied.statusCode, 401)
  t.same(asked, ['early allow of GET /', 'early step-up of GET /no'])
})

t.test('an identity that a hook takes away between the decisions is missed', async (t) => {
  const asked: string[] = []
  const app = await createDeciding(asked)
  app.addHook('preHandler', async (request) => {
    request.identity = null
  })
  app.get('/', { config: { auth: { any: ['bearer'], late: 'allow' } } }, whoami)
  const response = await app.inject({ url: '/', headers })
  t.equal(response.statusCode, 500)
  t.same(asked, [])
})

t.test('the authorizer is named in the log, the client reads nothing of the fault', async (t) => {
  const app = await createDeciding()
  const attempts: unknown[] = []
  app.addHook('onError', async (_request, _reply, error) => {
    attempts.push((error as { attempts?: unknown }).attempts)
  })
  app.get('/', { config: { auth: { any: ['bearer'], early: 'throw' } } }, whoami)
  const response = await app.inject({ url: '/', headers })
  t.same(attempts, [[{ mechanism: 'oracle', outcome: 'failed' }]])
  t.notMatch(response.body, /oracle/)
})
