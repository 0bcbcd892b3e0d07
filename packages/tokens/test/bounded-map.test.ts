import t from 'tap'
import { boundedMap } from '../src/index.js'

t.test('it never holds more than it may, and keeps what is used', async (t) => {
  const map = boundedMap<number>(10)
  map.set('used', 0)
  for (let index = 0; index < 100; index += 1) {
    map.set(`k${index}`, index)
    t.equal(map.get('used'), 0)
    t.ok(map.size <= 10)
  }
  t.equal(map.get('k0'), undefined, 'what was not used is forgotten')
  t.equal(map.get('k99'), 99)
})

t.test('an entry can be replaced and taken out', async (t) => {
  const map = boundedMap<number>(1)
  map.set('a', 1)
  map.set('a', 2)
  t.equal(map.get('a'), 2)
  map.set('b', 3)
  t.equal(map.get('a'), 2, 'from the old generation')
  map.delete('a')
  t.equal(map.get('a'), undefined)
  map.set('a', 1)
  map.clear()
  t.equal(map.size, 0)
})

t.test('entries can be taken out by what they are, the older ones too', async (t) => {
  const map = boundedMap<number>(4)
  for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, index)
  map.deleteWhere((value) => value % 2 === 0)
  t.same(
    ['a', 'b', 'c', 'd'].map((key) => map.get(key)),
    [undefined, 1, undefined, 3],
  )
})
