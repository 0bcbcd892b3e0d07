import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { createReplicaTable } from '../src/replica-table.js'

t.test('a name is known from its entry on until its expiry', async (t) => {
  let now = 1000
  const table = createReplicaTable(100, () => now)
  t.equal(table.has('a', 'k'), false)
  t.equal(table.find('a', 'k'), undefined)
  t.equal(table.apply('a', 'k', 1010, 5), true)
  t.same(table.find('a', 'k'), { expiresAt: 1010, value: 5 })
  t.equal(table.has('a', 'k'), true)
  t.equal(table.has('a', 'K'), false)
  t.equal(table.has('b', 'k'), false)
  t.equal(table.has('', 'ak'), false)
  now = 1009.9
  t.equal(table.has('a', 'k'), true)
  now = 1010
  t.equal(table.has('a', 'k'), false)
  t.equal(table.find('a', 'k'), undefined)
})

t.test(
  'of several entries the later expiry and the higher value count, in any order',
  async (t) => {
    const table = createReplicaTable(100, () => 1000)
    for (const [expiresAt, value] of [
      [1010.2, undefined],
      [1020, 7],
      [1005, 9],
      [1015, 8],
      [1001, undefined],
    ] as const) {
      table.apply('a', 'k', expiresAt, value)
    }
    t.same(table.find('a', 'k'), { expiresAt: 1020, value: 9 })
    t.equal(table.size, 1)
  },
)

t.test('an entry that comes after the end of its predecessor starts anew', async (t) => {
  let now = 1000
  const table = createReplicaTable(100, () => now)
  table.apply('a', 'k', 1010, 9)
  now = 1010
  table.apply('a', 'k', 1020, 1)
  t.same(table.find('a', 'k'), { expiresAt: 1020, value: 1 })
})

t.test('instants beyond 32 bits never end, those in the distant past are over', async (t) => {
  let now = 1000
  const table = createReplicaTable(100, () => now)
  table.apply('a', 'for ever', 99_999_999_999, undefined)
  table.apply('a', 'over', 0, undefined)
  now = 50_000_000_000
  t.same(table.find('a', 'for ever'), {
    expiresAt: Number.POSITIVE_INFINITY,
    value: undefined,
  })
  t.equal(table.has('a', 'over'), false)
  table.sweep()
  t.equal(table.size, 1)
})

t.test('a full table refuses, and looks for room once a second', async (t) => {
  let now = 1000
  const table = createReplicaTable(2000, () => now)
  for (let place = 0; place < 2000; place++) {
    t.ok(table.apply('a', String(place), place < 1990 ? 2000 : 1005, undefined) || t.fail())
  }
  t.equal(table.apply('a', 'new', 2000, undefined), false)
  t.equal(table.apply('a', '7', 2001, undefined), true)
  now = 1000.5
  t.equal(table.apply('a', 'new', 2000, undefined), false)
  now = 1005
  t.equal(table.apply('a', 'new', 2000, undefined), true)
  t.equal(table.has('a', '0'), true)
  t.equal(table.has('a', 'new'), true)
})

t.test('what has ended leaves by and by, and its places are used again', async (t) => {
  let now = 0
  const table = createReplicaTable(1_000_000, () => now)
  for (let place = 0; place < 50_000; place++) {
    now = place
    table.apply('a', String(place), place + 100, undefined)
  }
  t.ok(table.size < 1100, `${table.size} entries are held`)
})

t.test('the table agrees with a map, whatever is done to both', async () => {
  const operation = fc.record({
    key: fc.nat(60),
    life: fc.integer({ min: -2, max: 30 }),
    value: fc.option(fc.nat(100), { nil: undefined }),
    elapse: fc.nat(3),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      let now = 1000
      const table = createReplicaTable(10_000, () => now)
      const map = new Map<string, { expiresAt: number; value: number | undefined }>()
      for (const { key, life, value, elapse } of operations) {
        now += elapse
        const name = String(key)
        const known = map.get(name)
        const isAlive = known !== undefined && known.expiresAt > now
        const values = [isAlive ? known.value : undefined, value].filter((v) => v !== undefined)
        map.set(name, {
          expiresAt: Math.max(now + life, isAlive ? known.expiresAt : 0),
          value: values.length === 0 ? undefined : Math.max(...values),
        })
        table.apply('t', name, now + life, value)
        for (const [each, entry] of map) {
          const wanted = entry.expiresAt > now ? entry : undefined
          const found = table.find('t', each)
          if (JSON.stringify(found) !== JSON.stringify(wanted)) {
            throw new Error(`${each}: ${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`)
          }
        }
      }
    }),
    { numRuns: 200 },
  )
})

t.test('a hundred thousand names are told apart from a hundred thousand others', async (t) => {
  const table = createReplicaTable(1_000_000, () => 0)
  const names = Array.from({ length: 100_000 }, () => randomUUID())
  for (const name of names) table.apply('a', name, 10, undefined)
  t.equal(names.filter((name) => table.has('a', name)).length, 100_000)
  t.equal(names.filter((name) => table.has('a', `${name} `)).length, 0)
  t.equal(table.size, 100_000)
})
