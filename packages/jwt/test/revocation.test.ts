import { channels } from '@latchkey/identity'
import { memoryStore, type Store } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { call, createApp, me, trusting } from './support/app.js'
import { createIssuer, issuer } from './support/issuer.js'

const second = Math.floor(Date.now() / 1000)

t.test('a token dies by its id, its session, its client, its subject or its key', async (t) => {
  const rows = [
    ['jti', { jti: 'j1' }, 'revoked-token'],
    ['sid', { sid: 's1' }, 'revoked-session'],
    ['clientId', { clientId: 'app-1' }, 'revoked-client'],
    ['subject', { subject: 'user-1' }, 'revoked-subject'],
  ] as const
  for (const [kind, target, reason] of rows) {
    const test = await createIssuer()
    const app = await createApp(t, { ...trusting(test), store: memoryStore() })
    const token = test.token({ jti: 'j1', sid: 's1', iat: second - 5 })
    const other = test.token({ sub: 'user-2', client_id: 'app-2', jti: 'j2', sid: 's2' })
    t.equal((await me(app, token)).statusCode, 200)
    t.equal((await me(app, other)).statusCode, 200)
    const reasons: unknown[] = []
    const listen = (event: unknown) => reasons.push((event as { reason: string }).reason)
    channels.refused.subscribe(listen)
    await app.tokens.revoke(target)
    const response = await me(app, token)
    channels.refused.unsubscribe(listen)
    t.equal(response.statusCode, 401, kind)
    t.match(String(response.headers['www-authenticate']), /error="invalid_token"/)
    t.same(reasons, [reason])
    t.equal((await me(app, token)).statusCode, 401, 'and stays dead')
    t.equal((await me(app, other)).statusCode, 200, 'the other one lives')
  }
})

t.test('a revoked key takes everything with it that it signed', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, { ...trusting(test), store: memoryStore() })
  const [known, unknown] = [test.token(), test.token()]
  const unnamed = test.token({}, { kid: undefined })
  t.equal((await me(app, known)).statusCode, 200)
  t.equal((await me(app, unnamed)).statusCode, 200)
  await app.tokens.revoke({ kid: test.kid }, 'leaked')
  for (const token of [known, unknown, unnamed]) t.equal((await me(app, token)).statusCode, 401)
})

t.test(
  'a cut-off takes what was issued up to its second, and spares what came later',
  async (t) => {
    const test = await createIssuer()
    const clock = { now: 1_700_000_000.9 }
    const app = await createApp(t, {
      ...trusting(test),
      store: memoryStore(),
      clock: () => clock.now,
    })
    const issued = (iat: unknown) => test.token({ iat: iat as number, exp: 1_700_000_600 })
    await app.tokens.revoke({ subject: 'user-1' })
    t.equal((await me(app, issued(1_699_999_999))).statusCode, 401)
    t.equal((await me(app, issued(1_700_000_000))).statusCode, 401, 'in the same second')
    t.equal((await me(app, issued(1_700_000_000.95))).statusCode, 401, 'in its last part')
    t.equal((await me(app, issued(1_700_000_001))).statusCode, 200)
  },
)

t.test('a cut-off takes tokens that do not say when they were issued', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, { ...trusting(test), profile: 'jwt', store: memoryStore() })
  const token = test.token({ iat: undefined })
  t.equal((await me(app, token)).statusCode, 200)
  await app.tokens.revoke({ subject: 'user-1' })
  t.equal((await me(app, token)).statusCode, 401)
})

t.test('what is revoked of one issuer is not of another', async (t) => {
  const [one, two] = [await createIssuer(), await createIssuer()]
  const other = 'https://other.example'
  const shared = { audience: false, algorithms: ['ES256'] } as const
  const app = await createApp(t, {
    store: memoryStore(),
    issuers: [
      { ...shared, issuer, keys: { jwks: { keys: [one.publicJwk] } } },
      { ...shared, issuer: other, keys: { jwks: { keys: [two.publicJwk] } } },
    ],
  })
  const [first, second] = [one.token({ jti: 'j' }), two.token({ jti: 'j', iss: other })]
  await app.tokens.revoke({ jti: 'j' })
  t.equal((await me(app, first)).statusCode, 401)
  t.equal((await me(app, second)).statusCode, 200)
  await app.tokens.revoke({ jti: 'j', issuer: other })
  t.equal((await me(app, second)).statusCode, 401)
})

t.test('ids of any shape can be revoked', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, { ...trusting(test), store: memoryStore() })
  for (const sub of ['a:*?', 'ä€😀', '\u0000', 'x'.repeat(3000), '__proto__', '\ud800', ' ']) {
    const token = test.token({ sub })
    t.equal((await me(app, token)).statusCode, 200)
    await app.tokens.revoke({ subject: sub })
    t.equal((await me(app, token)).statusCode, 401, JSON.stringify(sub.slice(0, 9)))
  }
})

