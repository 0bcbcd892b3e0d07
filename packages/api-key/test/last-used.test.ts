import { memoryStore } from '@latchkey/store'
import t from 'tap'
import { createLastUsed } from '../src/last-used.js'
import { stage } from './fixtures/stage.js'

function writes(counts: Readonly<Record<string, number>>): number {
  const { create = 0, replace = 0, increment = 0, append = 0, link = 0 } = counts
  return create + replace + increment + append + link
}

function onError(error: unknown): never {
  throw error
}

t.test('a verification writes nothing', async (t) => {
  const { counting, issue, status } = await stage(t)
  const { key } = await issue()
  counting.reset()
  for (let index = 0; index < 100; index++) t.equal(await status(key), 200)
  t.equal(writes(counting.counts), 0)
})

t.test('the last use is written when the application closes, and once for many uses', async (t) => {
  const { app, clock, counting, issue, status, store } = await stage(t)
  const { key, info } = await issue()
  const other = await issue()
  for (let index = 0; index < 100; index++) await status(key)
  clock.advance(30)
  for (let index = 0; index < 100; index++) await status(key)
  await status(other.key)
  counting.reset()
  await app.close()
  t.equal(writes(counting.counts), 2)
  t.equal((await store.get(`api-key/acme/used/${info.id}`))?.value, clock() - 30)
})

t.test('a later process moves it on, an earlier one does not move it back', async (t) => {
  const base = memoryStore()
  const options = { store: base, prefix: 'acme', interval: 60, onError }
  const one = createLastUsed(options)
  const two = createLastUsed(options)
  t.equal(await one.load('id'), null)
  one.note('id', 100.7)
  await one.flush()
  t.equal(await one.load('id'), 100)
  two.note('id', 200)
  one.note('id', 150)
  await two.flush()
  await one.flush()
  t.equal(await one.load('id'), 200)
})

t.test('what has been noted is written by itself after a while', async (t) => {
  const store = memoryStore()
  const used = createLastUsed({ store, prefix: 'acme', interval: 0.01, onError })
  used.note('id', 100)
  used.note('id', 101)
  while ((await used.load('id')) === null) await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(await used.load('id'), 101)
})

t.test('keys show when they were last used', async (t) => {
  const { app, clock, issue, status } = await stage(t, { lastUsedInterval: 0.01 })
  const { key, info } = await issue()
  await status(key)
  const lastUsedAt = async () => (await app.apiKeys.get(info.id))?.lastUsedAt ?? null
  while ((await lastUsedAt()) === null) await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(await lastUsedAt(), clock())
})

t.test('an outage is told, and disturbs nobody', async (t) => {
  const { app, failing, issue, log, status } = await stage(t, { whenStale: 'open' })
  const { key } = await issue()
  t.equal(await status(key), 200)
  failing.fail()
  t.equal(await status(key), 200)
  await app.close()
  t.match(log(), /cannot write when API keys were last used/)
})

t.test('only so many uses wait to be written', async (t) => {
  const written = new Set<string>()
  const store = {
    ...memoryStore(),
    get: async () => null,
    create: async (key: string) => Boolean(written.add(key)),
  }
  const used = createLastUsed({ store, prefix: 'acme', interval: 60, onError })
  for (let index = 0; index < 100_001; index++) used.note(`id${index}`, 1)
  await used.close()
  t.equal(written.size, 100_000)
  t.notOk(written.has('api-key/acme/used/id100000'))
})
