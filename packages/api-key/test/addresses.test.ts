import t from 'tap'
import { createAddressRule, isCidr, networkOf } from '../src/address.js'
import { stage } from './fixtures/stage.js'

for (const [cidrs, address, isAllowed] of [
  [['192.0.2.0/24'], '192.0.2.255', true],
  [['192.0.2.0/24'], '192.0.3.0', false],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['0.0.0.0/0'], '203.0.113.9', true],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
  [['192.0.2.0/24'], '::FFFF:192.0.2.9', true],
  [['192.0.2.0/24'], '::ffff:c000:209', true],
  [['192.0.2.0/24'], '::ffff:192.0.3.9', false],
  [['2001:db8::/32'], '2001:db8:ffff::1', true],
  [['2001:db8::/32'], '2001:db9::1', false],
  [['2001:db8::1'], '2001:db8:0:0:0:0:0:1', true],
  [['::/0'], '2001:db8::1', true],
  [['192.0.2.0/24', '2001:db8::/32'], '2001:db8::1', true],
  [['192.0.2.0/24'], '', false],
  [['192.0.2.0/24'], '/run/app.sock', false],
  [['certainly no network'], '192.0.2.1', false],
] as const) {
  t.test(`${address || 'no address'} and ${cidrs.join()}: ${isAllowed}`, async (t) =>
    t.equal(createAddressRule(cidrs)?.(address), isAllowed),
  )
}

t.test('an empty list is no rule', async (t) => t.equal(createAddressRule([]), null))

t.test('what is no network is told from what is one', async (t) => {
  for (const text of ['192.0.2.0/24', '192.0.2.1', '::1', '2001:db8::/128', '0.0.0.0/0']) {
    t.ok(isCidr(text), text)
  }
  for (const text of [
    '192.0.2.0/33',
    '::/129',
    '192.0.2/24',
    '192.0.2.0/024',
    '192.0.2.0/',
    'localhost',
    '',
    '*',
    'fe80::1%eth0',
    '1.2.3.4/-1',
  ]) {
    t.notOk(isCidr(text), text)
  }
})

for (const [address, network] of [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1::2:3:4:5:6', '1:0:0:2::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
  ['unknown', 'unknown'],
] as const) {
  t.test(`${address || 'no address'} counts as ${network}`, async (t) =>
    t.equal(networkOf(address), network),
  )
}

t.test('a key that is bound to networks works from them only', async (t) => {
  const { app, issue, status } = await stage(t)
  const { key } = await issue({ cidrs: ['192.0.2.0/24', '2001:db8::/32'] })
  const from = (remoteAddress: string) => status(key, { remoteAddress })
  t.equal(await from('192.0.2.9'), 200)
  t.equal(await from('::ffff:192.0.2.9'), 200)
  t.equal(await from('2001:db8::9'), 200)
  t.equal(await from('203.0.113.1'), 401)
  t.equal(await from('192.0.2.9'), 200)
  t.match(await app.apiKeys.verify(key), { refusal: { reason: 'address' } })
  t.match(await app.apiKeys.verify(key, { ip: '192.0.2.1' }), { identity: {} })
})

t.test('V4.1.3: X-Forwarded-For counts only from a trusted proxy', async (t) => {
  const forged = { 'x-forwarded-for': '192.0.2.9' }
  const open = await stage(t)
  const one = await open.issue({ cidrs: ['192.0.2.0/24'] })
  t.equal(await open.status(one.key, { remoteAddress: '203.0.113.1', headers: forged }), 401)

  const behind = await stage(t, { server: { trustProxy: '10.0.0.0/8' } })
  const two = await behind.issue({ cidrs: ['192.0.2.0/24'] })
  const status = (remoteAddress: string, headers = forged) =>
    behind.status(two.key, { remoteAddress, headers })
  t.equal(await status('10.0.0.1'), 200)
  t.equal(await status('203.0.113.1'), 401, 'a hop that is not trusted')
  t.equal(await status('10.0.0.1', { 'x-forwarded-for': '192.0.2.9, 203.0.113.5' }), 401)
})
