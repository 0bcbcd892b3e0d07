import tap from 'tap'
import {
  and,
  caller,
  contains,
  definePolicy,
  eq,
  gt,
  gte,
  isIn,
  isNull,
  isOwner,
  lintPolicy,
  lt,
  lte,
  ne,
  not,
  or,
} from '../src/index.js'
import { compilePolicy, type Policy } from '../src/policy.js'
import { documents } from './fixtures/documents.js'
import { serve } from './fixtures/server.js'

/** An application whose routes are compiled as the meta-plugin does. */
async function app(policy: Policy) {
  const server = await serve({ policy })
  const declare = (method: string, url: string, requirements: object) =>
    server.mechanisms.authorizer()?.compile(requirements as never, { method, url })
  declare('GET', '/docs', { can: 'document.list' })
  declare('HEAD', '/docs', { can: 'document.list' })
  declare('HEAD', '/probe', { can: 'document.list' })
  declare('GET', '/handler/:id', { resource: () => null })
  declare('GET', '/handler/:id/read', { can: 'document.read' })
  declare('GET', '/docs/:id', {
    can: 'document.read',
    resource: () => null,
    mask: { read: 'document.read' },
  })
  declare('PUT', '/docs/:id', {
    can: 'document.edit',
    resource: () => null,
    mask: { write: 'document.edit' },
  })
  declare('POST', '/docs/:id/publish', { can: 'document.publish', resource: () => null })
  declare('POST', '/docs', { can: 'document.create', scopes: ['docs:write'], maxAge: 300 })
  declare('GET', '/admin', { roles: ['manager'], acr: ['mfa', 'phr'], amr: ['otp'], bound: 'dpop' })
  declare('GET', '/tenants/:org', { tenant: 'org', permissions: ['reports.view'], bound: true })
  declare('GET', '/export', { permissions: ['reports.export', 'reports.view'] })
  return server
}

tap.test('the matrix shows which role may call which route', async (t) => {
  const { authz } = await app(documents)
  t.matchSnapshot(authz.matrix({ also: [{ method: 'GET', url: '/me' }] }).text)
  t.same(
    authz.matrix({ roles: ['reader'] }).rows.find(({ route }) => route === 'GET /docs'),
    {
      route: 'GET /docs',
      cells: ['yes'],
      needs: '',
    },
  )
})

tap.test('a changed policy changes the rows that it is about', async (t) => {
  const options = { roles: ['a', 'b'] }
  const build = async (rules: object[]) => {
    const server = await serve({
      policy: compilePolicy({ permissions: ['x', 'y'], rules } as never),
    })
    for (const name of ['x', 'y']) {
      server.mechanisms
        .authorizer()
        ?.compile({ permissions: [name] }, { method: 'GET', url: `/${name}` })
    }
    return server.authz.matrix(options).text
  }
  t.equal(
    await build([
      { allow: 'x', to: 'a' },
      { allow: 'y' },
      { deny: 'y', to: 'a', when: eq(caller('acr'), 'low') },
    ]),
    [
      'route   a     b    needs',
      'GET /x  yes   no',
      'GET /y  if 1  yes',
      '',
      'if 1: unless caller.acr = "low"',
      '',
    ].join('\n'),
  )
  t.equal(
    await build([{ allow: 'x', to: 'b' }, { allow: 'y' }, { deny: 'y', to: 'a' }]),
    ['route   a   b    needs', 'GET /x  no  yes', 'GET /y  no  yes', ''].join('\n'),
  )
})

tap.test('the policy describes itself', async (t) => {
  const { authz } = await app(documents)
  t.matchSnapshot(JSON.stringify(authz.describe(), null, 2))
  t.equal(authz.policy, documents)
})

tap.test('every part of a rule has words', async (t) => {
  const policy = compilePolicy({
    resources: {
      thing: {
        actions: ['read'],
        attributes: { a: 'string', n: 'number', l: 'strings', t: 'string' },
        owner: 'a',
        tenant: 't',
      },
    },
    rules: [
      {
        allow: 'thing.read',
        to: ['x', 'y'],
        scopes: ['s'],
        anyTenant: true,
        fields: ['a', 'n'],
        assurance: { maxAge: 1, acr: ['p', 'q'], amr: ['r', 's'], bound: true },
        when: or(
          and(eq('a', caller('subject')), not(ne('a', 'x')), not(or(lt('n', 1), lte('n', 2)))),
          and(gt('n', 1), gte('n', 2), isIn('a', ['p']), isIn('a', caller('roles'))),
          contains('l', 'x'),
          isNull('a'),
          isOwner(),
          and(),
          or(),
        ),
      } as never,
    ],
  })
  t.matchSnapshot(policy.rules[0]?.id)
  t.same((await serve({ policy })).authz.describe().rules[0]?.context, [
    'acr',
    'amr',
    'bound',
    'maxAge',
    'roles',
    'scopes',
    'subject',
  ])
})

