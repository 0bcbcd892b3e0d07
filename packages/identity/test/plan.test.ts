import t from 'tap'
import { type MechanismPlan, parsePlan } from '../src/index.js'
import { appOf, byHeader, stub } from './fixtures/stub.js'

const read: [what: string, plan: MechanismPlan, alternatives: string[][], optional?: boolean][] = [
  ['a name', 'a', [['a']]],
  ['a list', ['a', 'b'], [['a'], ['b']]],
  ['any', { any: ['a', 'b'] }, [['a'], ['b']]],
  ['any, optional', { any: ['a'], optional: true }, [['a']], true],
  ['any, not optional', { any: ['a'], optional: false }, [['a']]],
  ['all', { all: ['a', 'b'] }, [['a', 'b']]],
  ['all, optional', { all: ['a', 'b'], optional: true }, [['a', 'b']], true],
  ['all with a primary', { all: ['a', 'b'], primary: 'b' }, [['b', 'a']]],
  ['all in any', ['a', { all: ['b', 'c'] }], [['a'], ['b', 'c']]],
  [
    'any in all',
    { all: ['a', { any: ['b', 'c'] }] },
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
  ],
  [
    'two any in all',
    { all: [{ any: ['a', 'b'] }, { any: ['c', 'd'] }] },
    [
      ['a', 'c'],
      ['a', 'd'],
      ['b', 'c'],
      ['b', 'd'],
    ],
  ],
  ['any in any', ['a', { any: ['b', { any: ['c'] }] }], [['a'], ['b'], ['c']]],
  ['all in all', { all: ['a', { all: ['b', 'c'] }] }, [['a', 'b', 'c']]],
  ['a name twice', ['a', 'a'], [['a']]],
  ['a name twice in all', { all: ['a', 'a', 'b'] }, [['a', 'b']]],
  ['a set twice', [{ all: ['a', 'b', 'c'] }, { all: ['a', 'c', 'b'] }], [['a', 'b', 'c']]],
  [
    'a set twice with another primary',
    [{ all: ['a', 'b'] }, { all: ['b', 'a'] }],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
  ],
]

for (const [what, plan, alternatives, optional = false] of read) {
  t.test(`${what} is read`, async (t) => {
    t.same(parsePlan(plan), { alternatives, optional })
  })
}

const wide = Array.from({ length: 9 }, (_, index) => `m${index}`)
const unreadable: [what: string, plan: unknown, message: RegExp][] = [
  ['nothing', undefined, /write the name of a mechanism/],
  ['null', null, /write the name of a mechanism/],
  ['true', true, /write the name of a mechanism/],
  ['a number', 5, /write the name of a mechanism/],
  ['an empty name', '', /write the name of a mechanism/],
  ['an empty list', [], /"any" is not an array with at least one member/],
  ['an empty any', { any: [] }, /"any" is not an array/],
  ['an empty all', { all: [] }, /"all" is not an array/],
  ['any that is a name', { any: 'a' }, /"any" is not an array/],
  ['an empty object', {}, /write the name of a mechanism/],
  ['any and all', { any: ['a'], all: ['b'] }, /write the name of a mechanism/],
  ['a list in a list', [['a']], /write the name of a mechanism/],
  ['null in a list', ['a', null], /write the name of a mechanism/],
  ['a primary that is not in it', { all: ['a'], primary: 'b' }, /the primary "b" is not in every/],
  [
    'a primary in some ways only',
    { all: ['a', { any: ['b', 'c'] }], primary: 'b' },
    /not in every/,
  ],
  ['a primary beside any', { any: ['a'], primary: 'a' }, /"primary" means nothing beside "any"/],
  ['a misspelt key', { any: ['a'], optinal: true }, /"optinal" means nothing beside "any"/],
  ['optional that is no truth', { any: ['a'], optional: 'yes' }, /"optional" is not true or false/],
  ['optional inside', ['b', { any: ['a'], optional: true }], /"optional" means nothing beside/],
  ['optional inside all', { all: [{ any: ['a'], optional: true }] }, /"optional" means nothing/],
  ['too many ways', { any: Array.from({ length: 65 }, (_, i) => `m${i}`) }, /more than 64 ways in/],
  ['too many combinations', { all: [{ any: wide }, { any: wide }] }, /more than 64 ways in/],
  [
    'far too many',
    { all: Array.from({ length: 40 }, () => ({ any: ['a', 'b'] })) },
    /more than 64/,
  ],
]

for (const [what, plan, message] of unreadable) {
  t.test(`${what} cannot be read, and the message says what to write`, async (t) => {
    t.throws(() => parsePlan(plan as MechanismPlan), {
      code: 'LATCHKEY_IDENTITY_INVALID_PLAN',
      message,
    })
  })
}

t.test('an unknown name fails ready() and names those that there are', async (t) => {
  await t.rejects(appOf([byHeader('a'), byHeader('b')], ['a', 'c']), {
    code: 'LATCHKEY_IDENTITY_UNKNOWN_MECHANISM',
    message: /Cannot use the mechanism "c": there is "a", "b"; register it/,
  })
  await t.rejects(appOf([], 'c'), { message: /none is registered/ })
})

t.test('more mechanisms than a request can tell apart fail ready()', async (t) => {
  const names = Array.from({ length: 31 }, (_, index) => `m${index}`)
  await t.rejects(
    appOf(
      names.map((name) => byHeader(name)),
      names,
    ),
    {
      code: 'LATCHKEY_IDENTITY_INVALID_PLAN',
      message: /more than 30 mechanisms/,
    },
  )
})

t.test(
  'two mechanisms that take one credential fail ready(), unless shapes tell them apart',
  async (t) => {
    const at = (name: string, source: object) =>
      stub(name, () => null, {
        sources: [source as never],
        ambient: 'in' in source && source.in === 'cookie',
      })
    const shape = (id: string) => ({ id, matches: () => false })
    const rows: [one: object, two: object, clash: RegExp | null][] = [
      [
        { in: 'authorization', scheme: 'Bearer' },
        { in: 'authorization', scheme: 'bearer' },
        /both take "Authorization: bearer"/,
      ],
      [
        { in: 'header', name: 'X-Key' },
        { in: 'header', name: 'x-key' },
        /both take the header "x-key"/,
      ],
      [{ in: 'query', name: 'key' }, { in: 'query', name: 'key' }, /both take the query "key"/],
      [{ in: 'query', name: 'key' }, { in: 'query', name: 'Key' }, null],
      [{ in: 'cookie', name: 'sid' }, { in: 'cookie', name: 'sid' }, /both take the cookie "sid"/],
      [
        { in: 'header', name: 'k', shape: shape('x') },
        { in: 'header', name: 'k', shape: shape('x') },
        /with the shape "x"/,
      ],
      [
        { in: 'header', name: 'k', shape: shape('x') },
        { in: 'header', name: 'k', shape: shape('y') },
        null,
      ],
      [{ in: 'header', name: 'k', shape: shape('x') }, { in: 'header', name: 'k' }, null],
      [{ in: 'header', name: 'k' }, { in: 'query', name: 'k' }, null],
    ]
    for (const [one, two, message] of rows) {
      const ready = appOf([at('one', one), at('two', two)], ['one', 'two'])
      if (message === null) await t.resolves(ready)
      else await t.rejects(ready, { code: 'LATCHKEY_IDENTITY_CLASH', message })
    }
  },
)
