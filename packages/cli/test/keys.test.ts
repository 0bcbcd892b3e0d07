import t from 'tap'
import { call } from './fixtures/call.js'

const keyShape = /^shop_(live|test)_([0-9A-Za-z]{16})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/

async function create(...more: string[]) {
  const argv = ['keys', 'create', '--owner', 'service:billing', '--label', 'Billing', ...more]
  const { code, out } = await call([...argv, '--json'])
  if (code !== 0) throw new Error(`exit code ${code}`)
  return JSON.parse(out)
}

t.test('a key is made with what is said of it, and shown once on standard output', async (t) => {
  const { code, out, err } = await call([
    ...['keys', 'create', '--owner', 'user:u1', '--label', 'My laptop', '--environment', 'test'],
    ...['--scope', 'orders:read,orders:write', '--permission', 'order.read', '--tenant', 'acme'],
    ...['--cidr', '10.0.0.0/8', '--expires-in', 'never'],
  ])
  t.equal(code, 0)
  const [key = '', empty, ...facts] = out.trimEnd().split('\n')
  t.match(key, keyShape)
  t.equal(empty, '')
  t.same(
    facts.map((line) => line.replace(/ {2,}/, ': ')).filter((line) => !line.startsWith('id')),
    [
      'name: My laptop',
      'state: active',
      'owner: user:u1',
      'tenant: acme',
      'environment: test',
      'scopes: orders:read orders:write',
      'permissions: order.read',
      'addresses: 10.0.0.0/8',
      'expires: never',
      'old secret: -',
    ],
  )
  t.equal(err, 'This secret is shown once and kept nowhere: store it now.\n')
})

t.test('a key ends when it was told to, as JSON says in seconds', async (t) => {
  const { key, info } = await create('--expires-in', '12h')
  t.match(key, keyShape)
  const inHours = (info.expiresAt - Date.now() / 1000) / 3600
  t.ok(inHours > 11 && inHours <= 12)
  t.equal(info.scopes.length, 0)
})

t.test('keys are listed by owner, tenant and state, and never with their secret', async (t) => {
  const { key, info } = await create('--tenant', 'listed')
  const other = await create('--tenant', 'listed')
  await call(['keys', 'revoke', other.info.id, '--yes'])
  const all = await call(['keys', 'list', '--tenant', 'listed', '--json'])
  t.same(
    JSON.parse(all.out)
      .keys.map((each: { id: string }) => each.id)
      .sort(),
    [info.id, other.info.id].sort(),
  )
  t.notMatch(all.out, key.slice(-50))
  const active = await call(['keys', 'list', '--owner', 'service:billing', '--active'])
  t.match(active.out, /^ID +NAME +STATE +OWNER +ENVIRONMENT +SCOPES +EXPIRES +LAST USED\n/)
  t.match(active.out, new RegExp(`${info.id}  Billing  active  service:billing  live`))
  t.notMatch(active.out, other.info.id)
  const none = await call(['keys', 'list', '--tenant', 'nobody'])
  t.equal(none.out, 'No keys.\n')
})

t.test('rotating keeps the id and lets the old secret overlap', async (t) => {
  const { key, info } = await create()
  const rotated = await call(['keys', 'rotate', info.id, '--overlap', '1d', '--expires-in', '30d'])
  t.equal(rotated.code, 0)
  const [next = ''] = rotated.out.split('\n')
  t.match(next, keyShape)
  t.not(next, key)
  t.match(rotated.out, /old secret +until 20\d\d-/)
  t.match(rotated.err, /shown once/)
})

