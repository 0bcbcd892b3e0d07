import { createIdentity } from '@latchkey/identity'
import tap from 'tap'
import {
  and,
  caller,
  contains,
  definePolicy,
  eq,
  gt,
  isIn,
  isNull,
  isOwner,
  lt,
  not,
  or,
  toPredicate,
} from '../src/index.js'
import { compilePolicy } from '../src/policy.js'

const who = (parts: object) =>
  createIdentity({
    subject: 'u',
    issuer: 'app',
    kind: 'user',
    mechanism: 'm',
    credentialId: 'c',
    ...parts,
  })

const thing = {
  actions: ['read', 'edit'],
  attributes: { id: 'string', size: 'number', tags: 'strings', on: 'boolean' },
} as const
const INVALID = 'LATCHKEY_AUTHZ_INVALID_POLICY'
const UNKNOWN = 'LATCHKEY_AUTHZ_UNKNOWN_NAME'
const rule = (when: unknown) => ({ resources: { thing }, rules: [{ allow: 'thing.read', when }] })

const faults: [what: string, definition: object, code: string, message: RegExp][] = [
  [
    'roles in a cycle',
    { roles: { a: { inherits: ['b'] }, b: { inherits: ['c'] }, c: { inherits: ['b'] } } },
    INVALID,
    /cycle, b -> c -> b$/,
  ],
  ['a role that inherits itself', { roles: { a: { inherits: ['a'] } } }, INVALID, /cycle, a -> a$/],
  [
    'a role that inherits nobody we know',
    { roles: { a: { inherits: ['x'] } } },
    UNKNOWN,
    /the role "a": the role "x" is not declared; there is "a"$/,
  ],
  [
    'a rule to an unknown role',
    { roles: { a: {} }, rules: [{ allow: 'x', to: 'b' }] },
    UNKNOWN,
    /the rule "x": the role "b" is not declared/,
  ],
  [
    'a rule with an unknown scope',
    { scopes: ['s'], rules: [{ allow: 'x', scopes: ['t'] }] },
    UNKNOWN,
    /the scope "t" is not declared; there is "s"$/,
  ],
  [
    'scopes of a role that nobody gets',
    { roles: { a: { scopes: ['s'] } } },
    INVALID,
    /scopesFromRoles: \["session"\]/,
  ],
  [
    'an unknown scope of a role',
    { scopes: ['s'], scopesFromRoles: ['m'], roles: { a: { scopes: ['t'] } } },
    UNKNOWN,
    /the role "a": the scope "t"/,
  ],
  [
    'a permission that is none',
    { permissions: ['a b'] },
    INVALID,
    /"a b" is not a permission; write segments/,
  ],
  ['a permission that is a number', { permissions: [7] }, INVALID, /"7" is not a permission/],
  ['an empty permission', { permissions: [''] }, INVALID, /"" is not a permission/],
  [
    'half a wildcard',
    { roles: { a: { permissions: ['docs.re*'] } } },
    INVALID,
    /the role "a": "docs.re\*" is not a permission/,
  ],
  ['a pattern among the permissions', { permissions: ['a.*'] }, INVALID, /"a.\*" is a pattern/],
  ['a permission twice', { permissions: ['a', 'a'] }, INVALID, /"a" is there twice/],
  [
    'a pattern that fits nothing',
    { permissions: ['a.b'], roles: { r: { permissions: ['c.*'] } } },
    UNKNOWN,
    /no permission of the policy fits "c.\*"; there is "a.b"/,
  ],
  [
    'a pattern of which one part fits nothing',
    { permissions: ['a.b'], rules: [{ allow: ['a.b', 'a.c'] }] },
    UNKNOWN,
    /fits "a.c"/,
  ],
  [
    'a pattern where there is no permission',
    { roles: { r: { permissions: ['*'] } } },
    UNKNOWN,
    /fits "\*"; there is none$/,
  ],
  ['a rule without effect', { rules: [{ to: 'a' }] }, INVALID, /needs either "allow" or "deny"/],
  [
    'a rule with both',
    { rules: [{ allow: 'a', deny: 'a' }] },
    INVALID,
    /needs either "allow" or "deny"/,
  ],
  ['a rule about nothing', { rules: [{ allow: [] }] }, INVALID, /names no permission/],
  ['a rule to nobody', { rules: [{ allow: 'a', to: [] }] }, INVALID, /"to" names no role/],
  [
    'a rule with a typo',
    { rules: [{ allow: 'a', wen: 1 }] },
    INVALID,
    /the option "wen" does not exist/,
  ],
  [
    'a denial with a login',
    { rules: [{ deny: 'a', assurance: { maxAge: 1 } }] },
    INVALID,
    /only rules that allow/,
  ],
  [
    'a rule with a bad login',
    { rules: [{ allow: 'a', assurance: { maxAge: -1 } }] },
    'LATCHKEY_AUTHZ_INVALID_REQUIREMENT',
    /"maxAge"/,
  ],
  [
    'two rules of one id',
    {
      rules: [
        { id: 'x', allow: 'a' },
        { id: 'x', allow: 'b' },
      ],
    },
    INVALID,
    /"x" is there twice/,
  ],
  [
    'the same rule twice',
    { rules: [{ allow: 'a' }, { allow: 'a' }] },
    INVALID,
    /"allow a" is there twice/,
  ],
  ['no actions', { resources: { thing: {} } }, INVALID, /"actions" is not a list/],
  [
    'an action twice',
    { resources: { thing: { actions: ['a'], collection: ['a'] } } },
    INVALID,
    /the action "a" is there twice/,
  ],
  [
    'an attribute that is none',
    { resources: { thing: { actions: [], attributes: { 'a b': 'string' } } } },
    INVALID,
    /"a b" is not a name/,
  ],
  [
    'an attribute that is a trap',
    { resources: { thing: { actions: [], attributes: { constructor: 'string' } } } },
    INVALID,
    /"constructor" is not a name/,
  ],
  [
    'an attribute of no kind',
    { resources: { thing: { actions: [], attributes: { a: 'date' } } } },
    INVALID,
    /the attribute "a" is not "string"/,
  ],
  [
    'a tenant that is no attribute',
    { resources: { thing: { actions: [], tenant: 'org' } } },
    INVALID,
    /"tenant" is "org"/,
  ],
  [
    'an owner that is no text',
    { resources: { thing: { actions: [], owner: 'n', attributes: { n: 'number' } } } },
    INVALID,
    /"owner" is "n"/,
  ],
  [
    'a field that is no attribute',
    { resources: { thing }, rules: [{ allow: 'thing.read', fields: ['x'] }] },
    UNKNOWN,
    /has no field "x"; there is "id"/,
  ],
  [
    'a field of nothing',
    { permissions: ['a'], rules: [{ allow: 'a', fields: ['x'] }] },
    UNKNOWN,
    /has no field "x"; there is none/,
  ],
  [
    'no fields',
    { resources: { thing }, rules: [{ allow: 'thing.read', fields: [] }] },
    INVALID,
    /"fields" is empty/,
  ],
  [
    'a condition on an unknown attribute',
    rule(eq('x', 1)),
    UNKNOWN,
    /the resource type "thing" has no attribute "x"; there is "id"/,
  ],
  [
    'a condition on nothing',
    { permissions: ['a'], rules: [{ allow: 'a', when: eq('x', 1) }] },
    UNKNOWN,
    /the permission "a" has no attribute "x"; it has none/,
  ],
  ['a condition that is none', rule(true), INVALID, /it is not a condition/],
  ['an owner of what nobody owns', rule(isOwner()), INVALID, /names no "owner"/],
  [
    'an owner of nothing',
    { permissions: ['a'], rules: [{ allow: 'a', when: isOwner() }] },
    INVALID,
    /names no "owner"/,
  ],
  [
    'a text compared with a number',
    rule(eq('id', 1)),
    INVALID,
    /"id" is compared with 1, which is not a string/,
  ],
  [
    'a number compared with infinity',
    rule(eq('size', Number.POSITIVE_INFINITY)),
    INVALID,
    /"size" is compared with null/,
  ],
  [
    'an order of texts',
    rule(lt('id', 1)),
    INVALID,
    /"id" is a string, and only numbers have an order/,
  ],
  ['a list compared', rule(eq('tags', 'a')), INVALID, /"tags" is a list: use contains/],
  ['a list in a list', rule(isIn('tags', ['a'])), INVALID, /"tags" is a list: use contains/],
  [
    'a member of the wrong kind',
    rule(isIn('size', [1, 'a' as never])),
    INVALID,
    /"size" is compared with "a"/,
  ],
  [
    'a number that contains',
    rule(contains('size', 'a')),
    INVALID,
    /"size" is a number, which contains nothing/,
  ],
  [
    'a flag that contains',
    rule(contains('on', 'a')),
    INVALID,
    /"on" is a boolean, which contains nothing/,
  ],
  ['a part that is no text', rule(contains('id', 1 as never)), INVALID, /"id" is compared with 1/],
  [
    'an unknown field of the caller',
    rule(eq('id', caller('name' as never))),
    UNKNOWN,
    /an identity has no field "name"; for a claim write/,
  ],
  [
    'an unknown field on the left',
    rule(eq(caller('claims.' as never), 'a')),
    UNKNOWN,
    /has no field "claims."/,
  ],
  [
    'an unknown list of the caller',
    rule(isIn('id', caller('x' as never))),
    UNKNOWN,
    /has no field "x"/,
  ],
  [
    'an unknown part of the caller',
    rule(contains('id', caller('x' as never))),
    UNKNOWN,
    /has no field "x"/,
  ],
  [
    'a caller held against what is no literal',
    rule(eq(caller('kind'), null as never)),
    INVALID,
    /"caller.kind" is compared with null, which is not a string, number or boolean/,
  ],
]

