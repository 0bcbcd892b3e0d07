import { memoryStore } from '@latchkey/store'
import t from 'tap'
import {
  type Algorithm,
  claimDpopProof,
  type DpopExpectations,
  type DpopProof,
  dpopNonceAge,
  issueDpopNonce,
  type JsonObject,
  prepareHandleKeys,
  prepareSharedSecret,
  randomBase64url,
  sha256Base64url,
  verifyDpopProof,
} from '../src/index.js'
import { encode, freshKey } from './support/fake-key.js'
import { proofs } from './vectors/rfc.js'

for (const { name, proof, jti, ...expected } of proofs) {
  t.test(`RFC 9449 ${name} verifies, and for no other request`, async (t) => {
    const found = verifyDpopProof(proof, expected)
    t.same(found, {
      thumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
      jti,
      iat: expected.now,
      expiresAt: expected.now + 61,
    })
    t.equal(verifyDpopProof(proof, { ...expected, method: 'PUT' }), 'proof-method')
    t.equal(verifyDpopProof(proof, { ...expected, url: `${expected.url}/` }), 'proof-url')
    t.equal(verifyDpopProof(proof, { ...expected, now: expected.now + 61 }), 'proof-time')
    const refused = 'accessToken' in expected ? 'proof-token' : 'proof-claims'
    t.equal(verifyDpopProof(proof, { ...expected, accessToken: 'other' }), refused)
  })
}

const now = 1_700_000_000
const accessToken = 'token'
const expected: DpopExpectations = {
  method: 'GET',
  url: 'https://api.example.com/orders',
  now,
  accessToken,
}
const claims = {
  jti: 'j1',
  htm: 'GET',
  htu: 'https://api.example.com/orders',
  iat: now,
  ath: sha256Base64url(accessToken),
}

// Section J of the checklist, row by row.
t.test('a proof that breaks a rule is refused with it', async (t) => {
  const { sign, publicJwk, jwk } = await freshKey()
  const other = await freshKey()
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk }
  const secret = randomBase64url(32)
  const hmac = prepareSharedSecret(secret, { algorithm: 'HS256' })
  const hmacInput = `${encode({ ...header, alg: 'HS256', jwk: { kty: 'oct', k: secret } })}.${encode(claims)}`
  const rows: [string, string, string][] = [
    ['typ missing', await sign({ ...header, typ: undefined }, claims), 'proof-type'],
    ['typ JWT', await sign({ ...header, typ: 'JWT' }, claims), 'proof-type'],
    ['alg missing', await sign({ ...header, alg: undefined }, claims), 'proof-algorithm'],
    ['alg none', `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`, 'proof-algorithm'],
    ['alg symmetric', `${hmacInput}.${hmac.signing.sign(hmacInput)}`, 'proof-algorithm'],
    ['alg of another key', await sign({ ...header, alg: 'RS256' }, claims), 'proof-signature'],
    ['alg unknown', await sign({ ...header, alg: 'ES256K' }, claims), 'proof-algorithm'],
    ['jwk missing', await sign({ ...header, jwk: undefined }, claims), 'proof-key'],
    ['jwk null', await sign({ ...header, jwk: null }, claims), 'proof-key'],
    ['jwk of another type', await sign({ ...header, jwk: { kty: 'AKP' } }, claims), 'proof-key'],
    ['jwk a list', await sign({ ...header, jwk: [publicJwk] }, claims), 'proof-key'],
    ['jwk private', await sign({ ...header, jwk }, claims), 'proof-key'],
    [
      'jwk for encryption',
      await sign({ ...header, jwk: { ...publicJwk, use: 'enc' } }, claims),
      'proof-key',
    ],
    [
      'jwk off the curve',
      await sign({ ...header, jwk: { ...publicJwk, y: publicJwk.x } }, claims),
      'proof-key',
    ],
    [
      'jwk of somebody else',
      await sign({ ...header, jwk: other.publicJwk }, claims),
      'proof-signature',
    ],
    [
      'another payload',
      (await sign(header, claims)).replace(encode(claims), encode({ ...claims, jti: 'j2' })),
      'proof-signature',
    ],
    ['payload no object', await sign(header, 'text'), 'proof-claims'],
    ['jti missing', await sign(header, { ...claims, jti: undefined }), 'proof-claims'],
    ['jti empty', await sign(header, { ...claims, jti: '' }), 'proof-claims'],
    ['jti endless', await sign(header, { ...claims, jti: 'j'.repeat(257) }), 'proof-claims'],
    ['htm missing', await sign(header, { ...claims, htm: undefined }), 'proof-claims'],
    ['htu missing', await sign(header, { ...claims, htu: undefined }), 'proof-claims'],
    ['iat missing', await sign(header, { ...claims, iat: undefined }), 'proof-claims'],
    ['iat as text', await sign(header, { ...claims, iat: String(now) }), 'proof-claims'],
    ['ath missing', await sign(header, { ...claims, ath: undefined }), 'proof-claims'],
    ['another htm', await sign(header, { ...claims, htm: 'POST' }), 'proof-method'],
    ['htm in lower case', await sign(header, { ...claims, htm: 'get' }), 'proof-method'],
    [
      'another host',
      await sign(header, { ...claims, htu: 'https://evil.example.com/orders' }),
      'proof-url',
    ],
    [
      'another path',
      await sign(header, { ...claims, htu: 'https://api.example.com/order' }),
      'proof-url',
    ],
    [
      'another scheme',
      await sign(header, { ...claims, htu: 'http://api.example.com/orders' }),
      'proof-url',
    ],
    ['htu no URL', await sign(header, { ...claims, htu: '/orders' }), 'proof-url'],
    ['another token', await sign(header, { ...claims, ath: sha256Base64url('x') }), 'proof-token'],
    ['an hour old', await sign(header, { ...claims, iat: now - 3600 }), 'proof-time'],
    ['an hour ahead', await sign(header, { ...claims, iat: now + 3600 }), 'proof-time'],
    [
      'two proofs',
      `${await sign(header, claims)}, ${await sign(header, claims)}`,
      'proof-malformed',
    ],
    ['no token at all', 'proof', 'proof-malformed'],
    ['too long', await sign(header, { ...claims, more: 'x'.repeat(5000) }), 'proof-malformed'],
  ]
  for (const [what, proof, reason] of rows) t.equal(verifyDpopProof(proof, expected), reason, what)

  const onlyPs = new Set<Algorithm>(['PS256'])
  const proof = await sign(header, claims)
  t.equal(
    verifyDpopProof(proof, { ...expected, algorithms: onlyPs }),
    'proof-algorithm',
    'not advertised',
  )
})

