import t from 'tap'
import { parseChallenges, serializeChallenge, serializeChallenges } from '../src/index.js'

const written: [what: string, params: Record<string, string | number | undefined>, text: string][] =
  [
    ['nothing', {}, 'Bearer'],
    ['a realm', { realm: 'api' }, 'Bearer realm="api"'],
    ['two', { realm: 'api', error: 'invalid_token' }, 'Bearer realm="api", error="invalid_token"'],
    ['a number', { max_age: 300 }, 'Bearer max_age="300"'],
    ['one left out', { realm: undefined, scope: 'a b' }, 'Bearer scope="a b"'],
    ['an empty one', { realm: '' }, 'Bearer realm=""'],
    ['quotes and backslashes', { realm: 'a"b\\c' }, 'Bearer realm="a\\"b\\\\c"'],
    ['a line break', { realm: 'a\r\nset-cookie: b' }, 'Bearer realm="a  set-cookie: b"'],
    ['control characters', { realm: 'a\u0000\u001b\u007fb' }, 'Bearer realm="a   b"'],
    ['letters beyond ASCII', { realm: 'ü\u{1f511}' }, 'Bearer realm="   "'],
    ['a tab', { realm: 'a\tb' }, 'Bearer realm="a\tb"'],
  ]

for (const [what, params, text] of written) {
  t.test(`a challenge with ${what} is written as RFC 9110 §11 says`, async (t) => {
    t.equal(serializeChallenge({ scheme: 'Bearer', params }), text)
  })
}

t.test('a token68 stands alone', async (t) => {
  t.equal(
    serializeChallenge({ scheme: 'Negotiate', params: {}, token68: 'YII=' }),
    'Negotiate YII=',
  )
})

const unwritable: [what: string, challenge: Parameters<typeof serializeChallenge>[0]][] = [
  ['an empty scheme', { scheme: '', params: {} }],
  ['a scheme with a space', { scheme: 'Bea rer', params: {} }],
  ['a scheme with a line break', { scheme: 'Bearer\r\nx:', params: {} }],
  ['a name that is no token', { scheme: 'Bearer', params: { 'a b': 'x' } }],
  ['a name with an equals sign', { scheme: 'Bearer', params: { 'a=': 'x' } }],
  ['an empty name', { scheme: 'Bearer', params: { '': 'x' } }],
  ['a name twice in other letters', { scheme: 'Bearer', params: { realm: 'a', Realm: 'b' } }],
  ['a token68 that is none', { scheme: 'Negotiate', params: {}, token68: 'a b' }],
  ['a token68 that breaks the line', { scheme: 'Negotiate', params: {}, token68: 'a\n' }],
  ['a token68 beside parameters', { scheme: 'Negotiate', params: { a: 'b' }, token68: 'x' }],
]

for (const [what, challenge] of unwritable) {
  t.test(`${what} cannot be written`, async (t) => {
    t.throws(() => serializeChallenge(challenge), TypeError)
    t.throws(() => serializeChallenges([challenge]), TypeError)
  })
}

t.test('a challenge that another line says already is left out', async (t) => {
  const bare = { scheme: 'Bearer', params: { realm: 'api' } }
  const more = { scheme: 'bearer', params: { realm: 'api', error: 'invalid_token' } }
  const other = { scheme: 'Bearer', params: { realm: 'other' } }
  const basic = { scheme: 'Basic', params: { realm: 'api' } }
  const ticket = { scheme: 'Bearer', params: {}, token68: 'x' }
  t.same(serializeChallenges([bare, more]), ['bearer realm="api", error="invalid_token"'])
  t.same(serializeChallenges([more, bare]), ['bearer realm="api", error="invalid_token"'])
  t.same(serializeChallenges([bare, bare]), ['Bearer realm="api"'])
  t.same(serializeChallenges([bare, other, basic]), [
    'Bearer realm="api"',
    'Bearer realm="other"',
    'Basic realm="api"',
  ])
  t.same(serializeChallenges([ticket, bare]), ['Bearer x', 'Bearer realm="api"'])
  t.same(serializeChallenges([]), [])
})

const readable: [what: string, text: string, challenges: [string, object, string?][]][] = [
  ['a scheme', 'Bearer', [['Bearer', {}]]],
  ['a token for a value', 'Bearer realm=api', [['Bearer', { realm: 'api' }]]],
  ['space around the sign', 'Bearer realm \t= "api"', [['Bearer', { realm: 'api' }]]],
  ['names in capitals', 'Bearer REALM="Api"', [['Bearer', { realm: 'Api' }]]],
  ['escapes', 'Bearer realm="a\\"\\b\\\\"', [['Bearer', { realm: 'a"b\\' }]]],
  ['commas in quotes', 'Bearer realm="a, Basic b=c"', [['Bearer', { realm: 'a, Basic b=c' }]]],
  [
    'the example of RFC 9110 §11.6.1',
    'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
    [
      ['Basic', { realm: 'simple' }],
      ['Newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
    ],
  ],
  [
    'schemes without parameters between others',
    'Negotiate, Bearer a=b , Digest',
    [
      ['Negotiate', {}],
      ['Bearer', { a: 'b' }],
      ['Digest', {}],
    ],
  ],
  [
    'a token68',
    'Negotiate YII=, Basic realm="x"',
    [
      ['Negotiate', {}, 'YII='],
      ['Basic', { realm: 'x' }],
    ],
  ],
  ['a token68 that looks like a name', 'Negotiate realm=', [['Negotiate', {}, 'realm=']]],
  ['empty members of the list', ' , ,Bearer a=b,, ,c=d, ', [['Bearer', { a: 'b', c: 'd' }]]],
  ['more spaces', 'Bearer   a=b', [['Bearer', { a: 'b' }]]],
  ['names of object members', 'X __proto__=a, constructor=b', [['X', { constructor: 'b' }]]],
]

for (const [what, text, expected] of readable) {
  t.test(`${what} can be read`, async (t) => {
    const found = parseChallenges(text)
    t.equal(found?.length, expected.length)
    for (const [index, [scheme, params, token68]] of expected.entries()) {
      const challenge = found?.[index]
      t.equal(challenge?.scheme, scheme)
      t.equal(challenge?.token68, token68)
      for (const [name, value] of Object.entries(params)) t.equal(challenge?.params[name], value)
      t.equal(Object.getPrototypeOf(challenge?.params), null)
    }
  })
}

const unreadable: [what: string, text: string][] = [
  ['nothing', ''],
  ['only commas', ' , '],
  ['a parameter without a scheme', 'realm="x"'],
  ['a parameter twice', 'Bearer a=b, a=c'],
  ['a parameter twice in other letters', 'Bearer a=b, A=c'],
  ['a quote that does not end', 'Bearer a="b'],
  ['a quote that ends in an escape', 'Bearer a="b\\"'],
  ['text after a quote', 'Bearer a="b"c'],
  ['two values without a comma', 'Bearer a=b c=d'],
  ['a control character', 'Bearer a="\u0001"'],
  ['a line break', 'Bearer a="b"\r\nBasic'],
  ['a name without a value before another', 'Bearer a==b'],
  ['a scheme that is no token', '"Bearer"'],
  ['a tab for the space', 'Bearer\ta=b'],
  ['letters beyond Latin-1', 'Bearer a="\u{1f511}"'],
]

for (const [what, text] of unreadable) {
  t.test(`${what} cannot be read`, async (t) => {
    t.equal(parseChallenges(text), null)
  })
}
