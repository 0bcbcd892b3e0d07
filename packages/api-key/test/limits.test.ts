import { memoryStore } from '@latchkey/store'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { apiKey } from '../src/index.js'
import { ADA, stage } from './fixtures/stage.js'

function limitsOf({ headers, statusCode }: LightMyRequestResponse): unknown {
  return [statusCode, headers['ratelimit-policy'], headers.ratelimit, headers['retry-after']]
}

t.test('a key without limits costs no call, and says nothing of limits', async (t) => {
  const { counting, get, issue } = await stage(t)
  const { key } = await issue()
  await get(key)
  counting.reset()
  t.same(limitsOf(await get(key)), [200, undefined, undefined, undefined])
  t.equal(counting.total(), 0)
})

t.test('a rate limit counts down, refuses, and begins anew', async (t) => {
  const { clock, eventsOf, get, issue } = await stage(t)
  const { key, info } = await issue({ rateLimit: { limit: 2, window: 60 } })
  const policy = '"rate";q=2;w=60'
  clock.advance(15)
  t.same(limitsOf(await get(key)), [200, policy, '"rate";r=1;t=45', undefined])
  t.same(limitsOf(await get(key)), [200, policy, '"rate";r=0;t=45', undefined])
  const refused = await get(key)
  t.same(limitsOf(refused), [429, policy, '"rate";r=0;t=45', '45'])
  t.equal(refused.headers['cache-control'], 'no-store')
  t.same(refused.json(), {
    statusCode: 429,
    code: 'LATCHKEY_API_KEY_RATE_LIMITED',
    error: 'Too Many Requests',
    message: 'Too many requests',
  })
  t.match(eventsOf('latchkey:key.limited'), [{ credentialId: info.id, reason: 'rate' }])
  clock.advance(45)
  t.same(limitsOf(await get(key)), [200, policy, '"rate";r=1;t=60', undefined])
})

t.test('a quota without refill ends the key as exhausted', async (t) => {
  const { app, get, issue } = await stage(t)
  const { key, info } = await issue({ quota: { limit: 2, refill: null } })
  t.same(limitsOf(await get(key)), [200, '"quota";q=2', '"quota";r=1', undefined])
  t.equal((await app.apiKeys.get(info.id))?.state, 'active')
  t.same(limitsOf(await get(key)), [200, '"quota";q=2', '"quota";r=0', undefined])
  t.equal((await app.apiKeys.get(info.id))?.state, 'exhausted')
  const refused = await get(key)
  t.same(limitsOf(refused), [429, '"quota";q=2', '"quota";r=0', undefined])
  t.equal(refused.json().code, 'LATCHKEY_API_KEY_QUOTA_EXHAUSTED')
  await app.apiKeys.update(info.id, { quota: { limit: 3, refill: null } })
  t.equal((await app.apiKeys.get(info.id))?.state, 'active')
  t.same(limitsOf(await get(key)), [200, '"quota";q=3', '"quota";r=0', undefined])
})

t.test('a quota with full refill is whole again in each interval', async (t) => {
  const { clock, get, issue } = await stage(t)
  const { key } = await issue({ quota: { limit: 2, refill: { amount: 2, interval: 100 } } })
  const policy = '"quota";q=2;w=100'
  clock.advance(10)
  t.same(limitsOf(await get(key)), [200, policy, '"quota";r=1;t=90', undefined])
  await get(key)
  t.same(limitsOf(await get(key)), [429, policy, '"quota";r=0;t=90', '90'])
  clock.advance(90)
  t.same(limitsOf(await get(key)), [200, policy, '"quota";r=1;t=100', undefined])
  clock.advance(1000)
  t.same(limitsOf(await get(key)), [200, policy, '"quota";r=1;t=100', undefined])
})

t.test(
  'a quota with partial refill gives back what it says, and never more than it has',
  async (t) => {
    const { app, clock, get, issue } = await stage(t)
    const refill = { amount: 3, interval: 100 }
    const { key, info } = await issue({ quota: { limit: 10, refill } })
    const remaining = async () => (await app.apiKeys.usage(info.id))[0]?.remaining
    for (let index = 0; index < 10; index++) t.equal((await get(key)).statusCode, 200)
    t.same(limitsOf(await get(key)), [429, '"quota";q=10', '"quota";r=0;t=100', '100'])
    clock.advance(100)
    t.equal(await remaining(), 3)
    for (let index = 0; index < 3; index++) t.equal((await get(key)).statusCode, 200)
    t.equal((await get(key)).statusCode, 429)
    clock.advance(200)
    t.equal(await remaining(), 6)
    clock.advance(100)
    t.equal(await remaining(), 9)
    await get(key)
    t.equal(await remaining(), 8)
    clock.advance(100)
    t.equal(await remaining(), 10)
    clock.advance(100_000)
    t.equal(await remaining(), 10)
  },
)

