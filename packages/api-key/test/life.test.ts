import t from 'tap'
import { ADA, stage } from './fixtures/stage.js'

function calls(...list: (() => Promise<unknown>)[]): (() => Promise<unknown>)[] {
  return list
}

const GRACE = { type: 'user', id: 'grace' } as const

t.test('a key is shown without anything from which it could be rebuilt', async (t) => {
  const { app, clock, issue } = await stage(t)
  const { key, info } = await issue({
    name: 'deploy',
    scopes: ['deploy'],
    cidrs: ['127.0.0.0/8'],
    createdBy: 'ada',
  })
  t.same(await app.apiKeys.get(info.id), info)
  t.same(info, {
    id: key.split('_')[2],
    name: 'deploy',
    owner: ADA,
    tenant: null,
    environment: 'live',
    scopes: ['deploy'],
    permissions: [],
    metadata: {},
    cidrs: ['127.0.0.0/8'],
    rateLimit: null,
    quota: null,
    createdAt: clock(),
    createdBy: 'ada',
    expiresAt: clock() + 7_776_000,
    lastUsedAt: null,
    state: 'active',
    overlapEndsAt: null,
  })
})

t.test('there is nothing at rest from which a key could be rebuilt', async (t) => {
  const { app, issue, store } = await stage(t)
  const written: string[] = []
  for (const name of ['create', 'replace', 'link', 'append'] as const) {
    const inner = store[name] as (...args: unknown[]) => unknown
    Object.assign(store, {
      [name]: (...args: unknown[]) => {
        written.push(JSON.stringify(args))
        return inner(...args)
      },
    })
  }
  const { key, info } = await issue()
  const rotated = await app.apiKeys.rotate(info.id, { overlap: 60 })
  await app.apiKeys.revoke(info.id)
  t.ok(written.length >= 6)
  for (const text of [key, rotated.key]) {
    const secret = text.split('_')[3] as string
    t.notOk(written.some((each) => each.includes(secret)))
    t.notOk(
      written.some((each) => each.includes(text.slice(-6))),
      'nor its checksum',
    )
  }
})

t.test('an id that is none, or that nobody has, finds nothing', async (t) => {
  const { app } = await stage(t)
  t.equal(await app.apiKeys.get('0'.repeat(16)), null)
  t.equal(await app.apiKeys.get('../../other'), null)
  for (const id of ['0'.repeat(16), 'none', '__proto__']) {
    for (const call of calls(
      () => app.apiKeys.update(id, { name: 'x' }),
      () => app.apiKeys.disable(id),
      () => app.apiKeys.enable(id),
      () => app.apiKeys.rotate(id),
      () => app.apiKeys.revoke(id),
      () => app.apiKeys.usage(id),
    )) {
      await t.rejects(call(), { code: 'LATCHKEY_API_KEY_UNKNOWN', statusCode: 404 })
    }
  }
})

t.test('keys are listed by owner and tenant, page by page', async (t) => {
  const { app, issue } = await stage(t)
  for (let index = 0; index < 5; index++) await issue({ name: `ada ${index}`, tenant: 'one' })
  await issue({ name: 'ada elsewhere', tenant: 'two' })
  await issue({ name: 'ada without' })
  await issue({ name: 'grace', owner: GRACE, tenant: 'one' })
  const names = async (options = {}) =>
    (await app.apiKeys.list(options)).keys.map(({ name }) => name).sort()
  t.equal((await names()).length, 8)
  t.equal((await names({ owner: ADA })).length, 7)
  t.same(await names({ owner: GRACE }), ['grace'])
  t.equal((await names({ tenant: 'one' })).length, 6)
  t.same(await names({ owner: ADA, tenant: 'two' }), ['ada elsewhere'])
  t.same(await names({ owner: ADA, tenant: null }), ['ada without'])
  t.same(await names({ tenant: null }), ['ada without'])
  t.same(await names({ owner: { type: 'service', id: 'ada' } }), [])

  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page = await app.apiKeys.list({ owner: ADA, cursor, limit: 3 })
    t.ok(page.keys.length <= 3)
    seen.push(...page.keys.map(({ id }) => id))
    cursor = page.cursor
  } while (cursor !== null)
  t.equal(new Set(seen).size, 7)
})

t.test('a listing leaves out what does not belong there', async (t) => {
  const { app, issue, store } = await stage(t)
  const indexes: string[] = []
  const { list } = store
  Object.assign(store, {
    list(index: string, options: object) {
      indexes.push(index)
      return list(index, options)
    },
  })
  const { info } = await issue({ owner: GRACE })
  await app.apiKeys.list({ owner: ADA })
  await store.link(indexes[0] as string, info.id, 9_000_000_000)
  t.same((await app.apiKeys.list({ owner: ADA })).keys, [])
})

t.test('a listing leaves out what is gone', async (t) => {
  const { app, clock, issue } = await stage(t, { retention: 100 })
  const { info } = await issue({ expiresAt: null })
  await issue({ expiresAt: null })
  await app.apiKeys.revoke(info.id)
  t.equal((await app.apiKeys.list()).keys.length, 2, 'a tombstone')
  clock.advance(100)
  t.equal((await app.apiKeys.list()).keys.length, 1)
  t.equal(await app.apiKeys.get(info.id), null)
})

