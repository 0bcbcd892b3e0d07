import { memoryStore } from '@latchkey/store'
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import plugin, { type ApiKeyOptions, apiKey, type KeyChanges, type NewKey } from '../src/index.js'
import { ADA, stage } from './fixtures/stage.js'

const refused: [what: string, options: Record<string, unknown>, message: RegExp][] = [
  ['no prefix', { prefix: undefined }, /"prefix" is not 2 to 32 lower-case letters/],
  ['a prefix in capitals', { prefix: 'Acme' }, /"prefix"/],
  ['no store', { store: undefined }, /"store" is missing; give memoryStore\(\)/],
  ['no environments', { environments: [] }, /"environments"/],
  ['a strange environment', { environments: ['li_ve'] }, /"environments"/],
  ['a header that is none', { header: 'x api key' }, /"header"/],
  ['no place at all', { header: false, bearer: false }, /no place left/],
  ['an unknown option', { allowQueryParam: 'key' }, /"allowQueryParam" is not an option/],
  ['a policy that is none', { whenStale: 'maybe' }, /"whenStale"/],
  ['a limit of nothing', { failures: { limit: 0 } }, /"failures.limit" is not a number above 0/],
  ['a window that is none', { failures: { window: '60' } }, /"failures.window"/],
  ['a time that is none', { cacheTtl: Number.NaN }, /"cacheTtl"/],
  ['a negative time', { defaultLifetime: -1 }, /"defaultLifetime"/],
  ['an open pattern', { foreign: { pattern: /sk_/, bits: 128 } }, /"foreign.pattern"/],
  ['a pattern with state', { foreign: { pattern: /^sk$/g, bits: 128 } }, /"foreign.pattern"/],
  ['weak foreign keys', { foreign: { pattern: /^sk$/, bits: 111 } }, /"foreign.bits" is below 112/],
  ['foreign keys of unknown strength', { foreign: { pattern: /^sk$/ } }, /"foreign.bits"/],
]
for (const [what, options, message] of refused) {
  t.test(`${what}: the registration fails, and says what to write`, async (t) => {
    const app: FastifyInstance = fastify()
    const given = { prefix: 'acme', store: memoryStore(), ...options } as ApiKeyOptions
    await t.rejects(Promise.resolve(app.register(apiKey, given)), {
      code: 'LATCHKEY_API_KEY_INVALID_OPTIONS',
      message,
    })
  })
}

t.test('two registrations under one name clash', async (t) => {
  const { app } = await stage(t)
  const second: FastifyInstance = fastify()
  t.teardown(() => second.close())
  const options = { prefix: 'acme', store: memoryStore() }
  await second.register(apiKey, options)
  const registering = Promise.resolve(second.register(apiKey, options))
  await t.rejects(registering, { code: 'LATCHKEY_IDENTITY_CLASH' })
  t.ok(app)
})

t.test('two registrations under two names each have their keys', async (t) => {
  const { app, issue, status } = await stage(t, {
    async routes(app) {
      await app.register(apiKey, { prefix: 'partner', name: 'partner', store: memoryStore() })
      app.get('/partner', { onRequest: app.authenticate('partner') }, async () => ({}))
      const either = app.authenticate(['api-key', 'partner'])
      app.get('/either', { onRequest: either }, async ({ identity }) => identity?.mechanism)
    },
  })
  t.equal(app.apiKeys.name, 'api-key')
  t.equal(app.apiKeysOf('partner').prefix, 'partner')
  const mine = await issue()
  const theirs = await app.apiKeysOf('partner').create({ name: 'p', owner: ADA })
  t.same([await status(mine.key), await status(theirs.key)], [200, 401])
  t.equal(await status(theirs.key, { url: '/partner' }), 200)
  t.equal(await status(mine.key, { url: '/partner' }), 401)
  for (const [key, name] of [
    [mine.key, 'api-key'],
    [theirs.key, 'partner'],
  ] as const) {
    const response = await app.inject({ url: '/either', headers: { 'x-api-key': key } })
    t.equal(response.body, name)
  }
  t.throws(() => app.apiKeysOf('nobody'), { code: 'LATCHKEY_API_KEY_INVALID_OPTIONS' })
})

t.test('a scope sees its own registration before its parents’', async (t) => {
  let inner: FastifyInstance | undefined
  let sibling: FastifyInstance | undefined
  const { app } = await stage(t, {
    async routes(app) {
      await app.register(async (scope: FastifyInstance) => {
        await scope.register(apiKey, { prefix: 'inner', name: 'inner', store: memoryStore() })
        inner = scope
      })
      await app.register(async (scope: FastifyInstance) => {
        sibling = scope
      })
    },
  })
  t.equal(inner?.apiKeys.name, 'inner')
  t.equal(sibling?.apiKeys.name, 'api-key')
  t.equal(app.apiKeys.name, 'api-key')
  t.equal(inner?.apiKeysOf('api-key').name, 'api-key')
  t.throws(() => app.apiKeysOf('inner'), { code: 'LATCHKEY_API_KEY_INVALID_OPTIONS' })
})

