import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { until } from '../src/contract/harness.js'
import { storeContract } from '../src/contract.js'
import { memoryStore } from '../src/index.js'

t.test('the memory store under a clock that stands still', async (t) => {
  let time = 1_700_000_000
  const store = memoryStore({ clock: () => time })
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
      t.pass(name)
    })
  }
})

t.test('the memory store under the clock of the machine', async (t) => {
  const store = memoryStore()
  await Promise.all(
    storeContract.map(async ({ name, run }) => {
      await run({
        store,
        peer: store,
        now: () => Date.now() / 1000,
        elapse: (seconds) => pause(seconds * 1000 + 10),
      })
      t.pass(name)
    }),
  )
})

t.test('the suite waits long, but not for ever', async (t) => {
  const wait = until('pigs fly', () => false, 2)
  await t.rejects(wait, { message: 'It never came true that pigs fly' })
})
