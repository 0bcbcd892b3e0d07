import { readdirSync, readFileSync } from 'node:fs'
import { memoryStore } from '@latchkey/store'
import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { apiKey, type NewKey } from '../src/index.js'
import { issueKey, randomKeyId, SECRET_LENGTH } from '../src/key-format.js'
import { ADA, stage } from './fixtures/stage.js'

const folder = new URL('../src/', import.meta.url)
const sources = readdirSync(folder).map(
  (name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const,
)

t.test('V1.2.4: what a caller writes never becomes part of a name in the store', async (t) => {
  const { app, store } = await stage(t)
  const names: string[] = []
  for (const operation of ['get', 'create', 'link', 'list', 'increment'] as const) {
    const inner = store[operation] as (...args: unknown[]) => unknown
    Object.assign(store, {
      [operation]: (...args: unknown[]) => {
        names.push(String(args[0]))
        return inner(...args)
      },
    })
  }
  for (const id of [`' OR 1=1--`, '*', 'a/../b', 'x'.repeat(255), '__proto__', '\u{1f511}']) {
    const owner = { type: 'user', id } as const
    const { info } = await app.apiKeys.create({ name: id, owner, tenant: id })
    await app.apiKeys.create({ name: 'other', owner: { ...owner, type: 'service' } })
    const { keys } = await app.apiKeys.list({ owner, tenant: id })
    t.same(
      keys.map((key) => key.id),
      [info.id],
    )
  }
  for (const name of names) t.match(name, /^api-key\/acme\/[0-9A-Za-z/_-]+$/)
})

t.test('V6.3.1: guessing from one address locks nobody out', async (t) => {
  const { get, issue, status } = await stage(t, { failures: { limit: 10 } })
  const { key } = await issue()
  t.equal(await status(key), 200)
  const guess = () => issueKey('acme', { environment: 'live', id: randomKeyId() })
  for (let index = 0; index < 10; index++) t.equal(await status(guess()), 401)
  const limited = await get(guess())
  t.equal(limited.statusCode, 429)
  t.match(limited.headers['retry-after'], /^\d+$/)
  t.equal(await status(key), 200, 'the key in use, from the same address')
  t.equal(await status(guess(), { remoteAddress: '192.0.2.1' }), 401, 'another address')
})

t.test('V6.3.2, V13.2.3: there are no keys, and no secrets, but those that are made', async (t) => {
  const { app, counting } = await stage(t)
  t.same(await app.apiKeys.list(), { keys: [], cursor: null })
  t.equal(counting.counts.create, 0)
  await t.rejects(stage(t, { peppers: 'changeme-changeme-changeme-changeme' }), {
    code: 'LATCHKEY_TOKENS_WEAK_SECRET',
  })
})

t.test('V6.3.2: the embedded store does not start in production', async (t) => {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  const app: FastifyInstance = fastify()
  t.teardown(() => app.close())
  await app.register(apiKey, { prefix: 'acme', store: memoryStore() })
  await t.rejects(Promise.resolve(app.ready()), { code: 'LATCHKEY_STORE_UNFIT' })
})

t.test('V6.5.2: secrets below 112 bits are refused, and ours have 256', async (t) => {
  const foreign = { pattern: /^sk_[0-9a-f]{8}$/, bits: 32 }
  await t.rejects(stage(t, { foreign }), { code: 'LATCHKEY_API_KEY_INVALID_OPTIONS' })
  t.ok(SECRET_LENGTH * Math.log2(62) >= 256)
})

t.test('V6.5.3, V11.5.1: secrets and ids come from the system’s generator', async (t) => {
  for (const [name, source] of sources) t.notMatch(source, /Math\.random|uuid/i, name)
  const issue = () => issueKey('acme', { environment: 'live', id: randomKeyId() })
  const keys = Array.from({ length: 100_000 }, issue)
  t.equal(new Set(keys.map((key) => key.split('_')[2])).size, 100_000)
  t.equal(new Set(keys.map((key) => key.split('_')[3])).size, 100_000)
})

t.test('V11.2.1: cryptography is that of node:crypto', async (t) => {
  const known =
    /^(node:[a-z_]+|@latchkey\/(identity|store|tokens)|fastify|fastify-plugin|@fastify\/error|\.\/.+)$/
  for (const [name, source] of sources) {
    for (const [, from] of source.matchAll(/from '([^']+)'/g)) t.match(from, known, name)
  }
})

t.test('V11.2.4: digests are compared in constant time', async (t) => {
  const comparing = sources.filter(([, source]) => /\.digest\b.* === |isSha256Of/.test(source))
  t.same(
    comparing.map(([name]) => name).sort(),
    ['digest-upgrade.ts', 'secret-digest.ts'],
    'the first compares what is stored with what is stored',
  )
})

t.test('V11.4.1: no broken hash is used', async (t) => {
  for (const [name, source] of sources) t.notMatch(source, /md5|sha1|sha-1/i, name)
})

t.test(
  'V14.2.1: a key in the URL is no key, unless that was asked for, with a warning',
  async (t) => {
    const closed = await stage(t, { server: { logger: false } })
    const { key } = await closed.issue()
    for (const name of ['api_key', 'apikey', 'key', 'access_token', 'x-api-key']) {
      t.equal((await closed.app.inject({ url: '/', query: { [name]: key } })).statusCode, 401)
    }
    const open = await stage(t, { allowQueryParameter: 'api_key' })
    t.match(open.log(), /"level":40,.*query parameter/)
    const second = await open.issue()
    t.equal((await open.app.inject({ url: '/', query: { api_key: second.key } })).statusCode, 200)
  },
)

t.test('V15.3.1: what is shown of a key is what is needed', async (t) => {
  const { app, issue } = await stage(t)
  const { info } = await issue()
  for (const shown of [info, await app.apiKeys.get(info.id), ...(await app.apiKeys.list()).keys]) {
    t.notMatch(JSON.stringify(shown), /secret|digest|scheme|generation|sha256/)
  }
})

t.test('V15.3.5: types are what they should be, or nothing happens', async (t) => {
  const { app } = await stage(t)
  for (const key of [
    { scopes: 1 },
    { owner: [] },
    { owner: { type: 'user', id: {} } },
    { cidrs: {} },
    { expiresAt: {} },
  ]) {
    const input = { name: 'a key', owner: ADA, ...key } as unknown as NewKey
    await t.rejects(app.apiKeys.create(input), { code: 'LATCHKEY_API_KEY_INVALID' })
  }
})

t.test('V15.3.6: metadata pollutes no prototype', async (t) => {
  const { app, issue } = await stage(t)
  const metadata = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}')
  const { key } = await issue({ metadata })
  const verdict = await app.apiKeys.verify(key)
  t.equal(({} as { isAdmin?: boolean }).isAdmin, undefined)
  const identity = 'identity' in verdict ? verdict.identity : null
  t.ok(Object.isFrozen(identity))
  t.equal(Object.getPrototypeOf(identity?.claims), null)
  t.equal((identity as unknown as { isAdmin?: boolean }).isAdmin, undefined)
})

