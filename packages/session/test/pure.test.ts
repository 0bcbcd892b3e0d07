import fc from 'fast-check'
import t from 'tap'
import { describeDevice } from '../src/device.js'
import { DUPLICATE, findCookie } from '../src/find-cookie.js'
import { safeReturnTo } from '../src/index.js'
import { parseSessionId } from '../src/token.js'

const numRuns = Number(process.env.LATCHKEY_FUZZ ?? 10_000)

for (const [header, found] of [
  ['id=a', 'a'],
  ['x=1; id=a', 'a'],
  ['x=1;id=a;y=2', 'a'],
  ['  id=a', 'a'],
  ['xid=a', null],
  ['id2=a', null],
  ['x=id=a', null],
  ['x="id=a"', null],
  ['id', null],
  ['', null],
  ['id=', ''],
  ['ididid=1; id=a', 'a'],
  ['id=a; id=a', DUPLICATE],
  ['id=; id=a', DUPLICATE],
] as const) {
  t.test(`in "${header}" the cookie is ${String(found)}`, async (t) => {
    t.equal(findCookie(header, 'id'), found)
  })
}

t.test('a cookie is found as a parser of the whole header would', async (t) => {
  const word = fc.stringMatching(/^[!#-:<-~ ]{0,12}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('id', 'xid', 'id2', 'y'), word)), (pairs) => {
      const header = pairs.map(([name, value]) => `${name}=${value}`).join('; ')
      const mine = header
        .split(';')
        .map((pair) => pair.replace(/^[ \t]+/, ''))
        .filter((pair) => pair.startsWith('id='))
        .map((pair) => pair.slice(3))
      const wanted = mine.length > 1 ? DUPLICATE : (mine[0] ?? null)
      return findCookie(header, 'id') === wanted
    }),
    { numRuns },
  )
  t.pass()
})

t.test('whatever a cookie holds, reading it neither throws nor yields a strange id', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      findCookie(text, 'id')
      const id = parseSessionId(text)
      return id === null || /^[0-9A-Za-z]{22}$/.test(id)
    }),
    { numRuns },
  )
  t.pass()
})

for (const [value, safe] of [
  ['/', '/'],
  ['/orders?page=2#end', '/orders?page=2#end'],
  ['/a//b', '/a//b'],
  ['/a/../b', '/b'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/..//evil.example', '/'],
  ['\\/evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['orders', '/'],
  ['', '/'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
] as const) {
  t.test(`returnTo ${JSON.stringify(value)} goes to ${safe}`, async (t) => {
    t.equal(safeReturnTo(value), safe)
  })
}

t.test('returnTo falls back to where one says', async (t) => {
  t.equal(safeReturnTo('//evil', '/home'), '/home')
})

t.test('no returnTo leaves the origin, as a browser reads it', async (t) => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '\t',
    '\n',
    '@',
    'evil.example',
    ':',
    '?',
    '#',
    '%2f',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const safe = safeReturnTo(`/${pieces.join('')}`)
      return new URL(safe, 'https://app.example').origin === 'https://app.example'
    }),
    { numRuns },
  )
  t.pass()
})

for (const [userAgent, device] of [
  [undefined, 'Unknown device'],
  ['', 'Unknown device'],
  ['curl/8', 'Unknown device'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36',
    'Chrome on Windows',
  ],
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15',
    'Safari on macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1',
    'Safari on iOS',
  ],
  ['MyApp/1 (Linux; Android 15)', 'App on Android'],
  ['Firefox/140.0', 'Firefox'],
] as const) {
  t.test(`"${userAgent}" is ${device}`, async (t) => {
    t.equal(describeDevice(userAgent), device)
  })
}
