import { createHook } from 'node:async_hooks'
import type { Mechanism } from '@latchkey/identity'
import type { RouteShorthandOptions } from 'fastify'
import t from 'tap'
import type { RouteAuth } from '../src/index.js'
import { createApp, whoami } from './fixtures/app.js'
import { authorizer } from './fixtures/authorizer.js'
import { badge, bearer, wristband } from './fixtures/mechanisms.js'

/** Counts the promises that are made between the instance's hooks and the route's own. */
async function countPromises(
  auth: RouteAuth,
  headers: Record<string, string>,
  mechanisms: readonly Mechanism[] = [bearer(), badge(), wristband()],
): Promise<{ promises: number; turns: number; status: number }> {
  let promises = 0
  let turns = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises += 1
    },
  })
  const app = await createApp({}, mechanisms)
  app.mechanisms.registerAuthorizer(authorizer())
  let isSameTurn = false
  const stop = (): void => {
    hook.disable()
    if (!isSameTurn) turns += 1
  }
  app.addHook('onRequest', (_request, _reply, done) => {
    isSameTurn = true
    hook.enable()
    done()
    isSameTurn = false
  })
  app.addHook('onError', (_request, _reply, _error, done) => {
    stop()
    done()
  })
  const options: RouteShorthandOptions = {
    config: { auth },
    onRequest: (_request, _reply, done) => {
      stop()
      done()
    },
  }
  app.get('/', options, whoami)
  await app.ready()
  const { statusCode } = await app.inject({ url: '/', headers })
  return { promises, turns, status: statusCode }
}

const ANY = ['wristband', 'bearer', 'badge']

for (const [what, auth, headers, status] of [
  ['a credential in a header', ANY, { authorization: 'Bearer valid' }, 200],
  ['a cookie', ANY, { cookie: 'wristband=valid' }, 200],
  ['nothing on an optional route', { any: ANY, optional: true }, {}, 200],
  [
    'an early decision that allows',
    { any: ANY, early: 'allow' },
    { authorization: 'Bearer valid' },
    200,
  ],
  [
    'an early decision that denies',
    { any: ANY, early: 'deny' },
    { authorization: 'Bearer valid' },
    403,
  ],
  ['nothing', ANY, {}, 401],
  ['a forged credential', ANY, { authorization: 'Bearer forged' }, 401],
  ['two credentials', ANY, { authorization: 'Bearer valid', 'x-badge': 'valid' }, 400],
] as const) {
  t.test(`${what} is judged without a promise, in one turn`, async (t) => {
    t.same(await countPromises(auth, headers), { promises: 0, turns: 0, status })
  })
}

t.test('what the count would show of a mechanism that answers with a promise', async (t) => {
  const mechanisms = [bearer('bearer', { isAsync: true })]
  const headers = { authorization: 'Bearer valid' }
  const { promises, turns, status } = await countPromises('bearer', headers, mechanisms)
  t.ok(promises > 0)
  t.equal(turns, 1)
  t.equal(status, 200)
})
