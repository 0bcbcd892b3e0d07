import { memoryStore } from '@latchkey/store'
import t, { type Test } from 'tap'
import type { ApiKeyOptions } from '../src/index.js'
import { testClock } from './fixtures/clock.js'
import { ADA, type Stage, stage } from './fixtures/stage.js'

/** Two applications on one store, each with a connection of its own, as two processes have. */
async function twoProcesses(
  t: Test,
  options: Partial<ApiKeyOptions> = {},
): Promise<{ here: Stage; there: Stage }> {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const here = await stage(t, { base, sharedClock, ...options })
  const there = await stage(t, { base, sharedClock, ...options })
  return { here, there }
}

/** Waits for what happens by itself. */
async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

t.test('a key that is revoked in one process is refused in the other', async (t) => {
  const { here, there } = await twoProcesses(t)
  const { key, info } = await here.issue()
  t.same([await here.status(key), await there.status(key)], [200, 200])
  await here.app.apiKeys.revoke(info.id)
  await eventually(async () => (await there.status(key)) === 401)
  t.equal(await here.status(key), 401)
})

t.test('so is a key that is disabled, changed, rotated out, or whose owner lost all', async (t) => {
  const { here, there } = await twoProcesses(t, { failures: false })
  const { apiKeys } = here.app
  const acts: ((id: string) => Promise<unknown>)[] = [
    (id) => apiKeys.disable(id),
    (id) => apiKeys.update(id, { cidrs: ['192.0.2.1'] }),
    (id) => apiKeys.rotate(id),
    () => apiKeys.revokeAll(ADA),
  ]
  for (const act of acts) {
    const { key, info } = await here.issue()
    t.equal(await there.status(key), 200)
    await act(info.id)
    await eventually(async () => (await there.status(key)) === 401)
    t.equal(await here.status(key), 401)
  }
})

t.test('a registration of another prefix is left alone', async (t) => {
  const sharedClock = testClock()
  const base = memoryStore({ clock: sharedClock })
  const acme = await stage(t, { base, sharedClock })
  const other = await stage(t, { base, sharedClock, prefix: 'other' })
  const { key } = await other.issue()
  t.equal(await other.status(key), 200)
  other.counting.reset()
  const { info } = await acme.issue()
  await acme.app.apiKeys.revoke(info.id)
  await acme.app.apiKeys.revokeAll(ADA)
  t.equal(await other.status(key), 200)
  t.equal(other.counting.total(), 0, 'nothing was forgotten')
})

/** Holds back what a stage reads of keys. */
function slowReads({ store }: Stage) {
  const { get } = store
  const slow: (() => void)[] = []
  Object.assign(store, {
    async get(name: string) {
      const found = await get(name)
      if (name.includes('/key/')) await new Promise<void>((resolve) => slow.push(resolve))
      return found
    },
  })
  return {
    isReading: () => slow.length === 1,
    letGo: {
      fromNowOn: () => Object.assign(store, { get }),
      now: () => {
        for (const go of slow) go()
      },
    },
  }
}

t.test('what is being read while it is revoked is not remembered', async (t) => {
  const { here, there } = await twoProcesses(t)
  const { key, info } = await here.issue()
  const { isReading, letGo } = slowReads(there)
  const early = there.status(key)
  await eventually(isReading)
  await here.app.apiKeys.revoke(info.id)
  letGo.fromNowOn()
  t.equal(await there.status(key), 401, 'who comes later reads anew')
  letGo.now()
  t.equal(await early, 200, 'who came before the revocation')
  t.equal(await there.status(key), 401)
})

t.test('what is being read while all keys of an owner end is not remembered', async (t) => {
  const { here, there } = await twoProcesses(t)
  const { key } = await here.issue()
  const { isReading, letGo } = slowReads(there)
  const early = there.status(key)
  await eventually(isReading)
  await here.app.apiKeys.revokeAll(ADA)
  letGo.fromNowOn()
  letGo.now()
  t.equal(await early, 401)
  t.equal(await there.status(key), 401)
})

