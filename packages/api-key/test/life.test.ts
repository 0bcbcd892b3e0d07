import t from 'tap'
import { ADA, stage } from './fixtures/stage.js'

function calls(...list: (() => Promise<unknown>)[]): (() => Promise<unknown>)[] {
  return list
}

const GRACE = { type: 'user', id: 'grace' } as const

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