for (const [what, definition, code, message] of faults) {
  tap.test(`${what} is found when the policy is compiled`, async (t) => {
    t.throws(() => compilePolicy(definition as never), { code, message })
  })
}

tap.test('a permission that the policy does not have cannot be asked for', async (t) => {
  const policy = compilePolicy({ permissions: ['a'] })
  t.throws(() => policy.can(who({}), 'b'), {
    code: UNKNOWN,
    message: /the question: the policy has no permission "b"; there is "a"$/,
  })
  t.throws(() => compilePolicy({}).can(who({}), 'b'), { message: /it declares none$/ })
})

tap.test('wildcards stand for a segment, at the end for several', async (t) => {
  const permissions = ['a', 'a.b', 'a.b.c', 'x.b', 'x.b.c']
  const granted = (pattern: string) => {
    const policy = compilePolicy({ permissions, roles: { r: { permissions: [pattern] } } })
    return permissions.filter((name) => policy.can(who({ roles: ['r'] }), name))
  }
  t.same(granted('*'), permissions)
  t.same(granted('a.*'), ['a.b', 'a.b.c'])
  t.same(granted('*.b'), ['a.b', 'x.b'])
  t.same(granted('*.b.*'), ['a.b.c', 'x.b.c'])
  t.same(granted('a.b'), ['a.b'])
})