t.test('the plugin is the default export, too', async (t) => t.equal(plugin, apiKey))

t.test('the mechanism tells an operator about itself', async (t) => {
  const app: FastifyInstance = fastify()
  t.teardown(() => app.close())
  await app.register(apiKey, { prefix: 'acme', store: memoryStore() })
  t.same(app.mechanisms.find('api-key')?.describe(), {
    type: 'api-key',
    outbound: [],
    prefix: 'acme',
    environments: ['live'],
    cacheTtl: 60,
    failures: { limit: 30, window: 60 },
    algorithms: ['SHA-256'],
    secretsAtRest: 'SHA-256 digests',
    revocationWindow: 10,
  })
})

const strange: [what: string, key: Record<string, unknown>][] = [
  ['no name', { name: undefined }],
  ['an empty name', { name: '' }],
  ['a name that is too long', { name: 'x'.repeat(256) }],
  ['a name that is none', { name: 7 }],
  ['no owner', { owner: undefined }],
  ['an owner that is none', { owner: null }],
  ['an owner of a strange type', { owner: { type: 'admin', id: 'ada' } }],
  ['an owner without id', { owner: { type: 'user' } }],
  ['an owner with an empty id', { owner: { type: 'user', id: '' } }],
  ['a tenant that is none', { tenant: 7 }],
  ['a creator that is none', { createdBy: {} }],
  ['an environment that is not accepted', { environment: 'test' }],
  ['scopes that are no list', { scopes: 'read' }],
  ['a scope with a space', { scopes: ['read write'] }],
  ['a scope with a quote', { scopes: ['"'] }],
  ['an empty scope', { scopes: [''] }],
  ['too many scopes', { scopes: Array.from({ length: 257 }, (_, index) => `s${index}`) }],
  ['a permission that is none', { permissions: [{}] }],
  ['a network that is none', { cidrs: ['localhost'] }],
  ['metadata that is no object', { metadata: [] }],
  ['metadata that is nothing', { metadata: null }],
  ['metadata that is a text', { metadata: 'x' }],
  ['too much metadata', { metadata: { a: 'x'.repeat(16_384) } }],
  ['a rate limit of nothing', { rateLimit: { limit: 0, window: 1 } }],
  ['a rate limit without window', { rateLimit: { limit: 1 } }],
  ['a quota of nothing', { quota: { limit: 0, refill: null } }],
  ['a quota beyond all measure', { quota: { limit: 1e13, refill: null } }],
  ['a quota that says nothing of refills', { quota: { limit: 1 } }],
  ['a refill above the limit', { quota: { limit: 1, refill: { amount: 2, interval: 1 } } }],
  ['a refill of nothing', { quota: { limit: 1, refill: { amount: 0, interval: 1 } } }],
  ['a refill without interval', { quota: { limit: 1, refill: { amount: 1 } } }],
  ['an expiry in the past', { expiresAt: 1_799_999_999 }],
  ['an expiry now', { expiresAt: 1_800_000_000 }],
  ['an expiry in milliseconds', { expiresAt: 1_800_000_000_000 }],
  ['V15.3.5: an expiry that is a text', { expiresAt: '9999999999' }],
]
for (const [what, key] of strange) {
  t.test(`${what}: no key is made, and nothing is written`, async (t) => {
    const { app, counting } = await stage(t)
    counting.reset()
    const input = { name: 'a key', owner: ADA, ...key } as NewKey
    await t.rejects(app.apiKeys.create(input), {
      code: 'LATCHKEY_API_KEY_INVALID',
      statusCode: 400,
    })
    t.equal(counting.counts.create, 0)
  })
}

t.test('a key is not changed to what it could not be made as', async (t) => {
  const { app, counting, issue } = await stage(t)
  const { info } = await issue()
  counting.reset()
  for (const changes of [{ name: '' }, { scopes: [7] }, { cidrs: ['x'] }, { expiresAt: 1 }]) {
    const changing = app.apiKeys.update(info.id, changes as unknown as KeyChanges)
    await t.rejects(changing, { code: 'LATCHKEY_API_KEY_INVALID' })
  }
  t.equal(counting.counts.replace, 0)
})

t.test('keys of several environments work side by side', async (t) => {
  const { issue, status } = await stage(t, { environments: ['live', 'test'] })
  const live = await issue()
  const test = await issue({ environment: 'test' })
  t.match([live.key, test.key], [/^acme_live_/, /^acme_test_/])
  t.same([await status(live.key), await status(test.key)], [200, 200])
})
