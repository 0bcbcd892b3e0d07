import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { issueKey } from '../src/key-format.js'
import { ADA, type Stage, stage } from './fixtures/stage.js'

const CHALLENGE =
  'Bearer realm="api", error="invalid_token", error_description="The API key is not valid"'

function visible({ statusCode, headers, body }: LightMyRequestResponse): unknown {
  const { date: _date, ...rest } = headers
  return { statusCode, headers: rest, body }
}

t.test('a good key says whose it is', async (t) => {
  const { app, get, issue } = await stage(t, {
    routes(app) {
      app.get('/who', { onRequest: app.authenticate('api-key') }, async ({ identity }) => ({
        ...identity,
        scopes: [...(identity?.scopes ?? [])],
        roles: [...(identity?.roles ?? [])],
      }))
    },
  })
  const { key, info } = await issue({
    scopes: ['orders:read'],
    permissions: ['order.view'],
    tenant: 'acme-inc',
    metadata: { team: 'blue' },
  })
  const response = await get(key, { url: '/who' })
  t.same(response.json(), {
    subject: 'ada',
    issuer: 'app',
    kind: 'user',
    mechanism: 'api-key',
    credentialId: info.id,
    tenant: 'acme-inc',
    scopes: ['orders:read'],
    roles: [],
    expiresAt: 1_800_000_000 + 7_776_000,
    amr: [],
    claims: {
      environment: 'live',
      keyName: 'a key',
      ownerType: 'user',
      permissions: ['order.view'],
      metadata: { team: 'blue' },
    },
  })
  t.same(await app.apiKeys.verify(key), {
    identity: ((await app.apiKeys.verify(key)) as { identity: unknown }).identity,
  })
})

t.test('a key of an organization is a service of that tenant', async (t) => {
  const { app, issue } = await stage(t)
  const { key } = await issue({ owner: { type: 'organization', id: 'acme-inc' } })
  const verdict = await app.apiKeys.verify(key)
  t.match(verdict, { identity: { subject: 'acme-inc', kind: 'service', tenant: 'acme-inc' } })
})

const bad: [what: string, make: (stage: Stage) => Promise<string>, reason: string][] = [
  ['an invented text', async () => 'acme_live_invented', 'malformed'],
  ['a text without the prefix', async () => 'sk-1234567890', 'malformed'],
  ['a key with a wrong checksum', async ({ issue }) => changed((await issue()).key), 'malformed'],
  [
    'an unknown key',
    async ({ keep }) => keep(issueKey('acme', { environment: 'live', id: '0'.repeat(16) })),
    'unknown',
  ],
  [
    'a known id with another secret',
    async ({ issue, keep }) => {
      const { info } = await issue()
      return keep(issueKey('acme', { environment: 'live', id: info.id }))
    },
    'secret',
  ],
  [
    'a key of an environment that is not accepted',
    async ({ issue, keep }) => {
      const { info } = await issue()
      return keep(issueKey('acme', { environment: 'test', id: info.id }))
    },
    'environment',
  ],
  [
    'a revoked key',
    async ({ app, issue }) => {
      const { key, info } = await issue()
      await app.apiKeys.revoke(info.id)
      return key
    },
    'revoked',
  ],
  [
    'a key whose owner lost all keys',
    async ({ app, issue }) => {
      const { key } = await issue()
      await app.apiKeys.revokeAll(ADA)
      return key
    },
    'revoked',
  ],
  [
    'a disabled key',
    async ({ app, issue }) => {
      const { key, info } = await issue()
      await app.apiKeys.disable(info.id)
      return key
    },
    'disabled',
  ],
  [
    'an expired key',
    async ({ clock, issue }) => {
      const { key } = await issue({ expiresAt: clock() + 60 })
      clock.advance(60)
      return key
    },
    'expired',
  ],
  [
    'a key from an address that may not use it',
    async ({ issue }) => (await issue({ cidrs: ['192.0.2.0/24'] })).key,
    'address',
  ],
]
for (const [what, make, reason] of bad) {
  t.test(`${what} is refused, cold and cached, and only the log is told why`, async (t) => {
    const setting = await stage(t, { failures: false })
    const key = await make(setting)
    const first = await setting.get(key)
    t.equal(first.statusCode, 401)
    t.same(first.headers['www-authenticate'], [CHALLENGE])
    t.equal(first.headers['cache-control'], 'no-store')
    t.same(first.json(), {
      statusCode: 401,
      code: 'LATCHKEY_IDENTITY_REFUSED',
      error: 'Unauthorized',
      message: 'The credential was refused',
    })
    const writes = setting.counting.counts.create + setting.counting.counts.replace
    const second = await setting.get(key)
    t.same(visible(second), visible(first))
    t.equal(setting.counting.counts.create + setting.counting.counts.replace, writes)
    t.same(
      setting.eventsOf('latchkey:refused').map((event) => event.reason),
      [reason, reason],
    )
  })
}