tap.test('without a vocabulary, what roles and rules name is one', async (t) => {
  const policy = compilePolicy({
    roles: { r: { permissions: ['a.b'] } },
    rules: [{ allow: 'c' }, { deny: ['d', 'a.*'] }],
  })
  t.same([...policy.permissions.keys()], ['a.b', 'c', 'd'])
})

tap.test('roles that nobody declared are taken as they are', async (t) => {
  const policy = compilePolicy({ rules: [{ allow: 'a', to: ['x', 'y'] }] })
  t.equal(policy.can(who({ roles: ['y'] }), 'a'), true)
  t.equal(policy.can(who({ roles: ['z'] }), 'a'), false)
  t.same([...policy.roles.inherited('x')], ['x'])
})

tap.test('scopes come with roles for the mechanisms that are named, and no others', async (t) => {
  const policy = compilePolicy({
    roles: { low: { scopes: ['s'] }, high: { inherits: ['low'], permissions: ['b'] } },
    rules: [{ allow: 'a', scopes: ['s'] }],
    scopesFromRoles: ['session'],
  })
  t.equal(policy.can(who({ mechanism: 'session', roles: ['high'] }), 'a'), true)
  t.equal(policy.can(who({ mechanism: 'session', roles: ['other'] }), 'a'), false)
  t.equal(
    policy.can(who({ mechanism: 'jwt', roles: ['high'] }), 'a'),
    false,
    'a token keeps to what it was granted',
  )
  t.equal(policy.can(who({ mechanism: 'jwt', scopes: ['s'] }), 'a'), true)
})

