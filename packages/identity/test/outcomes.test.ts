import t from 'tap'
import { appOf, byCookie, byHeader, someone, stub } from './fixtures/stub.js'

t.test('an identity reaches the handler', async (t) => {
  for (const answer of [
    () => ({ identity: someone('a') }),
    async () => ({ identity: someone('a') }),
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    () => ({ then: (ok: (outcome: object) => void) => ok({ identity: someone('a') }) }),
    () => ({ identity: someone('a'), refusal: undefined, unavailable: undefined }),
  ]) {
    const app = await appOf([stub('a', answer)], 'a')
    const response = await app.inject('/')
    t.equal(response.statusCode, 200)
    t.same(response.json(), { who: 'a', all: null })
    t.equal(response.headers['www-authenticate'], undefined)
  }
})

t.test('mechanisms are asked in order until one answers', async (t) => {
  for (const wrap of [(outcome: unknown) => outcome, async (outcome: unknown) => outcome]) {
    const first = stub('first', () => wrap(null))
    const second = stub('second', () => wrap({ identity: someone('second') }))
    const third = stub('third', () => wrap({ identity: someone('third') }))
    const app = await appOf([first, second, third], ['first', 'second', 'third'])
    t.equal((await app.inject('/')).json().who, 'second')
    t.same([first.calls, second.calls, third.calls], [1, 1, 0])
  }
})

t.test(
  'nothing presented is 401 with the challenge of every mechanism, each on a line',
  async (t) => {
    const app = await appOf([byHeader('a'), byHeader('b'), byCookie('c')], ['a', 'b', 'c'])
    const response = await app.inject('/')
    t.equal(response.statusCode, 401)
    t.same(response.headers['www-authenticate'], ['a', 'b', 'c'])
    t.equal(response.headers['cache-control'], 'no-store')
    t.same(response.json(), {
      statusCode: 401,
      code: 'LATCHKEY_IDENTITY_UNAUTHENTICATED',
      error: 'Unauthorized',
      message: 'Authentication is required',
    })
  },
)

t.test('nothing presented passes an optional plan, without an identity', async (t) => {
  const app = await appOf([byHeader('a')], { any: ['a'], optional: true })
  const response = await app.inject('/')
  t.equal(response.statusCode, 200)
  t.equal(response.json().who, null)
})

const refused: [what: string, refusal: object, status: number, code: string, challenge?: string][] =
  [
    ['a refusal', { reason: 'r', error: 'bad' }, 401, 'REFUSED', 'a error="bad"'],
    ['a malformed one', { reason: 'r', status: 400, error: 'e' }, 400, 'MALFORMED', 'a error="e"'],
    ['one too many', { reason: 'r', status: 429 }, 429, 'THROTTLED'],
    ['one with a status of no refusal', { reason: 'r', status: 200 }, 401, 'REFUSED', 'a'],
  ]

for (const [what, refusal, status, code, challenge] of refused) {
  t.test(`${what} ends the request with ${status}, and no later mechanism is asked`, async (t) => {
    for (const optional of [false, true]) {
      const later = stub('b', () => ({ identity: someone('b') }), { challenge: () => null })
      const app = await appOf([stub('a', () => ({ refusal })), later], {
        any: ['a', 'b'],
        optional,
      })
      const response = await app.inject('/')
      t.equal(response.statusCode, status)
      t.equal(response.json().code, `LATCHKEY_IDENTITY_${code}`)
      t.equal(response.headers['www-authenticate']?.toString(), challenge)
      t.equal(response.headers['cache-control'], 'no-store')
      t.equal(later.calls, 0)
    }
  })
}

t.test('the challenge of the mechanism that refused comes first', async (t) => {
  const app = await appOf([byHeader('a'), byHeader('b')], ['a', 'b'])
  const response = await app.inject({ url: '/', headers: { 'x-b': 'bad' } })
  t.same(response.headers['www-authenticate'], ['b', 'a'])
})

t.test('where no mechanism offers a challenge, its name stands for one', async (t) => {
  const silent = stub('silent', () => null, { challenge: () => null })
  const app = await appOf([silent], 'silent')
  t.same((await app.inject('/')).headers['www-authenticate'], ['silent'])
})

t.test('a refusal may carry headers and a time to wait', async (t) => {
  const refusal = { reason: 'r', status: 429, retryAfter: 1.5, headers: { 'DPoP-Nonce': 'n' } }
  const app = await appOf([stub('a', () => ({ refusal }))], 'a')
  const { headers } = await app.inject('/')
  t.equal(headers['retry-after'], '2')
  t.equal(headers['dpop-nonce'], 'n')
})

const waits: [retryAfter: number | undefined, header: string][] = [
  [undefined, '1'],
  [30, '30'],
  [0.1, '1'],
  [0, '1'],
  [-5, '1'],
  [Number.NaN, '1'],
  [Number.POSITIVE_INFINITY, '1'],
]

for (const [retryAfter, header] of waits) {
  t.test(`an outage of ${retryAfter} seconds is 503 with Retry-After: ${header}`, async (t) => {
    for (const wrap of [(outcome: unknown) => outcome, async (outcome: unknown) => outcome]) {
      const unavailable = { reason: 'store', cause: new Error('host db-7 is down'), retryAfter }
      const later = stub('b', () => ({ identity: someone('b') }))
      const app = await appOf([stub('a', () => wrap({ unavailable })), later], {
        any: ['a', 'b'],
        optional: true,
      })
      const response = await app.inject('/')
      t.equal(response.statusCode, 503)
      t.equal(response.headers['retry-after'], header)
      t.equal(response.headers['www-authenticate'], undefined)
      t.equal(response.headers['cache-control'], 'no-store')
      t.same(response.json(), {
        statusCode: 503,
        code: 'LATCHKEY_IDENTITY_UNAVAILABLE',
        error: 'Service Unavailable',
        message: 'Authentication is not available at the moment',
      })
      t.equal(later.calls, 0)
    }
  })
}