t.test('what a key is told about itself can be changed', async (t) => {
  const { app, clock, eventsOf, issue } = await stage(t)
  const { key, info } = await issue({ scopes: ['a'], quota: { limit: 5, refill: null } })
  await app.apiKeys.verify(key)
  const changes = {
    name: 'renamed',
    scopes: ['b'],
    permissions: ['p'],
    metadata: { a: 1 },
    cidrs: ['127.0.0.1'],
    rateLimit: { limit: 3, window: 1 },
    quota: null,
    expiresAt: clock() + 10,
  }
  t.match(await app.apiKeys.update(info.id, changes), changes)
  t.match(await app.apiKeys.get(info.id), changes)
  const verdict = await app.apiKeys.verify(key, { ip: '127.0.0.1' })
  t.ok('identity' in verdict && verdict.identity.scopes.has('b'), 'at once')
  t.match(await app.apiKeys.update(info.id, { rateLimit: null }), { ...changes, rateLimit: null })
  t.match(await app.apiKeys.update(info.id, { expiresAt: null }), { expiresAt: null })
  t.equal(eventsOf('latchkey:key.updated').length, 3)
})

t.test('a disabled key is refused until it is enabled', async (t) => {
  const { app, eventsOf, issue, status } = await stage(t)
  const { key, info } = await issue()
  t.equal(await status(key), 200)
  t.equal((await app.apiKeys.disable(info.id)).state, 'disabled')
  t.equal((await app.apiKeys.disable(info.id)).state, 'disabled')
  t.equal(await status(key), 401)
  t.equal((await app.apiKeys.enable(info.id)).state, 'active')
  t.equal(await status(key), 200)
  t.equal(eventsOf('latchkey:key.disabled').length, 2)
  t.equal(eventsOf('latchkey:key.enabled').length, 1)
})

t.test('a revoked key stays as a tombstone, and cannot be brought back', async (t) => {
  const { app, eventsOf, issue, status } = await stage(t)
  const { key, info } = await issue()
  await app.apiKeys.revoke(info.id, { reason: 'left' })
  await app.apiKeys.revoke(info.id)
  t.equal(await status(key), 401)
  t.equal((await app.apiKeys.get(info.id))?.state, 'revoked')
  t.match(eventsOf('latchkey:revoked'), [
    {
      outcome: 'revoked',
      mechanism: 'api-key',
      issuer: 'app',
      subject: 'ada',
      credentialId: info.id,
      reason: 'left',
    },
  ])
  for (const call of calls(
    () => app.apiKeys.update(info.id, { name: 'x' }),
    () => app.apiKeys.enable(info.id),
    () => app.apiKeys.disable(info.id),
    () => app.apiKeys.rotate(info.id),
  )) {
    await t.rejects(call(), { code: 'LATCHKEY_API_KEY_ENDED', statusCode: 409 })
  }
})

t.test('an expired key cannot be prolonged', async (t) => {
  const { app, clock, issue } = await stage(t)
  const { info } = await issue({ expiresAt: clock() + 10 })
  clock.advance(10)
  t.equal((await app.apiKeys.get(info.id))?.state, 'expired')
  const prolonging = app.apiKeys.update(info.id, { expiresAt: null })
  await t.rejects(prolonging, { code: 'LATCHKEY_API_KEY_ENDED' })
})

t.test('V7.4.2: all keys of an owner end with one write, however many there are', async (t) => {
  const { app, counting, eventsOf, issue, status } = await stage(t)
  const keys = await Promise.all(Array.from({ length: 30 }, () => issue()))
  const other = await issue({ owner: GRACE })
  for (const { key } of [...keys, other]) t.equal(await status(key), 200)
  counting.reset()
  await app.apiKeys.revokeAll(ADA, { reason: 'account closed' })
  t.equal(counting.counts.create + counting.counts.replace, 1)
  t.ok(counting.total() <= 3)
  for (const { key } of keys) t.equal(await status(key), 401)
  t.equal(await status(other.key), 200)
  t.equal((await app.apiKeys.get(keys[0]?.info.id ?? ''))?.state, 'revoked')
  t.match(eventsOf('latchkey:revoked'), [{ subject: 'ada', reason: 'account closed' }])
  await t.rejects(app.apiKeys.rotate(keys[0]?.info.id ?? ''), { code: 'LATCHKEY_API_KEY_ENDED' })
})

t.test('keys that are made after all were revoked work, in the same second, too', async (t) => {
  const { app, issue, status } = await stage(t)
  await app.apiKeys.revokeAll(ADA)
  const { key } = await issue()
  t.equal(await status(key), 200)
  await app.apiKeys.revokeAll(ADA)
  await app.apiKeys.revokeAll(ADA)
  t.equal(await status(key), 401)
  t.equal(await status((await issue()).key), 200)
})

