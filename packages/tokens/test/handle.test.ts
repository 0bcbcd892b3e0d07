import { randomBytes } from 'node:crypto'
import t from 'tap'
import { issueHandle, parseHandle, prepareHandleKeys, randomBase62 } from '../src/index.js'

const now = 1_700_000_000
const [older, newer] = [randomBytes(32), randomBytes(48).toString('base64')]
const keys = prepareHandleKeys([{ secret: newer }])

t.test('a handle says what it was made of', async (t) => {
  const id = randomBase62()
  for (const generation of [0, 1, 9_999_999_999]) {
    const text = issueHandle('lk_rt', { id, generation }, keys, now)
    t.match(text, new RegExp(`^lk_rt_${id}\\.${generation}\\.[0-9A-Za-z_-]{36}$`))
    t.same(parseHandle(text, 'lk_rt', keys, now), { id, generation })
    t.equal(encodeURIComponent(text), text, 'needs no escaping')
  }
})

t.test('the same arguments give the same handle', async (t) => {
  const handle = { id: 'grant1', generation: 3 }
  t.equal(issueHandle('rt', handle, keys, now), issueHandle('rt', handle, keys, now + 500))
})

t.test('no single changed character passes', async (t) => {
  const text = issueHandle('lk_rt', { id: randomBase62(), generation: 12 }, keys, now)
  for (let index = 0; index < text.length; index += 1) {
    for (const character of ['a', 'B', '0', '1', '-', '_', '.', ' ', 'ä']) {
      if (text[index] === character) continue
      const changed = text.slice(0, index) + character + text.slice(index + 1)
      t.equal(parseHandle(changed, 'lk_rt', keys, now), null, `${index} ${character}`)
    }
  }
})

t.test('what is no handle of ours is refused', async (t) => {
  const text = issueHandle('lk_rt', { id: 'grant1', generation: 1 }, keys, now)
  const foreign = issueHandle(
    'lk_rt',
    { id: 'grant1', generation: 1 },
    prepareHandleKeys([{ secret: older }]),
    now,
  )
  const rows: [string, string, string][] = [
    ['nothing', '', 'lk_rt'],
    ['the prefix alone', 'lk_rt_', 'lk_rt'],
    ['another prefix', text, 'lk_at'],
    ['a shorter prefix', text, 'lk'],
    ['a longer prefix', text, 'lk_rt_grant1'],
    ['cut short', text.slice(0, -1), 'lk_rt'],
    ['made longer', `${text}A`, 'lk_rt'],
    ['a line break behind', `${text}\n`, 'lk_rt'],
    ['a leading zero in the generation', text.replace('.1.', '.01.'), 'lk_rt'],
    ['no generation', text.replace('.1.', '..'), 'lk_rt'],
    ['very long', `lk_rt_${'a'.repeat(100_000)}`, 'lk_rt'],
    ['made with another secret', foreign, 'lk_rt'],
  ]
  for (const [what, presented, prefix] of rows) {
    t.equal(parseHandle(presented, prefix, keys, now), null, what)
  }
})

t.test('a handle of one kind is never valid as another', async (t) => {
  const refresh = issueHandle('lk_rt', { id: 'grant1', generation: 1 }, keys, now)
  t.equal(parseHandle(refresh.replace('lk_rt', 'lk_at'), 'lk_at', keys, now), null)
})

t.test('after a rotation the old secret verifies and the new one makes', async (t) => {
  const before = prepareHandleKeys([{ secret: older }])
  const after = prepareHandleKeys([{ secret: newer }, { secret: older }])
  const old = issueHandle('rt', { id: 'a', generation: 0 }, before, now)
  const fresh = issueHandle('rt', { id: 'a', generation: 0 }, after, now)
  t.same(parseHandle(old, 'rt', after, now), { id: 'a', generation: 0 })
  t.same(parseHandle(fresh, 'rt', after, now), { id: 'a', generation: 0 })
  t.equal(parseHandle(fresh, 'rt', before, now), null)
})

t.test('a secret past its end neither makes nor verifies', async (t) => {
  const ring = prepareHandleKeys([{ secret: newer, notAfter: now + 10 }, { secret: older }])
  const text = issueHandle('rt', { id: 'a', generation: 0 }, ring, now + 9)
  t.same(parseHandle(text, 'rt', ring, now + 9), { id: 'a', generation: 0 })
  t.equal(parseHandle(text, 'rt', ring, now + 10), null, 'at the exact second')
  t.not(
    issueHandle('rt', { id: 'a', generation: 0 }, ring, now + 10),
    text,
    'the older one takes over',
  )
  const ended = prepareHandleKeys([{ secret: newer, notAfter: now }])
  t.throws(() => issueHandle('rt', { id: 'a', generation: 0 }, ended, now), {
    code: 'LATCHKEY_TOKENS_INVALID_KEYS',
  })
})

t.test('what would not be parsed again is not issued', async (t) => {
  const rows: [string, string, number][] = [
    ['', 'a', 0],
    ['r t', 'a', 0],
    ['rt_', 'a', 0],
    ['_rt', 'a', 0],
    ['rt', '', 0],
    ['rt', 'a.b', 0],
    ['rt', 'a_b', 0],
    ['rt', 'a'.repeat(65), 0],
    ['rt', 'a', -1],
    ['rt', 'a', 0.5],
    ['rt', 'a', 10_000_000_000],
  ]
  for (const [prefix, id, generation] of rows) {
    t.throws(() => issueHandle(prefix, { id, generation }, keys, now), RangeError)
  }
})

t.test('weak, missing and equal secrets are refused', async (t) => {
  t.throws(() => prepareHandleKeys([{ secret: 'short' }]), { code: 'LATCHKEY_TOKENS_WEAK_SECRET' })
  t.throws(() => prepareHandleKeys([]), { code: 'LATCHKEY_TOKENS_INVALID_KEYS' })
  t.throws(() => prepareHandleKeys([{ secret: older }, { secret: older }]), {
    code: 'LATCHKEY_TOKENS_INVALID_KEYS',
  })
})
