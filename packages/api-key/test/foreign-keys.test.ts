import { createHash } from 'node:crypto'
import { memoryStore } from '@latchkey/store'
import t from 'tap'
import { testClock } from './fixtures/clock.js'
import { ADA, stage } from './fixtures/stage.js'

const foreign = { pattern: /^sk_[0-9a-f]{40}$/, bits: 160 }
const KEY = `sk_${'0123456789abcdef'.repeat(2)}01234567`
const OTHER = `sk_${'f'.repeat(40)}`

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function base64url(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

t.test('a key of another system works on, by its digest alone', async (t) => {
  const { app, eventsOf, get, keep, status } = await stage(t, { foreign })
  keep(KEY)
  t.equal(await status(KEY), 401)
  const info = await app.apiKeys.importDigest({
    name: 'of old',
    owner: ADA,
    digest: hex(KEY),
    scopes: ['a'],
    expiresAt: null,
  })
  t.match(info, { name: 'of old', scopes: ['a'], state: 'active' })
  const response = await get(KEY)
  t.equal(response.statusCode, 200)
  t.equal(response.json().credentialId, info.id)
  t.equal(
    (await app.inject({ url: '/', headers: { authorization: `Bearer ${KEY}` } })).statusCode,
    200,
  )
  t.equal(await status(OTHER), 401)
  t.match(eventsOf('latchkey:key.imported'), [{ credentialId: info.id }])
})

t.test('it is cached, limited, revoked and rotated like any other', async (t) => {
  const { app, counting, keep, status } = await stage(t, { foreign, failures: { limit: 3 } })
  keep(KEY)
  const digest = base64url(KEY)
  const { id } = await app.apiKeys.importDigest({ name: 'of old', owner: ADA, digest })
  t.equal(await status(KEY), 200)
  counting.reset()
  t.equal(await status(KEY), 200)
  t.equal(counting.total(), 0)

  const rotated = await app.apiKeys.rotate(id, { overlap: 60 })
  keep(rotated.key)
  t.match(rotated.key, /^acme_live_/)
  t.same([await status(KEY), await status(rotated.key)], [200, 200])
  await app.apiKeys.revoke(id)
  t.same([await status(KEY), await status(rotated.key)], [401, 401])

  counting.reset()
  const answers: number[] = []
  for (let index = 0; index < 5; index++) answers.push(await status(`sk_${`${index}`.repeat(40)}`))
  t.same(answers, [401, 429, 429, 429, 429])
  t.equal(counting.total(), 1)
})

t.test('what does not look like one is refused without asking the store', async (t) => {
  const { counting, status } = await stage(t, { foreign })
  counting.reset()
  for (const text of ['sk_short', `${KEY}0`, `x${KEY}`, 'sk', 'a'.repeat(5000)]) {
    t.equal(await status(text), 401)
  }
  t.equal(counting.total(), 0)
})

t.test('an unknown one is remembered as such, until it is imported anywhere', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const here = await stage(t, { base, sharedClock, foreign, failures: false })
  const there = await stage(t, { base, sharedClock, foreign, failures: false })
  t.same([await there.status(KEY), await there.status(KEY)], [401, 401])
  here.keep(KEY)
  await here.app.apiKeys.importDigest({ name: 'of old', owner: ADA, digest: hex(KEY) })
  while ((await there.status(KEY)) === 401) await new Promise((resolve) => setTimeout(resolve, 5))
})

t.test('one of another environment is refused', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const both = await stage(t, { base, sharedClock, foreign, environments: ['live', 'test'] })
  const live = await stage(t, { base, sharedClock, foreign })
  both.keep(KEY)
  const input = { name: 'of old', owner: ADA, digest: hex(KEY), environment: 'test' }
  await both.app.apiKeys.importDigest(input)
  t.same([await both.status(KEY), await live.status(KEY)], [200, 401])
  t.equal(live.eventsOf('latchkey:refused').at(-1)?.reason, 'environment')
})

t.test('a store that fails while a name is looked up is 503', async (t) => {
  const { failing, status } = await stage(t, { foreign })
  failing.fail()
  t.equal(await status(KEY), 503)
})

t.test('a digest is imported once', async (t) => {
  const { app } = await stage(t, { foreign })
  const input = { name: 'of old', owner: ADA, digest: hex(KEY) }
  await app.apiKeys.importDigest(input)
  for (const digest of [hex(KEY), base64url(KEY)]) {
    await t.rejects(app.apiKeys.importDigest({ ...input, digest }), {
      code: 'LATCHKEY_API_KEY_INVALID',
      message: 'Cannot import the digest: it has been imported before',
    })
  }
})

t.test('an import that ended half-way can be done again', async (t) => {
  const { app, status, store } = await stage(t, { foreign })
  const input = { name: 'of old', owner: ADA, digest: hex(KEY) }
  const { create } = store
  Object.assign(store, {
    async create(name: string, ...rest: [never]) {
      if (name.includes('/key/')) throw new Error('gone')
      return create(name, ...rest)
    },
  })
  await t.rejects(app.apiKeys.importDigest(input), { message: 'gone' })
  Object.assign(store, { create })
  await app.apiKeys.importDigest(input)
  t.equal(await status(KEY), 200)
})

t.test('a name that is lost while it is read gets another', async (t) => {
  const { app, store } = await stage(t, { foreign })
  const { create } = store
  Object.assign(store, {
    async create(name: string, ...rest: [never]) {
      return name.includes('/alias/') ? false : create(name, ...rest)
    },
  })
  const info = await app.apiKeys.importDigest({ name: 'x', owner: ADA, digest: hex(KEY) })
  t.match(info.id, /^[0-9A-Za-z]{16}$/)
})

for (const digest of [
  '',
  'abc',
  '$argon2id$v=19$m=19456',
  hex(KEY).toUpperCase(),
  `${hex(KEY)}0`,
]) {
  t.test(`"${digest.slice(0, 12)}" is no digest`, async (t) => {
    const { app } = await stage(t, { foreign })
    await t.rejects(app.apiKeys.importDigest({ name: 'x', owner: ADA, digest }), {
      code: 'LATCHKEY_API_KEY_INVALID',
    })
  })
}

t.test('a registration without foreign keys imports none', async (t) => {
  const { app } = await stage(t)
  await t.rejects(app.apiKeys.importDigest({ name: 'x', owner: ADA, digest: hex(KEY) }), {
    code: 'LATCHKEY_API_KEY_INVALID',
  })
})
