import { generateKeyPairSync, sign } from 'node:crypto'
import { memoryStore, type Store } from '@latchkey/store'
import t from 'tap'
import {
  type Algorithm,
  findVerificationKey,
  isSignedBy,
  type JsonObject,
  type Keyring,
  parseJwkSet,
  parseJws,
  prepareJwsSerializer,
  type RotatingKeyringOptions,
  randomBase64url,
  rotatingKeyring,
  staticKeyring,
} from '../src/index.js'
import { freshKey } from './support/fake-key.js'

const invalid = { code: 'LATCHKEY_TOKENS_INVALID_KEYS' }
const seal = randomBase64url(32)

function issue(ring: Keyring): string | Promise<string> {
  return prepareJwsSerializer(ring.signingKey(), 'JWT')({ sub: 'u1' })
}

/** Whether a party that knows only these keys accepts the token. */
function isAccepted(token: string, keys: ReturnType<Keyring['verificationKeys']>): boolean {
  const jws = parseJws(token)
  if (typeof jws === 'string') return false
  const key = findVerificationKey(keys, jws.header.alg, jws.header.kid, 0)
  return key !== null && isSignedBy(jws, key)
}

function publishedKeys(ring: Keyring) {
  return parseJwkSet(JSON.parse(JSON.stringify(ring.jwks())))?.keys ?? []
}

function kids(ring: Keyring): unknown[] {
  return ring.jwks().keys.map(({ kid }) => kid)
}

/** A ring with round times, and a clock. */
function start(
  clock: { now: number },
  store: Store,
  options: Partial<RotatingKeyringOptions> = {},
) {
  const times = { rotateEvery: 1000, publishAhead: 100, keepFor: 50, refreshEvery: 10 }
  return rotatingKeyring({ store, seal, now: () => clock.now, ...times, ...options })
}

t.test(
  'the first key signs at once, and what it signs verifies by the published set',
  async (t) => {
    for (const algorithm of ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'] as Algorithm[]) {
      const ring = await start({ now: 0 }, memoryStore(), { algorithm })
      const token = await issue(ring)
      t.ok(isAccepted(token, publishedKeys(ring)), algorithm)
      t.ok(isAccepted(token, ring.verificationKeys()), algorithm)
      t.equal(ring.signingKey(), ring.signingKey(), 'prepared once')
      ring.close()
    }
  },
)

t.test('a key is published before it signs, and verifies after the next took over', async (t) => {
  const clock = { now: 5000 }
  const ring = await start(clock, memoryStore())
  const [first] = kids(ring)
  clock.now = 5899
  await ring.reload()
  t.same(kids(ring), [first], 'nothing is due')
  clock.now = 5900
  await ring.reload()
  const [, next] = kids(ring)
  t.same(kids(ring), [first, next], 'published a hundred seconds ahead')
  t.equal(ring.signingKey().kid, first)
  t.same(
    ring.describe().keys.map(({ purpose }) => purpose),
    ['sign', 'next'],
  )
  const token = await issue(ring)
  clock.now = 5999
  t.equal(ring.signingKey().kid, first)
  clock.now = 6000
  t.equal(ring.signingKey().kid, next, 'takes over at its second, without a reload')
  t.same(
    ring.describe().keys.map(({ purpose }) => purpose),
    ['verify', 'sign'],
  )
  clock.now = 6049
  t.ok(isAccepted(token, publishedKeys(ring)))
  clock.now = 6050
  t.notOk(isAccepted(token, publishedKeys(ring)), 'forgotten')
  t.same(kids(ring), [next])
  ring.close()
})

t.test('a process that slept through everything starts a new key at once', async (t) => {
  const clock = { now: 0 }
  const ring = await start(clock, memoryStore())
  clock.now = 100_000
  await ring.reload()
  t.equal(kids(ring).length, 2, 'the old one still signs until the next was published long enough')
  clock.now += 100
  t.equal(ring.signingKey().kid, kids(ring)[1])
  ring.close()
})

t.test('twenty processes that find a rotation due make exactly one key', async (t) => {
  const clock = { now: 0 }
  const store = memoryStore()
  const rings = await Promise.all(Array.from({ length: 20 }, () => start(clock, store)))
  t.equal(new Set(rings.map((ring) => ring.signingKey().kid)).size, 1, 'at the first start too')
  clock.now = 900
  await Promise.all(rings.map((ring) => ring.reload()))
  const sets = new Set(rings.map((ring) => JSON.stringify(kids(ring))))
  t.equal(sets.size, 1)
  t.equal(kids(rings[0] as Keyring).length, 2)
  for (const ring of rings) ring.close()
})