t.test('what means the same URL and time passes', async (t) => {
  const { sign, publicJwk } = await freshKey('EdDSA')
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: publicJwk }
  const rows: [string, JsonObject, string?][] = [
    ['the same', claims],
    ['a query in the request', claims, 'https://api.example.com/orders?page=2'],
    ['a fragment in htu', { ...claims, htu: `${claims.htu}#x` }],
    ['the host in capitals', { ...claims, htu: 'https://API.Example.com/orders' }],
    ['the default port', { ...claims, htu: 'https://api.example.com:443/orders' }],
    ['ten seconds old', { ...claims, iat: now - 10 }],
    ['ten seconds ahead', { ...claims, iat: now + 10 }],
  ]
  for (const [what, payload, url = expected.url] of rows) {
    const found = verifyDpopProof(await sign(header, payload), { ...expected, url })
    t.not(typeof found, 'string', what)
  }
  const rsa = await freshKey('PS256')
  const byRsa = await rsa.sign({ typ: 'dpop+jwt', alg: 'PS256', jwk: rsa.publicJwk }, claims)
  t.not(typeof verifyDpopProof(byRsa, expected), 'string', 'RSA')
  const named = { ...header, jwk: { ...publicJwk, kid: 'mine' } }
  t.not(typeof verifyDpopProof(await sign(named, claims), expected), 'string', 'a named key')
})

t.test('of twenty that present one proof at once exactly one gets it', async (t) => {
  const store = memoryStore()
  const proof: DpopProof = {
    thumbprint: 'key',
    jti: 'j',
    iat: now,
    expiresAt: Date.now() / 1000 + 60,
  }
  const claimed = await Promise.all(Array.from({ length: 20 }, () => claimDpopProof(store, proof)))
  t.equal(claimed.filter(Boolean).length, 1)
  t.ok(
    await claimDpopProof(store, { ...proof, thumbprint: 'other' }),
    'another key may use the jti',
  )
  t.notOk(await claimDpopProof(store, proof))
})

t.test('a nonce of ours is good for its lifetime, in every process with the secret', async (t) => {
  const entry = { secret: randomBase64url(32) }
  const [here, there] = [prepareHandleKeys([entry]), prepareHandleKeys([entry])]
  const nonce = issueDpopNonce(here, now + 0.7)
  t.equal(dpopNonceAge(nonce, there, now + 10), 10)
  t.equal(dpopNonceAge(nonce, there, now + 300), 300)
  t.equal(dpopNonceAge(nonce, there, now + 301), null, 'too old')
  t.equal(dpopNonceAge(nonce, there, now + 31, 30), null)
  t.equal(dpopNonceAge('', here, now), null)
  t.equal(dpopNonceAge(`${nonce}A`, here, now), null)
  t.equal(dpopNonceAge(nonce, prepareHandleKeys([{ secret: randomBase64url(32) }]), now), null)
})

t.test('where nonces are asked for, a proof without a good one is told so', async (t) => {
  const { sign, publicJwk } = await freshKey()
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk }
  const withNonce = { ...expected, isNonce: (nonce: string) => nonce === 'n1' }
  t.equal(verifyDpopProof(await sign(header, claims), withNonce), 'nonce')
  t.equal(verifyDpopProof(await sign(header, { ...claims, nonce: 'n0' }), withNonce), 'nonce')
  t.equal(verifyDpopProof(await sign(header, { ...claims, nonce: 1 }), withNonce), 'nonce')
  t.not(typeof verifyDpopProof(await sign(header, { ...claims, nonce: 'n1' }), withNonce), 'string')
})
