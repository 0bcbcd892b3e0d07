import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { RouteAuth } from '../src/index.js'
import { createApp, whoami } from './fixtures/app.js'
import { badge, bearer, wristband } from './fixtures/mechanisms.js'

async function createRoute(auth: RouteAuth): Promise<FastifyInstance> {
  const app = await createApp()
  app.route({ method: ['GET', 'POST'], url: '/', config: { auth }, handler: whoami })
  return app
}

const BEARER = 'Bearer realm="bearer"'
const BADGE = 'Badge realm="badge"'
const WRONG = ', error="invalid_token"'
const ALL = ['bearer', 'badge', 'wristband']

for (const [what, auth, headers, status, by, challenges] of [
  [
    'a public route asks nobody',
    'public',
    { authorization: 'Bearer forged' },
    200,
    null,
    undefined,
  ],
  ['one name is one way in', 'bearer', { authorization: 'Bearer valid' }, 200, 'bearer', undefined],
  [
    'a header is found wherever it stands in the plan',
    ALL,
    { 'x-badge': 'valid' },
    200,
    'badge',
    undefined,
  ],
  ['a cookie comes last', ALL, { cookie: 'wristband=valid' }, 200, 'wristband', undefined],
  [
    'nothing is answered with the challenge of every mechanism',
    ALL,
    {},
    401,
    undefined,
    [BEARER, BADGE],
  ],
  [
    'V6.3.4 a credential of a mechanism that the route does not name is nothing',
    ['badge'],
    { authorization: 'Bearer valid' },
    401,
    undefined,
    [BADGE],
  ],
  [
    'a refusal ends the search, though a weaker credential would do',
    ALL,
    { authorization: 'Bearer forged', cookie: 'wristband=valid' },
    401,
    undefined,
    [BEARER + WRONG, BADGE],
  ],
  [
    'a good header is judged alone, whatever cookie comes with it',
    ['wristband', 'bearer'],
    { authorization: 'Bearer valid', cookie: 'wristband=valid' },
    200,
    'bearer',
    undefined,
  ],
  [
    'V6.3.4 two explicit credentials are an error, though both are good',
    ALL,
    { authorization: 'Bearer valid', 'x-badge': 'valid' },
    400,
    undefined,
    undefined,
  ],
  [
    'a bad credential beside a good one is an error',
    ALL,
    { authorization: 'Bearer valid', 'x-badge': 'forged' },
    400,
    undefined,
    undefined,
  ],
  [
    'a cookie that is not known is nothing',
    ALL,
    { cookie: 'wristband=stale' },
    401,
    undefined,
    [BEARER, BADGE],
  ],
  [
    'nothing passes an optional route',
    { any: ['bearer'], optional: true },
    {},
    200,
    null,
    undefined,
  ],
  [
    'something bad does not pass an optional route',
    { any: ['bearer'], optional: true },
    { authorization: 'Bearer forged' },
    401,
    undefined,
    [BEARER + WRONG],
  ],
  [
    'an outage is 503, never 401, on an optional route too',
    { any: ['bearer'], optional: true },
    { authorization: 'Bearer down' },
    503,
    undefined,
    undefined,
  ],
  [
    'a mechanism that throws is 500, never 401',
    ALL,
    { authorization: 'Bearer throw' },
    500,
    undefined,
    undefined,
  ],
  [
    'all of several have to be proved, the first is the identity',
    { all: ['bearer', 'badge'] },
    { authorization: 'Bearer valid', 'x-badge': 'valid' },
    200,
    'bearer',
    undefined,
  ],
  [
    'the primary is the identity',
    { all: ['bearer', 'badge'], primary: 'badge' },
    { authorization: 'Bearer valid', 'x-badge': 'valid' },
    200,
    'badge',
    undefined,
  ],
  [
    'half of what has to be proved is not enough',
    { all: ['bearer', 'badge'] },
    { authorization: 'Bearer valid' },
    401,
    undefined,
    [BEARER, BADGE],
  ],
  [
    'one bad half spoils the whole',
    { all: ['bearer', 'badge'] },
    { authorization: 'Bearer valid', 'x-badge': 'forged' },
    401,
    undefined,
    [BADGE + WRONG, BEARER],
  ],
  [
    'plans nest: a header, or a header with a cookie',
    { any: ['bearer', { all: ['badge', 'wristband'] }] },
    { 'x-badge': 'valid', cookie: 'wristband=valid' },
    200,
    'badge',
    undefined,
  ],
  [
    'of nested plans the one that fits is taken',
    { any: ['bearer', { all: ['badge', 'wristband'] }] },
    { authorization: 'Bearer valid' },
    200,
    'bearer',
    undefined,
  ],
] as const) {
  t.test(what, async (t) => {
    const app = await createRoute(auth)
    const response = await app.inject({ url: '/', headers })
    t.equal(response.statusCode, status)
    t.equal(response.json().by, by)
    t.same(response.headers['www-authenticate'], challenges)
    t.equal(response.headers['retry-after'], status === 503 ? '7' : undefined)
    t.equal(response.headers['cache-control'], status === 200 ? undefined : 'no-store')
  })
}

for (const [what, headers, status] of [
  ['from a page of this origin', { 'sec-fetch-site': 'same-origin' }, 200],
  ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['from a sibling of this site', { 'sec-fetch-site': 'same-site' }, 403],
  ['from an old browser, from here', { origin: 'http://localhost:80' }, 200],
  ['from an old browser, from elsewhere', { origin: 'https://evil.example' }, 403],
  ['without a word about where it is from', {}, 403],
] as const) {
  t.test(`V3.5.1 a write with a cookie ${what} is ${status}`, async (t) => {
    const app = await createRoute(ALL)
    const cookie = { cookie: 'wristband=valid', host: 'localhost:80' }
    const response = await app.inject({
      method: 'POST',
      url: '/',
      headers: { ...cookie, ...headers },
    })
    t.equal(response.statusCode, status)
    const read = await app.inject({ url: '/', headers: { ...cookie, ...headers } })
    t.equal(read.statusCode, 200)
    const token = { authorization: 'Bearer valid', ...cookie, ...headers }
    t.equal((await app.inject({ method: 'POST', url: '/', headers: token })).statusCode, 200)
  })
}

t.test('V15.3.7 a credential that is sent twice is an error', async (t) => {
  const app = await createRoute(ALL)
  const headers = { 'x-badge': ['valid', 'valid'] as unknown as string }
  const response = await app.inject({ url: '/', headers })
  t.equal(response.statusCode, 400)
})

t.test('a browser that navigates is sent to the login page of the session', async (t) => {
  const session = { ...wristband('session'), loginLocation: () => '/login?returnTo=%2F' }
  const app = await createApp({}, [bearer(), session, badge()])
  app.get('/', { config: { auth: ['bearer', 'session'] } }, whoami)
  const response = await app.inject({ url: '/', headers: { accept: 'text/html' } })
  t.equal(response.statusCode, 303)
  t.equal(response.headers.location, '/login?returnTo=%2F')
  t.equal((await app.inject('/')).statusCode, 401)
})

t.test('V16.5.1 the client reads nothing of what went wrong', async (t) => {
  const app = await createRoute(ALL)
  for (const credential of ['forged', 'down', 'throw']) {
    const headers = { authorization: `Bearer ${credential}` }
    const { body } = await app.inject({ url: '/', headers })
    t.notMatch(body, /fault|bearer|store|unknown|forged|realm/i)
  }
})