t.test('a rotation can be asked for, and is asked for only once', async (t) => {
  const clock = { now: 0 }
  const store = memoryStore()
  const [one, two] = await Promise.all([start(clock, store), start(clock, store)])
  const made = await Promise.all([one.rotate(), two.rotate(), one.rotate()])
  t.equal(new Set(made).size, 1)
  await Promise.all([one.reload(), two.reload()])
  t.equal(kids(one).length, 2)
  t.equal(kids(one)[1], made[0])
  t.equal(one.signingKey().kid, kids(one)[0], 'it signs later')
  one.close()
  two.close()
})

t.test('a revoked key is gone at once, and there is one to sign with', async (t) => {
  const clock = { now: 0 }
  const ring = await start(clock, memoryStore())
  const [first] = kids(ring) as string[]
  const token = await issue(ring)
  t.notOk(await ring.revokeKey('unknown'))
  t.ok(await ring.revokeKey(first as string))
  t.notOk(isAccepted(token, ring.verificationKeys()))
  t.not(ring.signingKey().kid, first)
  const second = ring.signingKey().kid
  const third = await ring.rotate()
  t.ok(await ring.revokeKey(third))
  t.equal(ring.signingKey().kid, second, 'a revoked next key changes nothing now')
  const [, fourth] = [await ring.rotate(), kids(ring)[1] as string]
  t.ok(await ring.revokeKey(second))
  t.equal(kids(ring).length, 2)
  t.not(ring.signingKey().kid, fourth, 'the next key is not used before its time')
  ring.close()
})

t.test('private keys are sealed in the store, unless it was said otherwise', async (t) => {
  const store = memoryStore()
  const ring = await start({ now: 0 }, store)
  const text = JSON.stringify(await store.get('keyring:default'))
  t.notOk(text.includes('\\"d\\"'))
  t.equal(ring.describe().privateKeysAtRest, 'in the store, sealed')
  const open = await start({ now: 0 }, store, { seal: false, name: 'open' })
  t.ok(JSON.stringify(await store.get('keyring:open')).includes('\\"d\\"'))
  t.equal(open.describe().privateKeysAtRest, 'in the store, readable')
  t.ok(isAccepted(await issue(open), open.verificationKeys()))
  for (const one of [ring, open]) one.close()
})

t.test('a ring that was sealed with another secret does not open', async (t) => {
  const store = memoryStore()
  const other = randomBase64url(32)
  const ring = await start({ now: 0 }, store)
  await t.rejects(start({ now: 0 }, store, { seal: other }), invalid)
  const both = await start({ now: 0 }, store, { seal: () => [other, seal] })
  t.equal(both.signingKey().kid, ring.signingKey().kid, 'the old secret still opens')
  await t.rejects(start({ now: 0 }, store, { seal: 'weak' }), {
    code: 'LATCHKEY_TOKENS_WEAK_SECRET',
  })
  for (const one of [ring, both]) one.close()
})

t.test('a record that holds other things than keys is refused', async (t) => {
  const store = memoryStore()
  const ring = await start({ now: 0 }, store)
  const found = await store.get('keyring:default')
  if (found === null) return t.fail('no record')
  const { keys } = found.value as unknown as { keys: JsonObject[] }
  const weak = [{ ...keys[0], kid: 'weak', publicJwk: { kty: 'RSA', n: 'AQ', e: 'AQ' } }]
  await store.replace('keyring:default', found.version, { keys: weak } as never)
  await ring.reload()
  t.throws(() => ring.verificationKeys(), invalid)
  ring.close()
})

t.test('the ring looks at the store by itself, and survives its failures', async (t) => {
  const clock = { now: 0 }
  const store = memoryStore()
  let failing = false
  const errors: unknown[] = []
  const flaky: Store = {
    ...store,
    get: (key) => (failing ? Promise.reject(new Error('down')) : store.get(key)),
  }
  const times = { rotateEvery: 1000, publishAhead: 100, refreshEvery: 0.01 }
  const ring = await start(clock, flaky, { ...times, onError: (error) => errors.push(error) })
  failing = true
  while (errors.length === 0) await new Promise(setImmediate)
  t.ok(isAccepted(await issue(ring), ring.verificationKeys()))
  failing = false
  clock.now = 900
  while (kids(ring).length < 2) await new Promise(setImmediate)
  const silent = await start(clock, flaky, times)
  failing = true
  await t.rejects(silent.reload(), { message: 'down' })
  await new Promise((done) => setTimeout(done, 50))
  t.ok(silent.signingKey())
  ring.close()
  silent.close()
})