const patience = { maxStale: 1.5, cacheTtl: 600 } as const

for (const [whenStale, known, unknown] of [
  ['closed', 503, 503],
  ['lookup', 503, 503],
  ['open', 200, 503],
] as const) {
  t.test(`without store and feed, "${whenStale}" answers ${known}`, async (t) => {
    const setting = await stage(t, { ...patience, whenStale })
    const { key } = await setting.issue()
    const other = await setting.issue()
    await eventually(async () => (await setting.status(key)) === 200)
    setting.failing.fail()
    await eventually(async () => (await setting.status(key)) === known)
    t.equal(await setting.status(other.key), unknown)
    t.equal(await setting.status('acme_live_invented'), 401, 'an invented one is one all the same')
    setting.failing.heal()
    await eventually(async () => (await setting.status(key)) === 200)
  })
}

/** Cuts a stage off from the feed only: the store answers, and no news arrive. */
function cutFeed(setting: Stage): void {
  setting.failing.fail()
  for (const name of ['get', 'create', 'replace', 'increment', 'append'] as const) {
    Object.assign(setting.store, { [name]: base[name] })
  }
}
const base = memoryStore({ clock: () => 1_800_000_000 })

for (const [whenStale, answer] of [
  ['closed', 503],
  ['lookup', 401],
] as const) {
  t.test(
    `cut off from the feed alone, "${whenStale}" answers a revoked key ${answer}`,
    async (t) => {
      const here = await stage(t, { base })
      const there = await stage(t, { base, ...patience, whenStale })
      const { key, info } = await here.issue()
      t.equal(await there.status(key), 200)
      cutFeed(there)
      await here.app.apiKeys.revoke(info.id)
      await eventually(async () => (await there.status(key)) === answer)
      t.equal(await here.status(key), 401)
    },
  )
}

t.test('cut off from the feed, "open" lets a revoked key pass as long as the cache', async (t) => {
  const here = await stage(t, { base })
  const there = await stage(t, { base, ...patience, whenStale: 'open' })
  const { key, info } = await here.issue()
  t.equal(await there.status(key), 200)
  cutFeed(there)
  await here.app.apiKeys.revoke(info.id)
  t.equal(await there.status(key), 200)
  there.clock.advance(600)
  t.equal(await there.status(key), 401)
})

t.test('the window is stated', async (t) => {
  for (const [options, revocationWindow] of [
    [{ maxStale: 10 }, 10],
    [{ maxStale: 30 }, 30],
    [{ maxStale: 30, cacheTtl: 20 }, 20],
    [{ whenStale: 'open' }, 60],
  ] as const) {
    const { app } = await stage(t, options)
    t.match(app.mechanisms.find('api-key')?.describe(), { revocationWindow })
  }
})

t.test('a revocation that could not be told can be told again', async (t) => {
  const { here, there } = await twoProcesses(t)
  const { key, info } = await here.issue()
  t.equal(await there.status(key), 200)
  const { append } = here.store
  Object.assign(here.store, {
    append: async () => {
      throw new Error('gone')
    },
  })
  await t.rejects(here.app.apiKeys.revoke(info.id))
  t.equal(await here.status(key), 401, 'here it is known')
  t.equal(await there.status(key), 200, 'there it is not, until the cache lets go')
  Object.assign(here.store, { append })
  await here.app.apiKeys.revoke(info.id)
  await eventually(async () => (await there.status(key)) === 401)
})

t.test('an application starts without its feed, and says so', async (t) => {
  const setting = await stage(t, {
    base: {
      ...memoryStore(),
      follow: async () => {
        throw new Error('no feed yet')
      },
    },
  })
  t.match(setting.log(), /cannot follow the revocations of API keys yet/)
  const { key } = await setting.issue()
  t.equal(await setting.status(key), 200, 'by asking the store')
})

t.test('an application does not start on a store that is not fit', async (t) => {
  const unfit = { ...memoryStore(), ready: async () => Promise.reject(new Error('unfit')) }
  await t.rejects(stage(t, { base: unfit }), { message: 'unfit' })
})