tap.test('where subjects of several issuers meet, the owner is one of them', async (t) => {
  const policy = definePolicy({
    resources: {
      doc: {
        actions: ['read'],
        attributes: { by: 'string', iss: 'string' },
        owner: { subject: 'by', issuer: 'iss' },
      },
    },
    rules: [{ allow: 'doc.read', when: isOwner() }],
  })
  t.equal(policy.can(who({}), 'doc.read', { by: 'u', iss: 'app' }), true)
  t.equal(policy.can(who({ issuer: 'evil' }), 'doc.read', { by: 'u', iss: 'app' }), false)
})

tap.test('what is missing never opens anything', async (t) => {
  const policy = compilePolicy({
    resources: { thing },
    rules: [
      { id: 'small', allow: 'thing.read', when: not(gt('size', 10)) as never },
      { id: 'off', deny: 'thing.read', when: eq('on', true) as never },
      { id: 'any', allow: 'thing.edit' },
      {
        id: 'no tag',
        deny: 'thing.edit',
        when: and(not(isNull('tags')), or(contains('tags', 'x'))) as never,
      },
    ],
  })
  const can = (object: object) => policy.can(who({}), 'thing.read', object as never)
  t.equal(can({ size: 5, on: false }), true)
  t.equal(can({ size: 5, on: null }), false, 'it may be on')
  t.equal(can({ on: false }), false, 'it may be big')
  t.equal(can({ size: 'x', on: false }), false, 'it is no number')
  t.equal(can({ size: Number.NaN, on: false }), false)
  t.equal(policy.can(who({}), 'thing.edit', { tags: ['x'] } as never), false)
  t.equal(policy.can(who({}), 'thing.edit', { tags: null } as never), true)
  t.equal(policy.can(who({}), 'thing.edit', undefined), false, 'no object, no answer about one')
  t.equal(
    policy.evaluate({ identity: who({}), permission: 'thing.edit', type: 'thing' }).reason,
    'no-object',
  )
  const { text } = policy.explain({
    identity: who({}),
    permission: 'thing.read',
    type: 'thing',
    object: { size: 5 },
  })
  t.match(text, /- off: deny thing\.read when on = true \(not known, which forbids too\)/)
})

tap.test('many questions are answered in their order', async (t) => {
  const policy = compilePolicy({ permissions: ['a', 'b'], rules: [{ allow: 'b' }] })
  const ask = (permission: string) => ({ identity: who({}), permission, type: null })
  t.same(
    policy.evaluateMany([ask('a'), ask('b')]).map(({ effect }) => effect),
    ['deny', 'allow'],
  )
})

tap.test('a condition on the caller alone needs no object', async (t) => {
  const can = (when: unknown, parts: object) =>
    compilePolicy({ permissions: ['a'], rules: [{ allow: 'a', when }] } as never).can(
      who(parts),
      'a',
    )
  t.equal(can(gt(caller('authTime') as never, 5), { authTime: 6 }), true)
  t.equal(can(gt(caller('authTime') as never, 5), {}), false)
  t.equal(can(not(gt(caller('authTime') as never, 5)), {}), false, 'unknown')
  t.equal(can(isIn(caller('kind'), ['user', 'client']), {}), true)
  t.equal(can(isIn(caller('acr'), ['mfa']), {}), false)
  t.equal(can(not(isIn(caller('acr'), ['mfa'])), {}), false, 'unknown')
  t.equal(
    can(isIn(caller('subject'), caller('claims.friends')), { claims: { friends: ['u'] } }),
    true,
  )
  t.equal(
    can(isIn(caller('subject'), caller('claims.friends')), { claims: { friends: 'u' } }),
    false,
  )
  t.equal(can(isIn(caller('acr'), caller('roles')), { roles: ['x'] }), false)
  t.equal(can(contains(caller('roles'), 'x'), { roles: ['x'] }), true)
  t.equal(can(contains(caller('subject'), 'u'), {}), true)
  t.equal(can(contains(caller('roles'), caller('acr')), {}), false)
  t.equal(
    can(eq(caller('tenant'), caller('claims.home')), { tenant: 'o', claims: { home: 'o' } }),
    true,
  )
})