t.test('a process whose clock is behind charges the period that is open', async (t) => {
  const ahead = await stage(t)
  const behind = await stage(t, { base: ahead.store })
  const quota = { limit: 4, refill: { amount: 2, interval: 100 } }
  const { key } = await ahead.issue({ quota })
  for (let index = 0; index < 3; index++) t.equal(await behind.status(key), 200)
  ahead.clock.advance(100)
  t.same(limitsOf(await ahead.get(key)), [200, '"quota";q=4', '"quota";r=2;t=100', undefined])
  t.match(limitsOf(await behind.get(key)), [200, '"quota";q=4', '"quota";r=1;t=100'])
  t.equal(await behind.status(key), 200)
  t.equal(await behind.status(key), 429)
  t.equal(await ahead.status(key), 429)
})

t.test('a period that a process closed before it died is carried over by the next', async (t) => {
  const first = await stage(t)
  const second = await stage(t, { base: first.store })
  const quota = { limit: 4, refill: { amount: 1, interval: 100 } }
  const { key } = await first.issue({ quota })
  for (let index = 0; index < 3; index++) t.equal(await first.status(key), 200)
  t.equal(await second.status(key), 200)
  first.clock.advance(100)
  const { replace } = first.store
  Object.assign(first.store, {
    replace: async () => {
      throw new Error('died')
    },
  })
  t.equal(await first.status(key), 503)
  Object.assign(first.store, { replace })
  t.equal(await second.status(key), 200, 'it opens the next, for the old one is closed')
  t.equal(await second.status(key), 429)
  t.equal(await first.status(key), 429)
})

t.test('a quota whose record is lost goes on, and is not doubled', async (t) => {
  const { clock, issue, status, store } = await stage(t)
  const quota = { limit: 2, refill: { amount: 1, interval: 100 } }
  const { key, info } = await issue({ quota })
  t.same([await status(key), await status(key), await status(key)], [200, 200, 429])
  await store.delete(`api-key/acme/quota/${info.id}/100`)
  t.equal(await status(key), 429)
  clock.advance(100)
  const answers = [await status(key), await status(key), await status(key)]
  t.same(answers, [200, 200, 429])
})

t.test('both limits hold, and what the rate refuses costs no quota', async (t) => {
  const { app, clock, get, issue } = await stage(t)
  const { key, info } = await issue({
    rateLimit: { limit: 2, window: 60 },
    quota: { limit: 3, refill: null },
  })
  const policy = '"rate";q=2;w=60, "quota";q=3'
  t.same(limitsOf(await get(key)), [200, policy, '"rate";r=1;t=60, "quota";r=2', undefined])
  await get(key)
  t.same(limitsOf(await get(key)), [429, policy, '"rate";r=0;t=60', '60'])
  t.match(await app.apiKeys.usage(info.id), [{ remaining: 0 }, { remaining: 1 }])
  clock.advance(60)
  t.equal((await get(key)).statusCode, 200)
  t.same(limitsOf(await get(key)), [429, policy, '"rate";r=0;t=60, "quota";r=0', undefined])
})

t.test('a route says what it costs', async (t) => {
  const { app, get, issue } = await stage(t, {
    routes(app) {
      const onRequest = app.authenticate('api-key')
      app.get('/five', { onRequest, config: { apiKey: { cost: 5 } } }, async () => ({}))
      app.get('/free', { onRequest, config: { apiKey: { cost: 0 } } }, async () => ({}))
      app.get('/usual', { onRequest, config: { apiKey: {} } }, async () => ({}))
    },
  })
  const { key, info } = await issue({ quota: { limit: 12, refill: null } })
  const remaining = async () => (await app.apiKeys.usage(info.id))[0]?.remaining
  await get(key, { url: '/five' })
  t.equal(await remaining(), 7)
  t.equal((await get(key, { url: '/free' })).headers.ratelimit, undefined)
  t.equal(await remaining(), 7)
  await get(key, { url: '/usual' })
  t.equal(await remaining(), 6)
  await get(key, { url: '/five' })
  t.equal((await get(key, { url: '/five' })).statusCode, 429, 'it does not fit')
  t.equal(await remaining(), 1, 'and nothing is charged for it')
  t.equal((await get(key)).statusCode, 200)
  t.equal((await get(key)).statusCode, 429)
  t.equal((await get(key, { url: '/free' })).statusCode, 200)
})

