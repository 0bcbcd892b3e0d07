import { memoryStore, type Store } from '@latchkey/store'
import { storeContract } from '@latchkey/store/contract'
import { failingStore } from '@latchkey/store/testing'
import t from 'tap'
import { remoteStore } from '../src/processes/remote-store.js'
import { serveStore } from '../src/processes/serve-store.js'
import type { Channel } from '../src/processes/wire.js'

/** Two ends of a channel, as between two processes: what arrives is a copy, and in order. */
function channels() {
  const closing: (() => void)[] = []
  const listeners: [(message: unknown) => void, (message: unknown) => void] = [() => {}, () => {}]
  const end = (mine: 0 | 1): Channel => ({
    send(message) {
      const copy = structuredClone(message)
      setImmediate(() => listeners[mine === 0 ? 1 : 0](copy))
    },
    onMessage(listener) {
      listeners[mine] = listener
    },
    onClose(listener) {
      closing.push(listener)
    },
  })
  const close = () => {
    for (const listener of closing) listener()
  }
  return { here: end(0), there: end(1), close }
}

function connect(store: Store) {
  const { here, there, close } = channels()
  serveStore(store, here)
  return { store: remoteStore(there), close }
}

t.test('a store in another process keeps the contract', async (t) => {
  let time = 1_700_000_000
  const { store } = connect(memoryStore({ clock: () => time }))
  for (const { name, run } of storeContract) {
    await t.test(name, async (t) => {
      await run({
        store,
        isExact: true,
        now: () => time,
        elapse: async (seconds) => {
          time += seconds
        },
      })
      t.pass('it does')
    })
  }
})

t.test('an outage of the store is one here as well', async (t) => {
  const { store: inner, fail, heal } = failingStore(memoryStore())
  const { store } = connect(inner)
  fail()
  await t.rejects(store.get('key'), { code: 'LATCHKEY_STORE_UNAVAILABLE', statusCode: 503 })
  heal()
  t.equal(await store.get('key'), null)
})

t.test('when the process that holds it is gone, nothing hangs', async (t) => {
  const { store, close } = connect(memoryStore())
  const states: string[] = []
  const stop = await store.follow(
    'feed',
    null,
    () => {},
    (state) => states.push(state),
  )
  const waiting = store.get('key')
  close()
  await t.rejects(waiting, { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  await t.rejects(store.get('key'), { code: 'LATCHKEY_STORE_UNAVAILABLE' })
  t.equal(states.at(-1), 'degraded')
  await stop()
})
