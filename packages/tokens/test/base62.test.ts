import t from 'tap'
import { crc32, crc32Base62, parseBase62, serializeBase62 } from '../src/index.js'

t.test('numbers go to base62 and back', async (t) => {
  const rows: [number, string][] = [
    [0, '0'],
    [61, 'z'],
    [62, '10'],
    [4_294_967_295, '4gfFC3'],
    [Number.MAX_SAFE_INTEGER, 'fFgnDxSe7'],
  ]
  for (const [value, text] of rows) {
    t.equal(serializeBase62(value), text)
    t.equal(parseBase62(text), value)
  }
  t.equal(serializeBase62(1, 6), '000001')
  t.equal(parseBase62('000001'), 1)
})

t.test('what is no number in base62 is refused', async (t) => {
  for (const text of ['', '-', 'a_b', ' 1', 'ä', 'fFgnDxSe8', 'zzzzzzzzzzzz']) {
    t.equal(parseBase62(text), null, text)
  }
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) {
    t.throws(() => serializeBase62(value), RangeError)
  }
})

t.test('CRC-32 gives the known check value', async (t) => {
  t.equal(crc32('123456789'), 0xcbf43926)
  t.equal(crc32Base62('123456789'), serializeBase62(0xcbf43926, 6))
  t.equal(crc32Base62(''), '000000')
})