tap.test('what can be said before the object is known', async (t) => {
  const policy = compilePolicy(
    {
      resources: { thing },
      roles: { r: {}, banned: {}, staff: {} },
      rules: [
        { id: 'ban', deny: 'thing.read', to: 'banned' },
        { id: 'big', deny: 'thing.read', when: gt('size', 5) as never },
        { id: 'scoped', allow: 'thing.read', to: ['r', 'banned'], scopes: ['s'] },
        { id: 'fresh', allow: 'thing.read', to: 'staff', assurance: { maxAge: 5 } },
      ],
    },
    () => 100,
  )
  const say = (parts: object) => policy.foresee(who(parts), 'thing.read')
  t.match(say({ roles: ['banned'], scopes: ['s'] }), {
    effect: 'deny',
    reason: 'forbidden',
    rules: ['ban'],
  })
  t.match(say({}), { effect: 'deny', reason: 'no-rule' })
  t.match(say({ roles: ['r'] }), { effect: 'deny', reason: 'missing-scope', scope: 's' })
  t.match(say({ roles: ['r', 'staff'] }), { effect: 'challenge', reason: 'stale-login' })
  t.equal(say({ roles: ['r'], scopes: ['s'] }), null)
  t.equal(say({ roles: ['staff'], authTime: 99 }), null)
})

tap.test('fields are open by every rule that allows, and closed by any that closes', async (t) => {
  const policy = compilePolicy(
    {
      resources: { thing },
      roles: { r: {}, s: {} },
      rules: [
        { id: 'id', allow: 'thing.read', fields: ['id'] },
        { id: 'size', allow: 'thing.read', fields: ['size'], when: eq('on', true) as never },
        { id: 'tags', allow: 'thing.read', fields: ['tags'], assurance: { maxAge: 5 } },
        { id: 'all', allow: 'thing.read', to: 'r' },
        { id: 'close', deny: 'thing.read', fields: ['on'], to: 's' },
        { id: 'close big', deny: 'thing.read', fields: ['size'], when: gt('size', 5) as never },
      ],
    },
    () => 100,
  )
  const open = (parts: object, object: object) => {
    const mask = policy.fields({
      identity: who(parts),
      permission: 'thing.read',
      type: 'thing',
      object,
    })
    return ['id', 'size', 'tags', 'on'].filter(mask.includes)
  }
  t.same(open({}, { on: false, size: 1 }), ['id'])
  t.same(open({}, { on: true, size: 1 }), ['id', 'size'])
  t.same(open({}, { on: true, size: 9 }), ['id'], 'closed')
  t.same(open({}, { on: true }), ['id'], 'closed where it is not known')
  t.same(open({ authTime: 99 }, { size: 1 }), ['id', 'tags'])
  t.same(open({ roles: ['r'] }, { size: 1 }), ['id', 'size', 'tags', 'on'])
  t.same(open({ roles: ['r', 's'] }, { size: 1 }), ['id', 'size', 'tags'])
  t.same(
    policy.fields({ identity: who({}), permission: 'thing.read', type: 'thing' }).pick({ id: 1 }),
    {},
    'no object',
  )
})

tap.test('a value of another kind than the declared one is unknown', async (t) => {
  const can = (when: unknown, object: object) =>
    compilePolicy({ resources: { thing }, rules: [{ allow: 'thing.read', when }] } as never).can(
      who({}),
      'thing.read',
      object,
    )
  const mine = eq('id', caller('subject'))
  t.equal(can(mine, { id: 'u' }), true)
  t.equal(can(mine, { id: 'v' }), false)
  t.equal(can(not(mine), { id: 'v' }), true)
  t.equal(can(not(mine), { id: 5 }), false)
  t.equal(can(not(mine), {}), false)
  t.equal(can(contains('tags', 'x'), { tags: 'xyz' }), false, 'a text is no list')
  t.equal(can(not(contains('tags', 'x')), { tags: 'abc' }), false)
  t.equal(can(contains('id', 'x'), { id: ['x'] }), false, 'a list is no text')
  t.equal(can(not(contains('id', 'x')), { id: ['a'] }), false)
})

