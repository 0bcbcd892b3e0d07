import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireService, startPostgres, startRedis } from '@latchkey/services'
import { postgresStore } from '@latchkey/store-postgres'
import { redisClientOptions, redisStore } from '@latchkey/store-redis'
import { prepareSigningKey, prepareVerificationKey, rotatingKeyring } from '@latchkey/tokens'
import { Redis } from 'ioredis'
import pg from 'pg'
import t from 'tap'
import { call } from './fixtures/call.js'

const seal = 'qT7vX2mZ9kLw4RbN8cJd5HsY1gPf6AeU'

t.test('a key pair is generated, its private part on standard output only', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'jwks.json')
  const { code, out, err } = await call(['jwks', 'generate', '--public-out', file])
  t.equal(code, 0)
  const [jwk] = JSON.parse(out).keys
  t.match(jwk, { kty: 'EC', alg: 'ES256', use: 'sig', d: String })
  t.notMatch(err, jwk.d)
  const written = await readFile(file, 'utf8')
  t.notMatch(written, jwk.d)
  const [published] = JSON.parse(written).keys
  const input = 'what is signed'
  const signature = await prepareSigningKey(jwk).sign(input)
  const verify = prepareVerificationKey(published).verify
  t.equal(verify('ES256', input, Buffer.from(signature, 'base64url')), true)
  const other = await call(['jwks', 'generate', '--alg', 'EdDSA', '--json'])
  t.match(JSON.parse(other.out).keys, [{ kty: 'OKP', alg: 'EdDSA', d: String }])
})

t.test('what cannot be generated is refused', async (t) => {
  for (const alg of ['HS256', 'none']) {
    const { code, out, err } = await call(['jwks', 'generate', '--alg', alg])
    t.equal(code, 2)
    t.equal(out, '')
    t.match(err, `Cannot make a key pair for "${alg}"`)
  }
  const { code, out, err } = await call(['jwks', 'generate', '--public-out', 'no/such/folder'])
  t.equal(code, 1)
  t.equal(out, '', 'a key whose public part is nowhere is of no use')
  t.match(err, /Cannot write the file/)
})

t.test('the keys of an application are rotated', async (t) => {
  const blind = await call(['jwks', 'rotate'])
  t.equal(blind.code, 2)
  t.match(blind.err, 'Cannot plan new signing keys')
  const { code, out } = await call(['jwks', 'rotate', '--yes', '--json'])
  t.equal(code, 0)
  const [kid] = JSON.parse(out).planned
  const again = await call(['jwks', 'rotate'], { typed: 'y\n' })
  t.equal(again.out, `Planned ${kid}.\n`, 'what is planned stays')
  const fixed = await call(['jwks', 'rotate', '--yes'], { env: { LATCHKEY_APP: 'managed.js' } })
  t.equal(fixed.code, 1)
  t.match(fixed.err, 'Nothing rotates')
})

t.test('what cannot be rotated is refused', async (t) => {
  const rows: [string, string[], object, number, RegExp][] = [
    ['both', ['--app', 'shop.js', '--store', 'redis'], {}, 2, /either --app or --store/],
    ['no such store', ['--store', 'toString', '--unsealed'], {}, 2, /no store "toString"/],
    ['no address', ['--store', 'redis', '--unsealed'], {}, 2, /set LATCHKEY_REDIS_URL/],
    ['a strange algorithm', ['--store', 'redis', '--alg', 'HS256'], {}, 2, /ring of "HS256"/],
    [
      'Redis that is down',
      ['--store', 'redis', '--unsealed'],
      { LATCHKEY_REDIS_URL: 'redis://127.0.0.1:1' },
      3,
      /Cannot use the redis store/,
    ],
    [
      'PostgreSQL that is down',
      ['--store', 'postgres', '--unsealed'],
      { LATCHKEY_POSTGRES_URL: 'postgres://127.0.0.1:1/x' },
      3,
      /Cannot use the postgres store/,
    ],
  ]
  for (const [what, argv, env, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['jwks', 'rotate', '--yes', ...argv], { env: { ...env } })
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})

t.test('a ring in Redis is rotated', { skip: requireService('redis-server') }, async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const client = new Redis(server.url, redisClientOptions())
  t.teardown(() => client.disconnect())
  await new Promise((resolve) => client.once('ready', resolve))
  const ring = await rotatingKeyring({ store: redisStore(client), seal, name: 'oauth' })
  t.teardown(() => ring.close())
  const env = { LATCHKEY_REDIS_URL: server.url }
  const argv = ['jwks', 'rotate', '--store', 'redis', '--yes']
  const named = [...argv, '--ring', 'oauth']
  const bySecret = await call([...named, '--json'], { env: { ...env, LATCHKEY_SEAL_SECRET: seal } })
  t.equal(bySecret.err, '')
  const [kid] = JSON.parse(bySecret.out).planned
  await ring.reload()
  t.match(ring.describe().keys, [{ purpose: 'sign' }, { purpose: 'next', kid }])
  const piped = await call(named, { env, piped: `${seal}\n` })
  t.equal(piped.out, `Planned ${kid}.\n`)
  t.notMatch(piped.out + piped.err, seal)
  const wrong = await call(named, { env, piped: seal.toLowerCase() })
  t.equal(wrong.code, 1)
  t.match(wrong.err, /does not open/)
  const unknown = await call(argv, { env, piped: seal })
  t.equal(unknown.code, 1)
  t.match(unknown.err, 'There is no key ring "default" in the store')
})

t.test('a ring in PostgreSQL is rotated', { skip: requireService('postgres') }, async (t) => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const pool = new pg.Pool({ connectionString: server.url, connectionTimeoutMillis: 2000 })
  t.teardown(() => pool.end())
  const store = postgresStore(pool, { migrate: true, sweepInterval: 0 })
  await store.ready()
  t.teardown(() => store.close())
  const ring = await rotatingKeyring({ store, seal: false, algorithm: 'EdDSA' })
  t.teardown(() => ring.close())
  const env = { LATCHKEY_POSTGRES_URL: server.url }
  const argv = ['jwks', 'rotate', '--store', 'postgres', '--unsealed', '--alg', 'EdDSA', '--yes']
  const { code, out, err } = await call(argv, { env })
  t.equal(err, '')
  t.equal(code, 0)
  t.match(out, /^Planned \S{43}\.\n$/)
})
