import { join } from 'node:path'
import t from 'tap'
import { call } from './fixtures/call.js'

t.test('a decision is explained by the policy of the application', async (t) => {
  const object = '{"id":"o1","ownerId":"u1","status":"open"}'
  const allowed = await call(['explain', 'order.read', '--subject', 'u1', '--object', object])
  t.equal(allowed.code, 0)
  t.match(allowed.out, /^ALLOW order.read on order "o1": a rule allows it\n/)
  const denied = await call([
    ...['explain', 'order.refund', '--subject', 'u1', '--role', 'clerk', '--object', object],
  ])
  t.equal(denied.code, 1)
  t.match(denied.out, 'condition: needs status = "paid"; status is "open"')
  const json = await call(['explain', 'order.read', '--subject', 'u2', '--json'])
  t.equal(json.code, 1)
  t.match(JSON.parse(json.out), { effect: 'deny', reason: 'no-object', permission: 'order.read' })
})

t.test('the identity may come from a file, and options win over it', async (t) => {
  const folder = t.testdir({
    'identity.json': '{"subject":"u1","roles":["none"],"tenant":"acme"}',
    'order.json': '{"id":"o1","ownerId":"u2","status":"paid"}',
  })
  const { code, out } = await call([
    ...['explain', 'order.refund', '--identity', join(folder, 'identity.json')],
    ...['--object', join(folder, 'order.json'), '--role', 'clerk', '--scope', 'orders:read'],
    ...[
      '--issuer',
      'https://id.example',
      '--kind',
      'service',
      '--acr',
      'mfa',
      '--amr',
      'pwd',
      '--json',
    ],
  ])
  t.equal(code, 0)
  t.same(JSON.parse(out).caller, {
    subject: 'u1',
    issuer: 'https://id.example',
    tenant: 'acme',
    roles: ['clerk'],
    scopes: ['orders:read'],
  })
})

t.test('what cannot be explained is refused', async (t) => {
  const bare = { env: { LATCHKEY_APP: 'bare.js' } }
  const who = ['order.read', '--subject', 'u1']
  const rows: [string, string[], object, number, RegExp][] = [
    ['no permission', [], {}, 2, /<permission> is missing/],
    ['nobody', ['order.read'], {}, 2, /"subject" is not a non-empty string/],
    ['a strange kind', [...who, '--kind', 'dog'], {}, 2, /"kind" is not/],
    ['no object', [...who, '--object', 'nothing.json'], {}, 2, /Cannot read --object/],
    ['broken JSON', [...who, '--identity', '{"subject":'], {}, 2, /Cannot read --identity/],
    ['an unknown permission', ['order.eat', '--subject', 'u1'], {}, 1, /order\.eat/],
    ['no policy', who, bare, 3, /not registered @latchkey.authz/],
  ]
  for (const [what, argv, options, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['explain', ...argv], options)
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})
