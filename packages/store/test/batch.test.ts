import t from 'tap'
import { createBatcher } from '../src/engine.js'

t.test('look-ups of one turn are one load of different keys', async (t) => {
  const loads: (readonly string[])[] = []
  const find = createBatcher(async (keys) => {
    loads.push(keys)
    return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, key.toUpperCase()]))
  })
  const found = await Promise.all(['a', 'b', 'absent', 'a'].map(find))
  t.same(found, ['A', 'B', undefined, 'A'])
  t.same(loads, [['a', 'b', 'absent']])
  t.equal(await find('c'), 'C')
  t.equal(loads.length, 2)
})

t.test('a large turn is several loads', async (t) => {
  const sizes: number[] = []
  const find = createBatcher(async (keys) => {
    sizes.push(keys.length)
    return new Map(keys.map((key) => [key, Number(key)]))
  })
  const found = await Promise.all(Array.from({ length: 1000 }, (_, key) => find(String(key))))
  t.same(found, [...Array(1000).keys()])
  t.same(sizes, [500, 500])
})

t.test('a load that fails fails every look-up in it, and none after', async (t) => {
  let fails = true
  const find = createBatcher<string>(async () => {
    if (fails) throw new Error('away')
    return new Map([['a', 'found']])
  })
  const results = await Promise.allSettled([find('a'), find('a'), find('b')])
  t.strictSame(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  fails = false
  t.equal(await find('a'), 'found')
})