t.test('when every key has ended there is none to sign with', async (t) => {
  const clock = { now: 0 }
  const store = memoryStore()
  const ring = await start(clock, store)
  const found = await store.get('keyring:default')
  await store.replace('keyring:default', found?.version as string, { keys: [] })
  const endless: Store = { ...store, replace: async () => false }
  await t.rejects(start(clock, endless), { ...invalid, message: /never stops changing/ })
  await ring.reload()
  t.ok(ring.signingKey(), 'a reload makes a new one')
  clock.now = -1
  t.throws(() => ring.signingKey(), invalid)
  ring.close()
})

t.test('times that contradict each other are refused', async (t) => {
  const rows: [string, Partial<RotatingKeyringOptions>][] = [
    ['no time at all', { keepFor: 0 }],
    ['published longer than it signs', { publishAhead: 1000 }],
    ['looking too seldom', { refreshEvery: 51 }],
    ['a shared secret', { algorithm: 'HS256' }],
  ]
  for (const [what, options] of rows) {
    await t.rejects(start({ now: 0 }, memoryStore(), options), invalid, what)
  }
})

t.test('a ring has sound times by default', async (t) => {
  const ring = await rotatingKeyring({ store: memoryStore(), seal })
  t.match(ring.describe().keys, [{ algorithm: 'ES256', purpose: 'sign', notAfter: null }])
  ring.close()
})

t.test('keys of one’s own: the first signs, all verify, until their end', async (t) => {
  const clock = { now: 0 }
  const [a, b] = [await freshKey(), await freshKey('EdDSA')]
  const ring = await staticKeyring(
    [
      { key: a.jwk, notAfter: 100 },
      { key: b.publicJwk, kid: 'old', notAfter: 50 },
    ],
    () => clock.now,
  )
  const token = await issue(ring)
  t.ok(isAccepted(token, publishedKeys(ring)))
  t.same(kids(ring), [a.kid, 'old'])
  t.match(ring.describe(), {
    keys: [
      { kid: a.kid, algorithm: 'ES256', purpose: 'sign', notAfter: 100 },
      { kid: 'old', algorithm: 'EdDSA Ed25519', purpose: 'verify', notAfter: 50 },
    ],
    privateKeysAtRest: 'kept by the application',
  })
  clock.now = 50
  t.same(kids(ring), [a.kid])
  clock.now = 100
  t.throws(() => ring.signingKey(), invalid)
  t.same(ring.verificationKeys(), [])
  ring.close()
})

t.test('keys of one’s own say their algorithm where there is only one', async (t) => {
  const [signing, retired, either] = [
    await freshKey('RS256'),
    await freshKey(),
    await freshKey('EdDSA'),
  ]
  const ring = await staticKeyring([
    { key: signing.jwk },
    { key: retired.publicJwk, kid: 'retired' },
    { key: either.publicJwk, kid: 'either' },
  ])
  t.same(
    ring.jwks().keys.map(({ kid, alg }) => [kid, alg]),
    [
      [signing.kid, 'RS256'],
      ['retired', 'ES256'],
      ['either', undefined],
    ],
  )
  for (const key of ring.jwks().keys) t.equal(key.d, undefined)
})

t.test('keys of one’s own are fetched at the start and on reload', async (t) => {
  const [a, b] = [await freshKey(), await freshKey()]
  let given: { key: JsonObject }[] = [{ key: a.jwk }]
  const ring = await staticKeyring(async () => given)
  const token = await issue(ring)
  given = [{ key: b.jwk }, { key: a.publicJwk, kid: a.kid } as { key: JsonObject }]
  await ring.reload()
  t.equal(ring.signingKey().kid, b.kid)
  t.ok(isAccepted(token, ring.verificationKeys()))
  given = []
  await t.rejects(ring.reload(), invalid)
  t.equal(ring.signingKey().kid, b.kid, 'the keys so far stay')
  given = [{ key: a.jwk }, { key: a.jwk }]
  await t.rejects(ring.reload(), invalid, 'one name for two')
})

t.test(
  'a key in a key service signs with a promise, and retires with its public part',
  async (t) => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const service = {
      kid: 'kms-1',
      algorithm: 'ES256' as const,
      publicKey: pair.publicKey,
      sign: async (data: Uint8Array) =>
        sign('sha256', data, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
    }
    const ring = await staticKeyring([{ key: service }])
    const token = issue(ring)
    t.ok(token instanceof Promise)
    t.ok(isAccepted(await token, publishedKeys(ring)))
    const after = await staticKeyring([{ key: (await freshKey()).jwk }, { key: service }])
    t.ok(isAccepted(await token, after.verificationKeys()))
    t.same(
      after.describe().keys.map(({ purpose }) => purpose),
      ['sign', 'sign'],
    )
  },
)
