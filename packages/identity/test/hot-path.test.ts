import { createHook } from 'node:async_hooks'
import fastify from 'fastify'
import t from 'tap'
import { identity, type Mechanism, type MechanismPlan } from '../src/index.js'
import { byCookie, byHeader, listen, someone, stub } from './fixtures/stub.js'

/** Counts the promises that the hook of a plan makes before the next hook runs. */
async function promisesOf(
  mechanisms: readonly Mechanism[],
  plan: MechanismPlan,
  headers: Record<string, string>,
): Promise<number> {
  let count = 0
  let before = 0
  let during = Number.NaN
  const counter = createHook({
    init(_id, type) {
      if (type === 'PROMISE') count += 1
    },
  })
  const app = fastify()
  await app.register(identity)
  for (const mechanism of mechanisms) app.mechanisms.register(mechanism)
  app.post('/', {
    onRequest: [
      (_request, _reply, done) => {
        before = count
        done()
      },
      app.authenticate(plan),
      (_request, _reply, done) => {
        during = count - before
        done()
      },
    ],
    handler: (_request, reply) => {
      reply.send({})
    },
  })
  await app.ready()
  counter.enable()
  const response = await app.inject({ method: 'POST', url: '/', headers })
  counter.disable()
  t.equal(response.statusCode, 200)
  await app.close()
  return during
}

const own = { 'sec-fetch-site': 'same-origin' }
const key = byHeader('key')
const sid = byCookie('sid')

const rows: [what: string, plan: MechanismPlan, headers: Record<string, string>][] = [
  ['a credential in a header', 'key', { 'x-key': 'good' }],
  ['a credential in a header, the last of several', ['sid', 'other', 'key'], { 'x-key': 'good' }],
  ['a cookie', ['key', 'sid'], { cookie: 'sid=good', ...own }],
  ['nothing on an optional route', { any: ['key', 'sid'], optional: true }, {}],
]

for (const [what, plan, headers] of rows) {
  t.test(`${what} costs no promise, heard or not`, async (t) => {
    const mechanisms = [key, sid, byHeader('other')]
    t.equal(await promisesOf(mechanisms, plan, headers), 0)
    const heard = listen()
    t.equal(await promisesOf(mechanisms, plan, headers), 0)
    t.equal(heard().length, 'any' in Object(plan) ? 0 : 1)
  })
}

t.test('the count would see a promise', async (t) => {
  const later = stub('later', async () => ({ identity: someone('later') }))
  t.ok((await promisesOf([later], 'later', {})) > 0)
})
