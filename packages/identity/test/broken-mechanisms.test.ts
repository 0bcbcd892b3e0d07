import type { FastifyReply } from 'fastify'
import t from 'tap'
import type { AuthError, Mechanism } from '../src/index.js'
import { appOf, byHeader, someone, stub } from './fixtures/stub.js'

const unhandled: unknown[] = []
const note = (reason: unknown): void => {
  unhandled.push(reason)
}
process.on('unhandledRejection', note)
t.teardown(() => process.off('unhandledRejection', note))

const boom = (): never => {
  throw new Error('secret-of-the-store')
}
const identity = someone('a')

const rows: [what: string, answer: () => unknown, parts?: Partial<Mechanism>][] = [
  ['throws', boom],
  ['rejects', async () => boom()],
  ['rejects with nothing', () => Promise.reject(undefined)],
  [
    'throws a string',
    () => {
      throw 'secret-of-the-store'
    },
  ],
  ['answers undefined', () => undefined],
  ['answers undefined later', async () => undefined],
  ['answers true', () => true],
  ['answers a text', () => 'identity'],
  ['answers a function', () => () => null],
  ['answers an empty object', () => ({})],
  ['answers an empty object later', async () => ({})],
  ['answers a list', () => [identity]],
  ['answers an identity without its wrapping', () => identity],
  ['answers identity: null', () => ({ identity: null })],
  ['answers identity: true', () => ({ identity: true })],
  ['answers an identity that is not frozen', () => ({ identity: { ...identity } })],
  ['answers a frozen object', () => ({ identity: Object.freeze({ mechanism: 'a' }) })],
  ['answers with the identity of another', () => ({ identity: someone('b') })],
  ['answers identity and refusal at once', () => ({ identity, refusal: { reason: 'r' } })],
  ['answers identity and outage at once', () => ({ identity, unavailable: { reason: 'r' } })],
  ['answers refusal and outage at once', () => ({ refusal: {}, unavailable: {} })],
  ['answers refusal: null', () => ({ refusal: null })],
  ['answers refusal: a text', () => ({ refusal: 'expired' })],
  ['answers unavailable: true', () => ({ unavailable: true })],
  [
    'has a getter that throws',
    () => ({
      get identity() {
        return boom()
      },
    }),
  ],
  [
    'has a then that throws',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      get then() {
        return boom()
      },
    }),
  ],
  ['cannot make its challenge', () => ({ refusal: { reason: 'r' } }), { challenge: boom }],
  ['cannot make it for nothing presented', () => null, { challenge: boom }],
  ['cannot make it later', async () => null, { challenge: boom }],
  ['names no scheme', () => null, { challenge: () => ({ scheme: 'a b', params: {} }) }],
  ['breaks a header', () => ({ refusal: { reason: 'r', headers: { x: 'a\r\nset-cookie: b' } } })],
  ['misnames a header', () => ({ refusal: { reason: 'r', headers: { 'x y': 'a' } } })],
  ['cannot say where to log in', () => null, { loginLocation: boom }],
  ['cannot say it later', async () => null, { loginLocation: boom }],
]

for (const [what, answer, parts] of rows) {
  t.test(`a mechanism that ${what} answers 500: no handler, no challenge, no detail`, async (t) => {
    for (const optional of [false, true]) {
      if (optional && parts !== undefined) continue
      const later = byHeader('b')
      const app = await appOf([stub('a', answer, parts), later], { any: ['a', 'b'], optional })
      const response = await app.inject({ url: '/', headers: { accept: 'text/html' } })
      t.equal(response.statusCode, 500)
      t.same(response.json(), {
        statusCode: 500,
        code: 'LATCHKEY_IDENTITY_FAILED',
        error: 'Internal Server Error',
        message: 'Authentication could not be completed',
      })
      t.equal(response.headers['www-authenticate'], undefined)
      t.equal(response.headers['set-cookie'], undefined)
      t.equal(response.headers['cache-control'], 'no-store')
      t.equal(later.calls, 0)
    }
  })
}

t.test('a mechanism that breaks its contract within "all" answers 500, and is named', async (t) => {
  for (const answer of [
    boom,
    async () => boom(),
    () => undefined,
    () => ({ identity: someone('x') }),
  ]) {
    const seen: AuthError[] = []
    const app = await appOf(
      [byHeader('b'), stub('a', answer)],
      { all: ['b', 'a'] },
      {
        logger: {
          level: 'error',
          stream: { write: (line: string) => void seen.push(JSON.parse(line).err) },
        },
      },
    )
    const response = await app.inject({ url: '/', headers: { 'x-b': 'good' } })
    t.equal(response.statusCode, 500)
    t.same(seen[0]?.attempts, [{ mechanism: 'a', outcome: 'failed' }])
  }
})

t.test(
  'a mechanism that hangs is 503 after the timeout; what it does later is not looked at',
  async (t) => {
    const lates: ((outcome: unknown) => void)[] = []
    const fates: (() => unknown)[] = [
      () => ({ identity }),
      () => Promise.reject(new Error('late')),
      () => undefined,
      () => null,
    ]
    for (const fate of fates) {
      const hung = stub('a', () => new Promise((resolve) => lates.push(resolve)))
      const app = await appOf(
        [hung, byHeader('b')],
        { any: ['a', 'b'], optional: true },
        {
          seconds: 0.01,
        },
      )
      const response = await app.inject('/')
      t.equal(response.statusCode, 503)
      t.equal(response.headers['retry-after'], '1')
      lates.pop()?.(fate())
      await new Promise((resolve) => setImmediate(resolve))
      t.equal((await app.inject({ url: '/', headers: { 'x-b': 'good' } })).json().who, 'b')
    }
  },
)

t.test('a mechanism that answers the request itself ends it: no handler runs', async (t) => {
  const sent = <T>(reply: FastifyReply, outcome: T): T => {
    reply.code(418).send('mine')
    return outcome
  }
  const answers: ((reply: FastifyReply) => unknown)[] = [
    (reply) => sent(reply, null),
    (reply) => sent(reply, { identity }),
    async (reply) => sent(reply, { identity }),
    (reply) => sent(reply, { refusal: { reason: 'r' } }),
  ]
  for (const answer of answers) {
    const app = await appOf([stub('a', (_request, reply) => answer(reply))], {
      any: ['a'],
      optional: true,
    })
    const response = await app.inject('/')
    t.equal(response.statusCode, 418)
    t.equal(response.body, 'mine')
  }
})

t.test('V16.5.4 nothing that a mechanism did was left unhandled', async (t) => {
  await new Promise((resolve) => setImmediate(resolve))
  t.same(unhandled, [])
})
