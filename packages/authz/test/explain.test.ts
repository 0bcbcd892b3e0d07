import { createIdentity } from '@latchkey/identity'
import tap from 'tap'
import { and, caller, contains, eq, gt, isIn, isNull, not, or } from '../src/index.js'
import { compilePolicy } from '../src/policy.js'
import { NOW } from './fixtures/server.js'

const policy = compilePolicy(
  {
    resources: {
      thing: {
        actions: ['read', 'edit'],
        collection: ['list'],
        attributes: { id: 'number', a: 'string', n: 'number', l: 'strings', org: 'string' },
        tenant: 'org',
      },
      loose: { actions: ['read'] },
    },
    permissions: ['plain'],
    roles: { user: {}, admin: { inherits: ['user'] } },
    rules: [
      { id: 'scoped', allow: ['thing.read', 'plain'], to: 'user', scopes: ['s', 't'] },
      { id: 'fresh', allow: ['thing.read', 'plain'], to: 'user', assurance: { maxAge: 60 } },
      { id: 'one', allow: 'thing.read', when: and(eq('a', 'x'), or(gt('n', 3), not(isNull('l')))) },
      { id: 'two', allow: 'thing.read', when: and(isIn('a', caller('roles')), contains('l', 'q')) },
      { id: 'nothing', allow: 'thing.read', when: and(eq('a', 'x'), or()) },
      { id: 'anywhere', allow: 'thing.edit', anyTenant: true, when: eq('a', 'x') },
      { id: 'list', allow: 'thing.list' },
      { id: 'loose', allow: 'loose.read' },
      { id: 'stop', deny: ['thing.edit'], when: gt('n', 100) },
      { id: 'stop admins', deny: 'thing.*', to: 'admin', scopes: ['x'] },
    ] as never,
  },
  () => NOW,
)
const who = (parts: object = {}) =>
  createIdentity({
    subject: 'u',
    issuer: 'app',
    kind: 'user',
    mechanism: 'm',
    credentialId: 'c',
    tenant: 'o',
    ...parts,
  })

const cases: [
  what: string,
  caller: object,
  permission: string,
  type: string | null,
  object?: object,
][] = [
  [
    'nothing fits',
    { roles: ['user'] },
    'thing.read',
    'thing',
    { id: 7, a: 'y', n: 5, l: ['z', 'b'], org: 'o' },
  ],
  ['nothing is known', {}, 'thing.read', 'thing', { org: 'o' }],
  ['never', {}, 'thing.read', 'thing', { a: 'x', org: 'o' }],
  ['odd values', {}, 'thing.read', 'thing', { id: {}, a: 5n, n: {}, l: [1, {}, 'x'], org: 'o' }],
  ['another tenant', {}, 'thing.read', 'thing', { a: 'x', n: 5, org: 'p' }],
  ['a scope is missing', { roles: ['admin'], scopes: ['s'] }, 'plain', null],
  ['a login is stale', { roles: ['user'], authTime: NOW - 90 }, 'plain', null],
  [
    'allowed by two',
    { scopes: ['s', 't'], roles: ['user'], authTime: NOW },
    'thing.read',
    'thing',
    { org: 'o', a: 'q' },
  ],
  ['allowed anywhere', {}, 'thing.edit', 'thing', { id: 'k', a: 'x', n: 1, org: 'p' }],
  ['forbidden', {}, 'thing.edit', 'thing', { a: 'x', n: 101 }],
  ['perhaps forbidden', {}, 'thing.edit', 'thing', { a: 'x' }],
  ['forbidden by role and scope', { roles: ['admin'], scopes: ['x'] }, 'thing.list', 'thing'],
  ['without an object', {}, 'thing.read', 'thing'],
  ['of all', {}, 'thing.list', 'thing'],
  ['of what has no attributes', {}, 'loose.read', 'loose', { id: 'z' }],
]

tap.test('explanations read like letters, and the same way every time', async (t) => {
  for (const [what, parts, permission, type, object] of cases) {
    const question = { identity: who(parts), permission, type, object }
    const { text, ...data } = policy.explain(question)
    t.matchSnapshot(text, what)
    t.equal(JSON.stringify({ ...policy.explain(question), text: undefined }), JSON.stringify(data))
  }
})
