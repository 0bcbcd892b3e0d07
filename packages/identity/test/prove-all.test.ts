import fastify, { type FastifyRequest } from 'fastify'
import t from 'tap'
import { type Identity, identity, type MechanismPlan } from '../src/index.js'
import { appOf, byCookie, byHeader, someone, stub } from './fixtures/stub.js'

const g = 'good'
const same = { 'sec-fetch-site': 'same-origin' }

const rows: [
  what: string,
  plan: MechanismPlan,
  headers: Record<string, string>,
  status: number,
  who?: string | null,
  all?: string[] | null,
][] = [
  ['both proved', { all: ['a', 'b'] }, { 'x-a': g, 'x-b': g }, 200, 'a', ['a', 'b']],
  ['one is missing', { all: ['a', 'b'] }, { 'x-a': g }, 401],
  ['the other is missing', { all: ['a', 'b'] }, { 'x-b': g }, 401],
  ['one is bad', { all: ['a', 'b'] }, { 'x-a': g, 'x-b': 'bad' }, 401],
  ['none', { all: ['a', 'b'] }, {}, 401],
  ['none, optional', { all: ['a', 'b'], optional: true }, {}, 200, null, null],
  ['half, optional', { all: ['a', 'b'], optional: true }, { 'x-a': g }, 401],
  [
    'the primary is named',
    { all: ['a', 'b'], primary: 'b' },
    { 'x-a': g, 'x-b': g },
    200,
    'b',
    ['b', 'a'],
  ],
  [
    'a cookie takes part',
    { all: ['a', 'sid'] },
    { 'x-a': g, cookie: 'sid=good' },
    200,
    'a',
    ['a', 'sid'],
  ],
  ['the cookie is missing', { all: ['a', 'sid'] }, { 'x-a': g }, 401],
  ['only the cookie', { all: ['a', 'sid'] }, { cookie: 'sid=good' }, 401],
  ['one or both: one', ['a', { all: ['a', 'b'] }], { 'x-a': g }, 200, 'a', null],
  ['one or both: both', ['a', { all: ['a', 'b'] }], { 'x-a': g, 'x-b': g }, 200, 'a', ['a', 'b']],
  ['one or both: the other', ['a', { all: ['a', 'b'] }], { 'x-b': g }, 401],
  ['both first, cookie absent', [{ all: ['a', 'sid'] }, 'a'], { 'x-a': g }, 200, 'a', null],
  [
    'both first, cookie there',
    [{ all: ['a', 'sid'] }, 'a'],
    { 'x-a': g, cookie: 'sid=good' },
    200,
    'a',
    ['a', 'sid'],
  ],
  ['bad, asked once', [{ all: ['a', 'sid'] }, 'a'], { 'x-a': 'bad', cookie: 'sid=good' }, 401],
  [
    'nested any',
    { all: ['a', { any: ['b', 'sid'] }] },
    { 'x-a': g, 'x-b': g },
    200,
    'a',
    ['a', 'b'],
  ],
  [
    'nested any, other way',
    { all: ['a', { any: ['b', 'sid'] }] },
    { 'x-a': g, cookie: 'sid=good' },
    200,
    'a',
    ['a', 'sid'],
  ],
  [
    'nested all in any in all',
    { all: [{ any: [{ all: ['a', 'b'] }, 'c'] }, 'sid'] },
    { 'x-a': g, 'x-b': g, cookie: 'sid=good' },
    200,
    'a',
    ['a', 'b', 'sid'],
  ],
  ['more than any way takes', { any: [{ all: ['a', 'b'] }, 'c'] }, { 'x-a': g, 'x-c': g }, 400],
  ['one mechanism twice is one', { all: ['a', 'a'] }, { 'x-a': g }, 200, 'a', null],
]

for (const [what, plan, headers, status, who, all] of rows) {
  t.test(`all: ${what} is ${status}`, async (t) => {
    const mechanisms = [byHeader('a'), byHeader('b'), byHeader('c'), byCookie('sid')]
    const app = await appOf(mechanisms, plan)
    const response = await app.inject({ url: '/', headers })
    t.equal(response.statusCode, status)
    if (status === 200) t.same(response.json(), { who, all })
    if (status === 401) t.ok(response.headers['www-authenticate'])
    for (const { name, calls } of mechanisms) t.ok(calls <= 1, `${name} was asked ${calls} times`)
  })
}

t.test(
  'an outage of any member is 503, and a bad member is not rescued by another way',
  async (t) => {
    const down = stub('down', async () => ({ unavailable: { reason: 'store' } }))
    const app = await appOf([byHeader('a'), down], [{ all: ['a', 'down'] }, 'a'])
    t.equal((await app.inject({ url: '/', headers: { 'x-a': g } })).statusCode, 503)
  },
)

t.test('a member that hangs is 503', async (t) => {
  const hung = stub('hung', () => new Promise(() => {}))
  const app = await appOf([byHeader('a'), hung], { all: ['a', 'hung'] }, { seconds: 0.01 })
  t.equal((await app.inject({ url: '/', headers: { 'x-a': g } })).statusCode, 503)
})

t.test('the origin must suit every ambient member, whichever is the primary', async (t) => {
  const strict = byCookie('sid')
  const both = stub('sid2', () => ({ identity: someone('sid2') }), {
    ambient: true,
    trustedOrigins: ['https://app.example'],
  })
  const cross = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }
  const cookie = 'sid=good'
  for (const plan of [
    { all: ['sid', 'sid2'] },
    { all: ['sid2', 'sid'] },
    { all: ['a', 'sid2', 'sid'] },
    { all: ['a', 'sid', 'sid2'] },
  ]) {
    const app = await appOf([byHeader('a'), strict, both], plan)
    const headers = { cookie, ...(plan.all.includes('a') && { 'x-a': g }) }
    const foreign = await app.inject({
      method: 'POST',
      url: '/',
      headers: { ...headers, ...cross },
    })
    t.equal(foreign.statusCode, 403, JSON.stringify(plan))
    const own = await app.inject({ method: 'POST', url: '/', headers: { ...headers, ...same } })
    t.equal(own.statusCode, 200, JSON.stringify(plan))
  }
})

t.test(
  'identities are set when all is well, cannot be changed, and are null otherwise',
  async (t) => {
    const seen: FastifyRequest[] = []
    const app = fastify()
    await app.register(identity)
    for (const each of [byHeader('a'), byCookie('sid')]) app.mechanisms.register(each)
    app.addHook('onResponse', async (request) => void seen.push(request))
    app.post('/', { onRequest: app.authenticate({ all: ['a', 'sid'] }) }, async () => ({}))
    const headers = { 'x-a': g, cookie: 'sid=good' }

    const own = await app.inject({ method: 'POST', url: '/', headers: { ...headers, ...same } })
    t.equal(own.statusCode, 200)
    const map = seen[0]?.identities as Map<string, Identity>
    t.same([...map.keys()], ['a', 'sid'])
    t.equal(map.get('a'), seen[0]?.identity)
    for (const change of [
      () => map.set('x', someone('x')),
      () => map.delete('a'),
      () => map.clear(),
    ]) {
      t.throws(change, TypeError)
    }

    const foreign = await app.inject({ method: 'POST', url: '/', headers })
    t.equal(foreign.statusCode, 403)
    t.equal(foreign.json().code, 'LATCHKEY_IDENTITY_CROSS_SITE')
    t.equal(seen[1]?.identity, null)
    t.equal(seen[1]?.identities, null)
  },
)