t.test('rotating at once, and revoking, are confirmed first', async (t) => {
  const { info } = await create()
  const rows: [string, string[], string][] = [
    ['rotate', ['keys', 'rotate', info.id], `end the secret of the key "${info.id}" at once`],
    ['revoke', ['keys', 'revoke', info.id], `revoke the key "${info.id}" for ever`],
    [
      'revoke all',
      ['keys', 'revoke', '--owner', 'service:billing'],
      'revoke all keys of "service:billing" for ever',
    ],
  ]
  for (const [what, argv, action] of rows) {
    await t.test(what, async (t) => {
      const blind = await call(argv)
      t.equal(blind.code, 2)
      t.match(blind.err, `latchkey: Cannot ${action}: there is no terminal to ask on; write --yes`)
      const declined = await call(argv, { typed: 'n\n' })
      t.equal(declined.code, 1)
      t.match(declined.err, `This will ${action}. Are you sure? [y/N] `)
      t.match(declined.err, 'Declined: nothing was done')
      const { out } = await call(['keys', 'list', '--json'])
      const key = JSON.parse(out).keys.find((each: { id: string }) => each.id === info.id)
      t.match(key, { state: 'active', overlapEndsAt: null })
    })
  }
  const rotated = await call(['keys', 'rotate', info.id], { typed: 'y\n' })
  t.equal(rotated.code, 0)
  const revoked = await call(['keys', 'revoke', info.id, '--reason', 'leaked'], { typed: 'yes\r' })
  t.equal(revoked.out, `Revoked the key "${info.id}".\n`)
  const all = await call(['keys', 'revoke', '--owner', 'service:billing', '--yes', '--json'])
  t.same(JSON.parse(all.out), { revoked: { owner: { type: 'service', id: 'billing' } } })
})

t.test('what is wrong with keys is said, and nothing is done', async (t) => {
  const { info } = await create()
  await call(['keys', 'revoke', info.id, '--yes'])
  const owner = ['--owner', 'user:u1']
  const rows: [string, string[], number, RegExp][] = [
    ['no owner', ['create', '--label', 'x'], 2, /--owner is missing/],
    ['no label', ['create', ...owner], 2, /--label is missing/],
    ['an empty label', ['create', ...owner, '--label', ''], 2, /--label is missing/],
    ['a strange owner', ['create', '--owner', 'dog:1', '--label', 'x'], 2, /user:<id>, org/],
    ['an owner without id', ['create', '--owner', 'user:', '--label', 'x'], 2, /user:<id>/],
    [
      'a strange duration',
      ['create', ...owner, '--label', 'x', '--expires-in', 'soon'],
      2,
      /--expires-in: write a duration such as 90d/,
    ],
    [
      'an unknown environment',
      ['create', ...owner, '--label', 'x', '--environment', 'moon'],
      1,
      /environment/,
    ],
    ['no id to rotate', ['rotate'], 2, /<id> is missing/],
    ['two ids', ['rotate', 'a', 'b'], 2, /more arguments/],
    ['an unknown id', ['rotate', 'nothing', '--overlap', '1d'], 1, /no such API key/],
    ['a revoked key', ['rotate', info.id, '--overlap', '1d'], 1, /it has ended/],
    ['nothing to revoke', ['revoke'], 2, /either <id> or --owner/],
    ['too much to revoke', ['revoke', 'a', ...owner], 2, /either <id> or --owner/],
    ['an unknown name', ['list', '--name', 'other'], 1, /no such registration/],
  ]
  for (const [what, argv, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['keys', ...argv])
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})

t.test('patterns are printed for every scanner', async (t) => {
  const pattern = String.raw`\bacme_(?:live)_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\b`
  const live = ['key-pattern', 'acme', '--environment', 'live']
  t.equal((await call(live)).out, `${pattern}\n`)
  t.match((await call([...live, '--format', 'gitleaks'])).out, `regex = '''${pattern}'''`)
  const secretlint = await call([...live, '--format', 'secretlint'])
  t.match(JSON.parse(secretlint.out), { id: '@secretlint/secretlint-rule-pattern' })
  const asJson = await call([...live, '--format', 'secretlint', '--json'])
  t.same(JSON.parse(asJson.out), JSON.parse(secretlint.out))
  t.same(JSON.parse((await call([...live, '--json'])).out), {
    format: 'regex',
    pattern,
    rule: pattern,
  })
  const strange = await call([...live, '--format', 'xml'])
  t.equal(strange.code, 2)
  t.match(strange.err, /there is regex, gitleaks, secretlint/)
  const prefix = await call(['key-pattern', 'A'])
  t.equal(prefix.code, 2)
  t.match(prefix.err, /a prefix is 2 to 32 lower-case letters/)
})
