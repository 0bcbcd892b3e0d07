import t from 'tap'
import { withinDeadline } from '../src/engine.js'
import { StoreFull, StoreUnavailable } from '../src/index.js'

t.test('an answer in time is passed on, and so is an error of ours', async (t) => {
  t.equal(await withinDeadline(60, Promise.resolve('answer')), 'answer')
  const full = new StoreFull('no room')
  await t.rejects(withinDeadline(60, Promise.reject(full)), full)
})

t.test('another error becomes the cause of an outage', async (t) => {
  const cause = new Error('ECONNRESET')
  const outage = await withinDeadline(60, Promise.reject(cause)).catch((error) => error)
  t.ok(outage instanceof StoreUnavailable)
  t.equal(outage.cause, cause)
  t.notMatch(outage.message, 'ECONNRESET')
})

t.test('no answer is an outage', async (t) => {
  await t.rejects(withinDeadline(0.01, new Promise(() => {})), {
    code: 'LATCHKEY_STORE_UNAVAILABLE',
    message: 'Cannot reach the store: no answer within 0.01 seconds',
  })
})