t.test('V15.4.1: changes in flight are all kept', async (t) => {
  const { app, issue } = await stage(t)
  const { info } = await issue()
  const changes = [{ name: 'n' }, { scopes: ['s'] }, { permissions: ['p'] }, { cidrs: ['::1'] }]
  await Promise.all(changes.map((change) => app.apiKeys.update(info.id, change)))
  t.match(await app.apiKeys.get(info.id), Object.assign({}, ...changes))
})

t.test('V15.4.2: of 50 uses at once of a key for one use, one passes', async (t) => {
  const { issue, status } = await stage(t)
  const { key } = await issue({ quota: { limit: 1, refill: null } })
  const answers = await Promise.all(Array.from({ length: 50 }, () => status(key)))
  t.equal(answers.filter((answer) => answer === 200).length, 1)
})

t.test('V16.5.2: without the store, keys in use work on as long as the policy says', async (t) => {
  const { failing, issue, status } = await stage(t, { whenStale: 'open' })
  const { key } = await issue()
  const other = await issue()
  t.equal(await status(key), 200)
  failing.fail()
  t.equal(await status(key), 200)
  t.equal(await status(other.key), 503)
})

t.test('V16.5.3: whatever throws, no handler runs', async (t) => {
  let runs = 0
  const { app, counting, issue, store, status } = await stage(t, {
    routes(app) {
      app.get('/guarded', { onRequest: app.authenticate('api-key') }, async () => {
        runs++
        return {}
      })
    },
  })
  const { key } = await issue({ quota: { limit: 100, refill: null } })
  const broken = { value: { v: 1, id: 'broken' }, version: '1' }
  Object.assign(store, { get: async () => broken })
  t.ok([500, 503].includes(await status(key, { url: '/guarded' })))
  Object.assign(store, {
    get: () => {
      throw new Error('at once')
    },
  })
  t.ok([500, 503].includes(await status(key, { url: '/guarded' })))
  t.equal(runs, 0)
  t.ok(app && counting)
})
