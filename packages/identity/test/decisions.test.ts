import fastify, { type LightMyRequestResponse } from 'fastify'
import t from 'tap'
import {
  type Decision,
  identity,
  type Mechanism,
  refuseDecision,
  refuseFailed,
} from '../src/index.js'
import { someone, stub } from './fixtures/stub.js'

type No = Exclude<Decision, { effect: 'allow' }>

const speaking = stub('key', () => null, {
  challenge: (cause) => ({
    scheme: 'Key',
    params: {
      error: cause?.error,
      scope: cause !== undefined && 'scope' in cause ? cause.scope : undefined,
      max_age: cause !== undefined && 'maxAge' in cause ? cause.maxAge : undefined,
    },
  }),
})
const silent = stub('silent', () => null, { challenge: () => null })

async function answer(
  mechanism: Mechanism | undefined,
  decision: No,
): Promise<LightMyRequestResponse> {
  const app = fastify()
  await app.register(identity)
  app.get('/', {
    onRequest: (request, reply, done) => {
      done(refuseDecision(request, reply, someone('key'), mechanism, decision))
    },
    handler: async () => ({}),
  })
  return await app.inject('/')
}

const stepUp = { error: 'insufficient_user_authentication', reason: 'stale', maxAge: 300 } as const
const rows: [
  what: string,
  mechanism: Mechanism | undefined,
  decision: No,
  status: number,
  code: string,
  challenge?: string,
][] = [
  ['a denial', speaking, { effect: 'deny', reason: 'r' }, 403, 'FORBIDDEN'],
  [
    'a want of scope',
    speaking,
    { effect: 'deny', reason: 'r', scope: 'a b' },
    403,
    'FORBIDDEN',
    'Key error="insufficient_scope", scope="a b"',
  ],
  [
    'a step-up',
    speaking,
    { effect: 'challenge', stepUp },
    401,
    'STEP_UP',
    'Key error="insufficient_user_authentication", max_age="300"',
  ],
  [
    'a step-up of a silent mechanism',
    silent,
    { effect: 'challenge', stepUp },
    401,
    'STEP_UP',
    'key',
  ],
  ['a step-up of no mechanism', undefined, { effect: 'challenge', stepUp }, 401, 'STEP_UP', 'key'],
  [
    'a want of scope of a silent mechanism',
    silent,
    { effect: 'deny', reason: 'r', scope: 'a' },
    403,
    'FORBIDDEN',
  ],
  [
    'a want of scope of no mechanism',
    undefined,
    { effect: 'deny', reason: 'r', scope: 'a' },
    403,
    'FORBIDDEN',
  ],
]

for (const [what, mechanism, decision, status, code, challenge] of rows) {
  t.test(`${what} is ${status}`, async (t) => {
    const response = await answer(mechanism, decision)
    t.equal(response.statusCode, status)
    t.equal(response.json().code, `LATCHKEY_IDENTITY_${code}`)
    t.equal(response.headers['www-authenticate']?.toString(), challenge)
    t.equal(response.headers['cache-control'], 'no-store')
    t.notMatch(response.body, 'stale')
  })
}

t.test('a denial may say why, where the application opted in', async (t) => {
  const disclose = 'Only the owner may do this'
  const response = await answer(speaking, { effect: 'deny', reason: 'r', disclose })
  t.equal(response.json().message, disclose)
})

t.test('a mechanism that cannot make its challenge answers 500', async (t) => {
  const challenge = (): never => {
    throw new Error('boom')
  }
  const response = await answer({ ...speaking, challenge }, { effect: 'challenge', stepUp })
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_FAILED')
  t.equal(response.headers['www-authenticate'], undefined)
})

t.test('an authorizer that threw answers 500, with the exception for the log only', async (t) => {
  const app = fastify()
  const cause = new Error('db-7 is down')
  let seen: unknown
  app.setErrorHandler((error, _request, reply) => {
    seen = error
    reply.send(error)
  })
  app.get('/', async (_request, reply) => {
    throw refuseFailed(reply, 'rules', cause)
  })
  const response = await app.inject('/')
  t.equal(response.statusCode, 500)
  t.notMatch(response.body, 'db-7')
  t.match(seen, { cause, attempts: [{ mechanism: 'rules', outcome: 'failed' }] })
})