t.test('rotation keeps the id, and the old secret ends by itself', async (t) => {
  const { app, clock, eventsOf, issue, status } = await stage(t)
  const { key, info } = await issue({ scopes: ['a'] })
  t.equal(await status(key), 200)
  clock.advance(86_400)
  const rotated = await app.apiKeys.rotate(info.id, { overlap: 3600 })
  t.equal(rotated.info.id, info.id)
  t.not(rotated.key, key)
  t.equal(rotated.info.overlapEndsAt, clock() + 3600)
  t.equal(rotated.info.expiresAt, clock() + 7_776_000, 'it lives anew')
  t.same([await status(key), await status(rotated.key)], [200, 200])
  clock.advance(3599)
  t.same([await status(key), await status(rotated.key)], [200, 200])
  clock.advance(1)
  t.same([await status(key), await status(rotated.key)], [401, 200])
  t.equal((await app.apiKeys.get(info.id))?.overlapEndsAt, null)
  t.match(eventsOf('latchkey:key.rotated'), [{ credentialId: info.id, details: { overlap: 3600 } }])
})

t.test('without an overlap the old secret ends at once', async (t) => {
  const { app, issue, status } = await stage(t)
  const { key, info } = await issue({ expiresAt: null })
  const rotated = await app.apiKeys.rotate(info.id)
  t.same([await status(key), await status(rotated.key)], [401, 200])
  t.equal(rotated.info.expiresAt, null, 'it never expired, and does not now')
})

t.test('of several rotations in a row only the last two secrets work', async (t) => {
  const { app, issue, status } = await stage(t)
  const { key, info } = await issue()
  const second = await app.apiKeys.rotate(info.id, { overlap: 60 })
  const third = await app.apiKeys.rotate(info.id, { overlap: 60 })
  t.same([await status(key), await status(second.key), await status(third.key)], [401, 200, 200])
})

t.test('a rotation may set the expiry', async (t) => {
  const { app, clock, issue } = await stage(t)
  const { info } = await issue()
  const at = clock() + 5
  t.equal((await app.apiKeys.rotate(info.id, { expiresAt: at })).info.expiresAt, at)
  t.equal((await app.apiKeys.rotate(info.id, { expiresAt: null })).info.expiresAt, null)
  await t.rejects(app.apiKeys.rotate(info.id, { overlap: -1 }), {
    code: 'LATCHKEY_API_KEY_INVALID',
  })
})

t.test('changes at once do not undo each other', async (t) => {
  const { app, issue } = await stage(t)
  const { info } = await issue()
  await Promise.all([
    app.apiKeys.update(info.id, { name: 'renamed' }),
    app.apiKeys.update(info.id, { scopes: ['a'] }),
    app.apiKeys.update(info.id, { cidrs: ['127.0.0.1'] }),
    app.apiKeys.disable(info.id),
    app.apiKeys.rotate(info.id, { overlap: 9 }),
  ])
  t.match(await app.apiKeys.get(info.id), {
    name: 'renamed',
    scopes: ['a'],
    cidrs: ['127.0.0.1'],
    state: 'disabled',
  })
})

t.test('a revocation wins over everything that is under way', async (t) => {
  const { app, issue, status } = await stage(t)
  const { key, info } = await issue()
  await Promise.allSettled([
    app.apiKeys.update(info.id, { name: 'renamed' }),
    app.apiKeys.revoke(info.id),
    app.apiKeys.enable(info.id),
    app.apiKeys.rotate(info.id, { overlap: 9 }),
  ])
  t.equal((await app.apiKeys.get(info.id))?.state, 'revoked')
  t.equal(await status(key), 401)
})

t.test('a record that others keep changing is told apart from an outage', async (t) => {
  const { app, issue, store } = await stage(t)
  const { info } = await issue()
  await app.apiKeys.revokeAll(GRACE)
  Object.assign(store, { replace: async () => false, create: async () => false })
  const conflict = { code: 'LATCHKEY_API_KEY_CONFLICT', statusCode: 409 }
  await t.rejects(app.apiKeys.disable(info.id), conflict)
  await t.rejects(app.apiKeys.revokeAll(GRACE), conflict)
  await t.rejects(app.apiKeys.revokeAll({ type: 'user', id: 'new' }), conflict)
})

t.test('an expiry that moves is noticed by the store, too', async (t) => {
  const { app, clock, issue } = await stage(t, { retention: 10 })
  const { info } = await issue({ expiresAt: clock() + 10 })
  await app.apiKeys.update(info.id, { expiresAt: clock() + 100 })
  clock.advance(50)
  t.equal((await app.apiKeys.list({ owner: ADA })).keys.length, 1)
  clock.advance(60)
  t.equal((await app.apiKeys.list({ owner: ADA })).keys.length, 0)
  t.equal(await app.apiKeys.get(info.id), null)
})

t.test('events say whose key it is', async (t) => {
  const { clock, eventsOf, issue } = await stage(t)
  const { info } = await issue({ tenant: 'one' })
  t.same(eventsOf('latchkey:key.created'), [
    {
      at: clock(),
      outcome: 'created',
      mechanism: 'api-key',
      issuer: 'app',
      subject: 'ada',
      ownerType: 'user',
      credentialId: info.id,
      tenant: 'one',
    },
  ])
})
