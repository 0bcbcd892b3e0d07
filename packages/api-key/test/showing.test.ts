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
