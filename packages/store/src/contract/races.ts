import assert from 'node:assert/strict'
import { type ContractTest, callers, later, uniqueName } from './harness.js'

const twenty = 20

function winners(results: readonly boolean[]): number {
  return results.filter((won) => won).length
}

/** What every store promises when twenty callers want the same at once. */
export const raceTests: readonly ContractTest[] = [
  {
    name: 'of twenty callers that create a record exactly one does, and it is theirs that is kept',
    async run(harness) {
      const key = uniqueName()
      const expiresAt = harness.now() + later
      const results = await Promise.all(
        callers(harness, twenty).map((store, place) => store.create(key, place, { expiresAt })),
      )
      assert.equal(winners(results), 1)
      assert.equal((await harness.store.get(key))?.value, results.indexOf(true))
    },
  },
  {
    name: 'of twenty callers that replace a record exactly one does, and it is theirs that is kept',
    async run(harness) {
      const key = uniqueName()
      await harness.store.create(key, 'before', { expiresAt: harness.now() + later })
      const version = (await harness.store.get(key))?.version as string
      const results = await Promise.all(
        callers(harness, twenty).map((store, place) => store.replace(key, version, place)),
      )
      assert.equal(winners(results), 1)
      assert.equal((await harness.store.get(key))?.value, results.indexOf(true))
    },
  },
  {
    name: 'of twenty callers that delete a record exactly one does',
    async run(harness) {
      const key = uniqueName()
      await harness.store.create(key, 'once', { expiresAt: harness.now() + later })
      const results = await Promise.all(callers(harness, twenty).map((store) => store.delete(key)))
      assert.equal(winners(results), 1)
    },
  },
  {
    name: 'a record that is deleted while it is replaced stays deleted',
    async run(harness) {
      for (let round = 0; round < 10; round++) {
        const key = uniqueName()
        await harness.store.create(key, 'alive', { expiresAt: harness.now() + later })
        const version = (await harness.store.get(key))?.version as string
        const [first, second] = callers(harness, 2)
        const [isDeleted] = await Promise.all([
          first?.delete(key),
          second?.replace(key, version, 'in flight'),
        ])
        assert.equal(isDeleted, true)
        assert.equal(await harness.store.get(key), null)
      }
    },
  },
  {
    name: 'of twenty callers that add to a counter each gets a value of its own',
    async run(harness) {
      const counter = uniqueName()
      const expiresAt = harness.now() + later
      const results = await Promise.all(
        callers(harness, twenty).map((store) => store.increment(counter, 1, { expiresAt })),
      )
      assert.deepEqual(
        results.map(({ value }) => value).sort((a, b) => a - b),
        Array.from({ length: twenty }, (_, place) => place + 1),
      )
    },
  },
  {
    name: 'of twenty callers of a counter that is limited to seven, seven are allowed',
    async run(harness) {
      const counter = uniqueName()
      const options = { expiresAt: harness.now() + later, limit: 7 }
      const results = await Promise.all(
        callers(harness, twenty).map((store) => store.increment(counter, 1, options)),
      )
      assert.equal(winners(results.map(({ allowed }) => allowed)), 7)
      assert.equal((await harness.store.increment(counter, 0, options)).value, 7)
    },
  },
]
