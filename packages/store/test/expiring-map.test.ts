import t from 'tap'
import { createExpiringMap, type Expiring } from '../src/expiring-map.js'

function mapAt(maxEntries: number) {
  const clock = { now: 0 }
  const dropped: Expiring[] = []
  const map = createExpiringMap<string, Expiring>(
    maxEntries,
    () => clock.now,
    (value) => dropped.push(value),
  )
  return { clock, dropped, map }
}

t.test('what has ended leaves by and by, though nobody asks for it', async (t) => {
  const { clock, dropped, map } = mapAt(100_000)
  for (let place = 0; place < 1000; place++) map.put(`short ${place}`, { expiresAt: 10 })
  for (let place = 0; place < 1000; place++) map.put(`long ${place}`, { expiresAt: 1000 })
  clock.now = 10
  for (let place = 0; place < 600; place++) map.put(`new ${place}`, { expiresAt: 1000 })
  t.equal(dropped.length, 1000)
  t.equal(map.size, 1600)
})

t.test('a full map takes what is in it already, and refuses what is new', async (t) => {
  const { map } = mapAt(2)
  map.put('a', { expiresAt: 10 })
  map.put('b', { expiresAt: 10 })
  map.put('a', { expiresAt: 20 })
  t.throws(() => map.put('c', { expiresAt: 10 }), { code: 'LATCHKEY_STORE_FULL', statusCode: 503 })
  t.equal(map.get('a')?.expiresAt, 20)
  t.equal(map.get('c'), undefined)
  t.equal(map.delete('b'), true)
  map.put('c', { expiresAt: 10 })
  t.equal(map.size, 2)
})

t.test('a full map makes room of all that has ended, but looks for it once a second', async (t) => {
  const { clock, map } = mapAt(500)
  for (let place = 0; place < 490; place++) map.put(`long ${place}`, { expiresAt: 100 })
  for (let place = 0; place < 10; place++) map.put(`short ${place}`, { expiresAt: 5 })
  t.throws(() => map.put('new', { expiresAt: 100 }), { code: 'LATCHKEY_STORE_FULL' })
  clock.now = 0.5
  t.throws(() => map.put('new', { expiresAt: 100 }), { code: 'LATCHKEY_STORE_FULL' })
  clock.now = 5
  map.put('new', { expiresAt: 100 })
  t.equal(map.size, 491)
})