const types = {
  thing: {
    actions: ['read', 'edit'],
    attributes: { a: 'string', n: 'number', on: 'boolean', l: 'strings' },
  },
} as const
const lint = (rules: object[], more: object = {}) =>
  lintPolicy(
    compilePolicy({
      resources: types,
      rules: [{ id: 'base', allow: 'thing.*', to: 'admin' }, ...rules],
      ...more,
    } as never),
  ).map(({ kind, about }) => `${kind}: ${about}`)
const to = 'user'
const allow = 'thing.read'

const planted: [what: string, rules: object[], found: string[]][] = [
  ['nothing wrong', [{ id: 'r', allow, to, when: eq('a', 'x') }], []],
  [
    'a rule that a denial covers',
    [
      { id: 'r', allow, to },
      { id: 'd', deny: 'thing.*', to },
    ],
    ['unreachable-rule: r'],
  ],
  [
    'a rule that a narrower denial covers',
    [
      { id: 'r', allow, to, when: eq('n', 5) },
      { id: 'd', deny: allow, when: gt('n', 3) },
    ],
    ['unreachable-rule: r'],
  ],
  [
    'a denial for others',
    [
      { id: 'r', allow, to },
      { id: 'd', deny: allow, to: 'guest' },
    ],
    [],
  ],
  [
    'a denial that needs a scope',
    [
      { id: 'r', allow, to },
      { id: 'd', deny: allow, to, scopes: ['s'] },
    ],
    [],
  ],
  [
    'a denial on another attribute',
    [
      { id: 'r', allow, to, when: eq('n', 5) },
      { id: 'd', deny: allow, when: eq('a', 'x') },
    ],
    [],
  ],
  [
    'a rule that a wider one covers',
    [
      { id: 'r', allow, to, when: eq('a', 'x') },
      { id: 'w', allow, to: ['user', 'guest'] },
    ],
    ['shadowed-rule: r'],
  ],
  [
    'a rule that everybody has',
    [
      { id: 'r', allow, to },
      { id: 'w', allow },
    ],
    ['shadowed-rule: r'],
  ],
  [
    'a rule that nobody else has',
    [
      { id: 'r', allow },
      { id: 'w', allow, to },
    ],
    ['shadowed-rule: w'],
  ],
  [
    'two rules that say the same',
    [
      { id: 'r1', allow, to },
      { id: 'r2', allow, to },
    ],
    ['shadowed-rule: r2'],
  ],
  [
    'a wider condition',
    [
      { id: 'r', allow, to, when: isIn('a', ['x', 'y']) },
      { id: 'w', allow, to, when: isIn('a', ['x', 'y', 'z']) },
    ],
    ['shadowed-rule: r'],
  ],
  [
    'a wider condition that may be unknown',
    [
      { id: 'r', allow, to, when: eq('a', 'x') },
      { id: 'w', allow, to, when: or(eq('n', 1), ne('n', 1)) },
    ],
    ['always-holds: w'],
  ],
  [
    'a wider rule with a login',
    [
      { id: 'r', allow, to },
      { id: 'w', allow, to, assurance: { maxAge: 1 } },
    ],
    ['shadowed-rule: w'],
  ],
  [
    'rules with the same login',
    [
      { id: 'r', allow, to, assurance: { maxAge: 1 }, when: eq('a', 'x') },
      { id: 'w', allow, to, assurance: { maxAge: 1 } },
    ],
    ['shadowed-rule: r'],
  ],
  [
    'rules with other fields',
    [
      { id: 'r', allow, to, fields: ['a'] },
      { id: 'w', allow, to, fields: ['n'] },
    ],
    [],
  ],
  [
    'rules with fewer fields',
    [
      { id: 'r', allow, to, fields: ['a'] },
      { id: 'w', allow, to, fields: ['a', 'n'] },
    ],
    ['shadowed-rule: r'],
  ],
  [
    'a rule for all fields beside one for some',
    [
      { id: 'r', allow, to },
      { id: 'w', allow, to, fields: ['a'] },
    ],
    ['shadowed-rule: w'],
  ],
  [
    'a rule for every tenant',
    [
      { id: 'r', allow, to, anyTenant: true },
      { id: 'w', allow, to },
    ],
    ['shadowed-rule: w'],
  ],
  [
    'two values at once',
    [{ id: 'r', allow, to, when: and(eq('a', 'x'), eq('a', 'y')) }],
    ['never-holds: r'],
  ],
  [
    'a value and not',
    [{ id: 'r', allow, to, when: and(eq('a', caller('subject')), ne('a', caller('subject'))) }],
    ['never-holds: r'],
  ],
  [
    'null and a value',
    [{ id: 'r', allow, to, when: and(isNull('a'), eq('a', 'x')) }],
    ['never-holds: r'],
  ],
  ['null and null', [{ id: 'r', allow, to, when: and(isNull('a'), isNull('a')) }], []],
  [
    'an empty range',
    [{ id: 'r', allow, to, when: and(gt('n', 5), lt('n', 5)) }],
    ['never-holds: r'],
  ],
  [
    'a range that crosses',
    [{ id: 'r', allow, to, when: and(gte('n', 6), lte('n', 5)) }],
    ['never-holds: r'],
  ],
  ['a range of one', [{ id: 'r', allow, to, when: and(gte('n', 5), lte('n', 5)) }], []],
  [
    'a range of one that is excluded',
    [{ id: 'r', allow, to, when: and(gte('n', 5), lte('n', 5), ne('n', 5)) }],
    ['never-holds: r'],
  ],
  [
    'a value out of range',
    [
      {
        id: 'r',
        allow,
        to,
        when: and(eq('n', 5), or(gt('n', 6), gte('n', 6), lt('n', 4), lte('n', 4))),
      },
    ],
    ['never-holds: r'],
  ],
  [
    'neither on nor off',
    [{ id: 'r', allow, to, when: and(ne('on', true), ne('on', false)) }],
    ['never-holds: r'],
  ],
  ['none of no values', [{ id: 'r', allow, to, when: isIn('a', []) }], ['never-holds: r']],
  [
    'in a list of the caller and not',
    [
      {
        id: 'r',
        allow,
        to,
        when: and(isIn('a', caller('roles')), not(isIn('a', caller('roles')))),
      },
    ],
    ['never-holds: r'],
  ],
  [
    'a part that is not there',
    [{ id: 'r', allow, to, when: and(eq('a', 'xyz'), contains('a', 'q')) }],
    ['never-holds: r'],
  ],
  [
    'a part that is there',
    [{ id: 'r', allow, to, when: and(eq('a', 'xyz'), contains('a', 'y')) }],
    [],
  ],
  [
    'a part that must not be there',
    [{ id: 'r', allow, to, when: and(eq('a', 'xyz'), not(contains('a', 'y'))) }],
    ['never-holds: r'],
  ],
  [
    'a member and not',
    [{ id: 'r', allow, to, when: and(contains('l', 'y'), not(contains('l', 'y'))) }],
    ['never-holds: r'],
  ],
  ['never', [{ id: 'r', allow, to, when: or() }], ['never-holds: r']],
  ['always', [{ id: 'r', allow, to, when: and() }], ['always-holds: r']],
  [
    'one or the other',
    [{ id: 'r', deny: allow, to, when: or(gt('n', 3), lte('n', 3)) }],
    ['always-holds: r'],
  ],
  [
    'a value or another than it',
    [{ id: 'r', deny: allow, to, when: or(isIn('a', ['x']), not(isIn('a', ['x'])), isNull('a')) }],
    ['always-holds: r'],
  ],
  [
    'a condition about the caller that never holds',
    [{ id: 'r', allow, to, when: and(eq(caller('kind'), 'user'), eq(caller('kind'), 'client')) }],
    ['never-holds: r'],
  ],
  [
    'more than can be looked at',
    [
      {
        id: 'r',
        allow,
        to,
        when: and(...Array.from({ length: 9 }, (_, at) => or(eq('n', at), eq('a', `${at}`)))),
      },
      {
        id: 's',
        deny: allow,
        to,
        when: or(...Array.from({ length: 257 }, (_, at) => eq('n', at))),
      },
    ],
    [],
  ],
]

for (const [what, rules, found] of planted) {
  tap.test(`the linter finds ${found.length === 0 ? 'nothing in' : ''} ${what}`, async (t) => {
    t.same(lint(rules), found)
  })
}

tap.test('the linter finds permissions that nobody has, or nobody asks for', async (t) => {
  const policy = definePolicy({ permissions: ['a', 'b'], rules: [{ allow: 'a' }] })
  t.same(lintPolicy(policy), [
    { kind: 'unused-permission', about: 'b', message: 'no rule and no role allows it' },
  ])
  t.same(
    (await serve({ policy })).authz.lint({ asked: ['b'] }).map(({ kind, about }) => [kind, about]),
    [
      ['unasked-permission', 'a'],
      ['unused-permission', 'b'],
    ],
  )
})

tap.test('the linter finds of the documents what is really there', async (t) => {
  t.same(
    lintPolicy(documents).map(({ kind, about }) => `${kind}: ${about}`),
    ['unused-permission: document.delete'],
  )
})
