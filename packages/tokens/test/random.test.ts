import t from 'tap'
import { randomBase62, randomBase64url, randomBytes } from '../src/index.js'

t.test('a hundred thousand generated values are all different', async (t) => {
  t.equal(new Set(Array.from({ length: 100_000 }, () => randomBase62())).size, 100_000)
  t.equal(new Set(Array.from({ length: 100_000 }, () => randomBase64url(16))).size, 100_000)
})

t.test('a base62 id has the asked length and only letters and digits', async (t) => {
  for (const length of [0, 1, 22, 500, 1024]) {
    t.match(randomBase62(length), new RegExp(`^[0-9A-Za-z]{${length}}$`))
  }
  t.match(randomBase62(), /^[0-9A-Za-z]{22}$/)
})

t.test('every base62 character is equally likely', async (t) => {
  const counts = new Map<string, number>()
  for (let round = 0; round < 620; round += 1) {
    for (const character of randomBase62(1000)) {
      counts.set(character, (counts.get(character) ?? 0) + 1)
    }
  }
  // 10 000 expected of each, standard deviation 99: eight of them never happen by chance. A plain
  // remainder would give the first eight characters a quarter more than the others.
  t.equal(counts.size, 62)
  for (const [character, count] of counts) t.ok(Math.abs(count - 10_000) < 800, character)
})

t.test('bytes handed out are copies, and differ', async (t) => {
  const first = randomBytes(32)
  const kept = Buffer.from(first)
  for (let round = 0; round < 1000; round += 1) randomBytes(64)
  t.same(first, kept)
  t.notSame(randomBytes(32), randomBytes(32))
  t.equal(randomBytes(1024).byteLength, 1024)
  t.equal(randomBytes(0).byteLength, 0)
})

t.test('a base64url secret has 256 bits unless told otherwise', async (t) => {
  t.match(randomBase64url(), /^[0-9A-Za-z_-]{43}$/)
  t.match(randomBase64url(24), /^[0-9A-Za-z_-]{32}$/)
})

t.test('a length out of range is refused', async (t) => {
  for (const length of [-1, 1.5, 1025, Number.NaN]) {
    t.throws(() => randomBytes(length), RangeError)
    t.throws(() => randomBase62(length), RangeError)
  }
})