tap.test('every comparison with the caller decides and plans alike', async (t) => {
  const values = [null, 'u', 4, 5, 6]
  const outcomes: Record<string, string> = {}
  for (const [op, left, field] of [
    ['eq', 'size', 'authTime'],
    ['ne', 'size', 'authTime'],
    ['lt', 'size', 'authTime'],
    ['lte', 'size', 'authTime'],
    ['gt', 'size', 'authTime'],
    ['gte', 'size', 'authTime'],
    ['ne', 'id', 'subject'],
  ]) {
    const when = { op, left, value: { caller: field } }
    for (const condition of [
      when,
      { op: 'not', condition: when },
      { op: 'not', condition: { op: 'or', conditions: [when, { op: 'isNull', left: 'on' }] } },
    ]) {
      const policy = compilePolicy({
        resources: { thing },
        rules: [{ allow: 'thing.read', when: condition }],
      } as never)
      const identity = who({ authTime: 5 })
      const passes = toPredicate(policy.plan({ identity, permission: 'thing.read', type: 'thing' }))
      const rows = values.map((value) => ({ [left as string]: value, on: true }))
      const found = rows.map((row) => Number(policy.can(identity, 'thing.read', row))).join('')
      t.equal(rows.map((row) => Number(passes(row))).join(''), found)
      outcomes[policy.rules[0]?.id as string] = found
    }
  }
  t.matchSnapshot(JSON.stringify(outcomes, null, 1))
})

tap.test('a condition can speak of every field of the caller', async (t) => {
  const parts = {
    subject: 'u1',
    issuer: 'i1',
    kind: 'client',
    mechanism: 'm1',
    credentialId: 'c1',
    clientId: 'a1',
    tenant: 't1',
    acr: 'mfa',
    authTime: 5,
  } as const
  const lists = { scopes: ['s1'], roles: ['r1'], amr: ['otp'] }
  const identity = createIdentity({ ...parts, ...lists, claims: { 'https://x/y': 'z' } })
  const can = (when: unknown) =>
    compilePolicy({ permissions: ['a'], rules: [{ allow: 'a', when }] } as never).can(identity, 'a')
  for (const [field, value] of Object.entries({ ...parts, 'claims.https://x/y': 'z' })) {
    t.equal(can(eq(caller(field as never), value as never)), true, field)
  }
  for (const [field, [member]] of Object.entries(lists)) {
    t.equal(can(contains(caller(field as never), member as string)), true, field)
  }
})

tap.test('a plan by what is not known of the caller lets nothing through', async (t) => {
  for (const when of [contains('tags', caller('acr')), not(contains('tags', caller('acr')))]) {
    const policy = compilePolicy({
      resources: { thing },
      rules: [{ allow: 'thing.read', when }],
    } as never)
    t.same(policy.plan({ identity: who({}), permission: 'thing.read', type: 'thing' }), {
      kind: 'never',
    })
  }
})

tap.test('a plan comes down to what it must ask of a row', async (t) => {
  const identity = who({ roles: ['x'], claims: { list: ['p', 5, 'p', null], text: 'p' } })
  const planOf = (when: unknown) => {
    const policy = compilePolicy({
      resources: { thing },
      rules: [{ allow: 'thing.read', when }],
    } as never)
    const plan = policy.plan({ identity, permission: 'thing.read', type: 'thing' })
    return plan.kind === 'condition' ? plan.filter : plan.kind
  }
  const one = { op: 'eq', attribute: 'size', value: 1 }
  const unknown = eq('id', caller('acr'))
  t.same(planOf(and(eq('size', 1), eq('size', 1))), one)
  t.same(planOf(or(eq('size', 1), unknown)), one)
  t.same(planOf(and(eq('size', 1), unknown)), 'never')
  t.same(planOf(or(eq('size', 1), eq(caller('kind'), 'user'))), 'always')
  t.same(planOf(and(eq('size', 1), or(isNull('id'), isNull('on')))).valueOf(), {
    op: 'and',
    filters: [
      one,
      {
        op: 'or',
        filters: [
          { op: 'isNull', attribute: 'id' },
          { op: 'isNull', attribute: 'on' },
        ],
      },
    ],
  })
  t.same(planOf(not(and(not(eq('size', 1)), not(or())))), one)
  t.same(planOf(not(or(not(eq('size', 1)), or()))), one)
  t.same(planOf(isIn('id', caller('claims.list'))), {
    op: 'in',
    attribute: 'id',
    kind: 'string',
    values: ['p'],
  })
  t.same(planOf(not(isIn('size', caller('claims.list')))), {
    op: 'notIn',
    attribute: 'size',
    kind: 'number',
    values: [5],
  })
  t.same(planOf(isIn('id', caller('claims.text'))), 'never')
  t.same(planOf(not(isIn('id', caller('claims.text')))), 'never')
  t.same(planOf(isIn('on', caller('claims.list'))), 'never')
  t.same(planOf(isIn('id', ['q'])), { op: 'in', attribute: 'id', kind: 'string', values: ['q'] })
})