t.test('another application on the same store hears of it, whatever it remembers', async (t) => {
  const test = await createIssuer()
  const store = memoryStore()
  const [one, two] = [
    await createApp(t, { ...trusting(test), store }),
    await createApp(t, { ...trusting(test), store }),
  ]
  const token = test.token({ jti: 'shared' })
  t.equal((await me(two, token)).statusCode, 200)
  await one.tokens.revoke({ jti: 'shared' })
  t.equal((await me(two, token)).statusCode, 401)
})

t.test('while revocations may be missed each route does what it says', async (t) => {
  const test = await createIssuer()
  const inner = memoryStore()
  const cut = failingStore(inner)
  // Reads go on where only the feed is cut.
  let reads: Store = cut.store
  const store: Store = { ...cut.store, get: (key) => reads.get(key) }
  const options = { ...trusting(test), maxStale: 0.05 }
  const app = await createApp(t, { ...options, store })
  const elsewhere = await createApp(t, { ...trusting(test), store: inner })
  const [good, bad] = [test.token(), test.token({ jti: 'bad' })]
  // So short a time is over most of the time; a heartbeat comes every second.
  while ((await call(app, '/closed', good)).statusCode !== 200) await new Promise(setImmediate)
  cut.fail()
  await elsewhere.tokens.revoke({ jti: 'bad' })
  while ((await call(app, '/closed', good)).statusCode !== 503) await new Promise(setImmediate)

  const closed = await call(app, '/closed', good)
  t.match(closed, { statusCode: 503, headers: { 'retry-after': '1' } })
  t.equal((await call(app, '/open', good)).statusCode, 200)
  t.equal((await call(app, '/open', bad)).statusCode, 200, 'that is what open means')
  t.equal((await call(app, '/lookup', good)).statusCode, 503, 'the store does not answer')
  t.equal((await me(app, good)).statusCode, 503, 'the default is to look it up')
  reads = inner
  t.equal((await call(app, '/lookup', good)).statusCode, 200)
  t.equal((await call(app, '/lookup', bad)).statusCode, 401)
  reads = { ...inner, get: () => Promise.reject(new Error('a fault')) }
  t.equal((await call(app, '/lookup', good)).statusCode, 500, 'a fault is no outage')
  reads = inner
  cut.heal()
  while ((await call(app, '/closed', good)).statusCode !== 200) await new Promise(setImmediate)
  t.equal((await call(app, '/closed', bad)).statusCode, 401, 'it caught up')
})

t.test(
  'an application starts while the store is down, and answers 503 until it is back',
  async (t) => {
    const test = await createIssuer()
    const cut = failingStore(memoryStore())
    cut.fail()
    const store: Store = { ...cut.store, ready: async () => {} }
    const app = await createApp(t, { ...trusting(test), store })
    t.equal((await me(app, test.token())).statusCode, 503)
    cut.heal()
    while ((await me(app, test.token())).statusCode !== 200) {
      await new Promise((retry) => setTimeout(retry, 20))
    }
  },
)

t.test('without a store nothing can be revoked, and it says so', async (t) => {
  const app = await createApp(t, trusting(await createIssuer()))
  await t.rejects(app.tokens.revoke({ jti: 'x' }), { code: 'LATCHKEY_JWT_INVALID_REQUEST' })
  t.equal(app.mechanisms.find('jwt')?.describe().revocationWindow, null)
})

t.test('what names nothing, or two things, is not revoked', async (t) => {
  const app = await createApp(t, { ...trusting(await createIssuer()), store: memoryStore() })
  for (const target of [{}, { jti: '' }, { jti: 1 }, { jti: 'a', sid: 'b' }, { issuer: 'x' }]) {
    await t.rejects(() => app.tokens.revoke(target as never), {
      code: 'LATCHKEY_JWT_INVALID_REQUEST',
    })
  }
})

t.test('a token may live as long as revocations are remembered, and no longer', async (t) => {
  const test = await createIssuer()
  const options = { ...trusting(test), store: memoryStore(), maxLifetime: 3600 }
  const app = await createApp(t, options)
  t.equal((await me(app, test.token({ exp: second + 3600 }))).statusCode, 200)
  t.equal((await me(app, test.token({ exp: second + 3700 }))).statusCode, 401)
  const endless = await createApp(t, trusting(test))
  t.equal(
    (await me(endless, test.token({ exp: second + 1e9 }))).statusCode,
    200,
    'nothing to remember',
  )
})

t.test('revocations are events, without a credential', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, { ...trusting(test), store: memoryStore() })
  const events: unknown[] = []
  const listen = (event: unknown) => events.push(event)
  channels.revoked.subscribe(listen)
  t.teardown(() => channels.revoked.unsubscribe(listen))
  await app.tokens.revoke({ jti: 'j' }, 'stolen')
  await app.tokens.revoke({ subject: 's' })
  t.match(events, [
    { outcome: 'revoked', mechanism: 'jwt', reason: 'stolen', credentialId: 'j' },
    { outcome: 'revoked', mechanism: 'jwt', reason: 'revoked', subject: 's' },
  ])
})