t.test('all bad keys are answered alike', async (t) => {
  const answers = await Promise.all(
    bad.map(async ([, make]) => {
      const setting = await stage(t, { failures: false })
      return visible(await setting.get(await make(setting)))
    }),
  )
  for (const answer of answers) t.same(answer, answers[0])
})

t.test('a key expires at its second, not before', async (t) => {
  const { clock, issue, status } = await stage(t)
  const { key } = await issue({ expiresAt: clock() + 60 })
  clock.advance(59.9)
  t.equal(await status(key), 200)
  clock.advance(0.1)
  t.equal(await status(key), 401)
})

t.test('a key expires after 90 days, unless it was told never to', async (t) => {
  const { clock, issue, status } = await stage(t)
  const usual = await issue()
  const lasting = await issue({ expiresAt: null })
  t.equal(usual.info.expiresAt, clock() + 90 * 86_400)
  t.equal(lasting.info.expiresAt, null)
  clock.advance(90 * 86_400)
  t.equal(await status(usual.key), 401)
  t.equal(await status(lasting.key), 200)
})

t.test('an invented key costs no call of the store', async (t) => {
  const { counting, status } = await stage(t)
  counting.reset()
  for (let index = 0; index < 500; index++) {
    t.equal(await status(`acme_live_${'0'.repeat(16)}_${'0'.repeat(43)}_00000${index % 10}`), 401)
  }
  t.equal(counting.total(), 0)
})

t.test('a cached key is verified without a promise and without a call', async (t) => {
  const { app, counting, issue } = await stage(t)
  const { key } = await issue()
  await app.apiKeys.verify(key, { ip: '127.0.0.1' })
  counting.reset()
  const mechanism = app.mechanisms.find('api-key')
  const request = { headers: { 'x-api-key': key }, ip: '127.0.0.1' }
  const outcome = mechanism?.authenticate(request as never, {} as never)
  t.match(outcome, { identity: { subject: 'ada' } })
  t.equal(outcome, mechanism?.authenticate(request as never, {} as never), 'nothing is made')
  t.equal(counting.total(), 0)
})

t.test('keys that are asked for together are read once', async (t) => {
  const { counting, issue, status } = await stage(t)
  const { key } = await issue()
  counting.reset()
  t.same(
    await Promise.all(Array.from({ length: 50 }, () => status(key))),
    Array.from({ length: 50 }, () => 200),
  )
  t.ok(counting.counts.get <= 51, `${counting.counts.get} reads`)
})

t.test('a record is read again after its time in the cache', async (t) => {
  const { clock, counting, issue, status } = await stage(t, { cacheTtl: 5 })
  const { key } = await issue()
  t.equal(await status(key), 200)
  counting.reset()
  clock.advance(4.9)
  t.equal(await status(key), 200)
  t.equal(counting.counts.get, 0)
  clock.advance(0.1)
  t.equal(await status(key), 200)
  t.equal(counting.counts.get, 2, 'the key, and whether its owner lost all keys')
})

t.test('a store that cannot be reached is 503, never 401', async (t) => {
  const { app, failing, issue, get } = await stage(t)
  const { key } = await issue()
  failing.fail()
  const response = await get(key)
  t.equal(response.statusCode, 503)
  t.equal(response.headers['retry-after'], '1')
  t.equal(response.headers['www-authenticate'], undefined)
  failing.heal()
  t.equal((await get(key)).statusCode, 200)
  const second = await app.apiKeys.create({ name: 'second', owner: ADA })
  failing.fail()
  t.match(await app.apiKeys.verify(second.key), { unavailable: { reason: 'store' } })
})

t.test('nothing else than the owner being unreachable is 503, too', async (t) => {
  const { app, issue, store } = await stage(t)
  const { key } = await issue()
  const { get } = store
  Object.assign(store, {
    get: async (name: string) => {
      if (name.includes('/generation/')) throw new Error('gone')
      return get(name)
    },
  })
  t.match(await app.apiKeys.verify(key), { unavailable: { reason: 'store' } })
})

t.test('a known id and a secret that was rotated out is refused like any other', async (t) => {
  const { app, clock, issue, status } = await stage(t)
  const { key, info } = await issue()
  const rotated = await app.apiKeys.rotate(info.id, { overlap: 60 })
  t.same([await status(key), await status(rotated.key)], [200, 200])
  clock.advance(60)
  t.same([await status(key), await status(rotated.key)], [401, 200])
})

function changed(key: string): string {
  const last = key.at(-1) === '0' ? '1' : '0'
  return key.slice(0, -1) + last
}
