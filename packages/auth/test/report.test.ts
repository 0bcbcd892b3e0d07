import t from 'tap'
import { createApp, whoami } from './fixtures/app.js'
import { authorizer } from './fixtures/authorizer.js'
import { badge, bearer, wristband } from './fixtures/mechanisms.js'

async function createSample(options = {}) {
  const app = await createApp({ page: false, ...options }, [
    bearer('jwt', { revocationWindow: 2 }),
    badge('api-key', { revocationWindow: null }),
    wristband('session', { revocationWindow: 0 }),
  ])
  app.mechanisms.registerAuthorizer(authorizer())
  app.get('/health', { config: { auth: 'public' } }, whoami)
  app.get('/me', { config: { auth: ['session', 'jwt'] } }, whoami)
  app.get('/feed', { config: { auth: { any: ['session'], optional: true } } }, whoami)
  app.post(
    '/orders',
    { config: { auth: { any: ['jwt', { all: ['api-key', 'session'] }], early: 'scope' } } },
    whoami,
  )
  app.put('/orders', { config: { auth: { any: ['api-key'], late: 'allow' } } }, whoami)
  app.options('/orders', whoami)
  return app
}

const TEXT = `
METHODS    URL      ACCESS     MECHANISMS               REQUIREMENTS  REVOKED WITHIN  DECIDED BY
GET, HEAD  /feed    optional   session                  -             0 s             route
GET, HEAD  /health  public     -                        -             -               route
GET, HEAD  /me      required   session | jwt            -             2 s             route
OPTIONS    /orders  preflight  -                        -             -               preflight
POST       /orders  required   jwt | api-key + session  early scope   2 s             route
PUT        /orders  required   api-key                  late allow    at expiry       route

MECHANISM  TYPE    AMBIENT  REVOKED WITHIN  ALGORITHMS  OUTBOUND  AT REST
api-key    badge   no       at expiry       none        -         in this file
jwt        bearer  no       2 s             none        -         in this file
session    cookie  yes      0 s             none        -         in this file
`

t.test('V6.1.3 printAuth() shows every way in as a table that is always the same', async (t) => {
  const app = await createSample()
  await app.ready()
  t.equal(app.printAuth(), TEXT.trim())
  const again = await createSample()
  await again.ready()
  t.equal(again.printAuth(), app.printAuth())
})

t.test(
  'V6.1.3 authReport() says for every route which mechanisms it takes, or that it is public',
  async (t) => {
    const app = await createSample()
    await app.ready()
    const report = app.authReport()
    t.same(report.routes[4], {
      methods: ['POST'],
      url: '/orders',
      access: 'required',
      ways: [['jwt'], ['api-key', 'session']],
      requirements: 'early scope',
      scopes: ['orders:write'],
      revocationWindow: 2,
      decidedBy: 'route',
    })
    t.same(report.routes[1], {
      methods: ['GET', 'HEAD'],
      url: '/health',
      access: 'public',
      ways: [],
      requirements: '',
      scopes: [],
      revocationWindow: 0,
      decidedBy: 'route',
    })
    t.same(report.mechanisms[1], {
      name: 'jwt',
      ambient: false,
      type: 'bearer',
      revocationWindow: 2,
      algorithms: ['none'],
      outbound: [],
      secretsAtRest: 'in this file',
    })
    t.same(JSON.parse(JSON.stringify(report)), report)
  },
)

t.test('an application without mechanisms prints one table', async (t) => {
  const app = await createApp({ page: false }, [])
  app.get('/', { config: { auth: 'public' } }, whoami)
  await app.ready()
  t.notMatch(app.printAuth(), 'MECHANISM ')
  t.equal(app.printAuth().split('\n').length, 2)
})

t.test('an application without routes prints nothing', async (t) => {
  const app = await createApp({ page: false }, [])
  await app.ready()
  t.equal(app.printAuth(), '')
})
