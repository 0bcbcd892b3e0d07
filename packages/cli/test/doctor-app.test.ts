import t from 'tap'
import { call } from './fixtures/call.js'

const planted: readonly (readonly [what: string, argv: string[], ids: string[]])[] = [
  ['a route that keeps it from starting', ['undecidedBoot'], ['latchkey-auth-routes-refused']],
  ['the memory store in production', ['memory', '--production'], ['latchkey-store-unfit']],
  ['the memory store at home', ['memory'], []],
  ['a forgotten route', ['undecided'], ['route-undecided']],
  ['credentials in bad places', ['careless'], ['cookie-prefix', 'credential-in-query']],
  ['endless tokens', ['endless'], ['challenge-without-metadata', 'no-revocation']],
  ['resource metadata that are missing', ['astray'], ['resource-metadata-missing']],
  ['a useless permission', ['useless'], ['policy-unused-permission']],
  [
    'cookies without a prefix',
    ['cookies'],
    [
      ...['cookie-attributes', 'cookie-prefix', 'cookie-prefix', 'jwks-empty'],
      ...['metadata-one-address', 'token-error-cacheable'],
    ],
  ],
  ['metadata that name nobody', ['nameless'], []],
]

t.test('each planted fault of an application is found, and nothing else', async (t) => {
  const env = process.env.NODE_ENV
  for (const [what, [name = '', ...more], ids] of planted) {
    await t.test(what, async (t) => {
      const { out } = await call(['doctor', 'faulty.js', '--export', name, ...more, '--json'])
      const { findings } = JSON.parse(out)
      t.same(findings.map(({ id }: { id: string }) => id).sort(), ids)
      t.equal(process.env.NODE_ENV, env)
    })
  }
})

t.test('a shop with every room has no findings', async (t) => {
  const { code, out } = await call(['doctor', 'shop.js', '--strict'])
  t.equal(out, 'shop.js: 0 faults, 0 advice\n')
  t.equal(code, 0)
})

t.test('the environment is left as it was', async (t) => {
  const before = process.env.NODE_ENV
  t.teardown(() => {
    process.env.NODE_ENV = before
  })
  process.env.NODE_ENV = 'test'
  await call(['doctor', 'bare.js', '--production'])
  t.equal(process.env.NODE_ENV, 'test')
  delete process.env.NODE_ENV
  await call(['doctor', 'bare.js', '--production'])
  t.notOk('NODE_ENV' in process.env)
})

t.test(
  'signing keys that have ended are found; the module may be named by LATCHKEY_APP',
  async (t) => {
    const { code, out } = await call(['doctor'], { env: { LATCHKEY_APP: 'managed.js' } })
    t.equal(code, 1)
    t.match(out, /FAULT {3}signing-key-expired\n {8}the signing key "old" ended 20/)
    t.match(out, /\n\nmanaged.js: 1 fault, 0 advice\n$/)
  },
)

t.test('clients are listed page after page', async (t) => {
  const { out } = await call(['clients', 'list'], { env: { LATCHKEY_APP: 'managed.js' } })
  t.match(out, /\nfirst .*\nsecond /)
})

t.test('what cannot be loaded cannot be examined', async (t) => {
  const { code, err } = await call(['doctor', 'nothing.js'])
  t.equal(code, 3)
  t.match(err, 'there is no such file')
})

t.test('a mechanism that breaks answers nothing', async (t) => {
  const argv = ['tokens', 'verify', '--app', 'faulty.js', '--export', 'breaking']
  const { code, err } = await call(argv, { piped: 'x' })
  t.equal(code, 3)
  t.match(err, 'Cannot verify: broken is not there')
})

t.test('an application of several scopes is reported with all of them', async (t) => {
  const argv = ['report', 'faulty.js', '--export', 'twofold']
  const { out } = await call(argv)
  t.match(out, /\/one .*\n\nMETHODS.*\n.*\/two /s)
  const { routes } = JSON.parse((await call([...argv, '--json'])).out)
  t.same(
    routes.map(({ url }: { url: string }) => url),
    ['/one', '/one', '/two'],
    'the second meta-plugin knows of the routes before it, too',
  )
})
