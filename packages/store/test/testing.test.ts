import t from 'tap'
import { memoryStore } from '../src/index.js'
import { countingStore, failingStore } from '../src/testing.js'

t.test('the counting store counts by operation and in all', async (t) => {
  const counting = countingStore(memoryStore())
  await counting.store.create('k', 1)
  await counting.store.get('k')
  await counting.store.get('k')
  t.match(counting.counts, { create: 1, get: 2, delete: 0 })
  t.equal(counting.total(), 3)
  counting.reset()
  t.equal(counting.total(), 0)
})

t.test('the failing store fails, hangs and heals', async (t) => {
  const failing = failingStore(memoryStore())
  await failing.store.create('k', 1)
  failing.fail()
  await t.rejects(failing.store.get('k'), { code: 'LATCHKEY_STORE_UNAVAILABLE', statusCode: 503 })
  failing.hang()
  let isAnswered = false
  const waiting = failing.store.get('k').finally(() => {
    isAnswered = true
  })
  await new Promise(setImmediate)
  t.equal(isAnswered, false)
  failing.heal()
  t.equal((await waiting)?.value, 1)
  failing.hang()
  const failed = failing.store.get('k')
  failing.fail()
  await t.rejects(failed, { code: 'LATCHKEY_STORE_UNAVAILABLE' })
})