for (const cost of [-1, 1.5, Number.NaN, '1', null]) {
  t.test(`a route cannot cost ${cost}`, async (t) => {
    const declaring = stage(t, {
      routes(app) {
        app.get('/x', { config: { apiKey: { cost: cost as number } } }, async () => ({}))
      },
    })
    await t.rejects(declaring, {
      code: 'LATCHKEY_API_KEY_INVALID_OPTIONS',
      message:
        'Cannot declare the route GET /x: "config.apiKey.cost" is not a whole number from 0 up',
    })
  })
}

t.test('a request is charged once, however often it is authenticated', async (t) => {
  const { app, get, issue } = await stage(t, {
    routes(app) {
      const twice = [app.authenticate('api-key'), app.authenticate('api-key')]
      app.get('/twice', { onRequest: twice }, async () => ({}))
    },
  })
  const { key, info } = await issue({ quota: { limit: 5, refill: null } })
  await get(key, { url: '/twice' })
  t.match(await app.apiKeys.usage(info.id), [{ remaining: 4 }])
})

t.test('a request that is refused otherwise is not charged', async (t) => {
  const { app, get, issue } = await stage(t, {
    async routes(app) {
      app.get(
        '/forbidden',
        {
          onRequest: [
            app.authenticate('api-key'),
            async () => {
              throw Object.assign(new Error('no'), { statusCode: 403 })
            },
          ],
        },
        async () => ({}),
      )
      app.get('/public', async () => ({}))
    },
  })
  const { key, info } = await issue({ quota: { limit: 5, refill: null } })
  t.equal((await get(key, { url: '/forbidden' })).statusCode, 403)
  t.equal((await get(key, { url: '/public' })).statusCode, 200)
  t.equal((await get(`${key.slice(0, -1)}!`)).statusCode, 401)
  t.match(await app.apiKeys.usage(info.id), [{ remaining: 5 }])
})

t.test('beside another mechanism a key is charged where it was proved, too', async (t) => {
  const { app, issue } = await stage(t, {
    async routes(app) {
      const options = { prefix: 'partner', name: 'partner', store: memoryStore(), bearer: false }
      await app.register(apiKey, { ...options, header: 'x-partner-key' })
      const onRequest = app.authenticate({ all: ['partner', 'api-key'] })
      app.get('/both', { onRequest }, async () => ({}))
    },
  })
  const partner = await app.apiKeysOf('partner').create({ name: 'p', owner: ADA })
  const { key, info } = await issue({ quota: { limit: 5, refill: null } })
  const headers = { 'x-api-key': key, 'x-partner-key': partner.key }
  t.equal((await app.inject({ url: '/both', headers })).statusCode, 200)
  t.match(await app.apiKeys.usage(info.id), [{ remaining: 4 }])
})

t.test('limits that cannot be checked are 503: nobody passes unseen', async (t) => {
  const { failing, get, issue } = await stage(t, { whenStale: 'open' })
  const { key } = await issue({ rateLimit: { limit: 2, window: 60 } })
  t.equal((await get(key)).statusCode, 200)
  failing.fail()
  const response = await get(key)
  t.equal(response.statusCode, 503)
  t.equal(response.headers['retry-after'], '1')
  t.equal(response.headers['cache-control'], 'no-store')
  t.equal(response.json().code, 'LATCHKEY_API_KEY_CHARGE_UNAVAILABLE')
})

t.test('V2.3.4: of 100 requests at once with 10 left, 10 pass', async (t) => {
  const { issue, status } = await stage(t)
  for (const limits of [
    { quota: { limit: 10, refill: null } },
    { quota: { limit: 10, refill: { amount: 10, interval: 60 } } },
    { rateLimit: { limit: 10, window: 86_400 } },
  ]) {
    const { key } = await issue(limits)
    const answers = await Promise.all(Array.from({ length: 100 }, () => status(key)))
    t.equal(answers.filter((answer) => answer === 200).length, 10)
    t.equal(answers.filter((answer) => answer === 429).length, 90)
  }
})
