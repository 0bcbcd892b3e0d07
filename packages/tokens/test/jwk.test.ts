import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
} from 'node:crypto'
import t from 'tap'
import {
  type Algorithm,
  findVerificationKey,
  generatePrivateJwk,
  type JsonObject,
  type Jwk,
  jwkThumbprint,
  parseJwkSet,
  parsePrivateJwk,
  parsePublicJwk,
  parseSecretJwk,
  prepareJwkSet,
  prepareSharedSecret,
  prepareSigningKey,
  prepareVerificationKey,
  randomBase64url,
  type VerificationKey,
} from '../src/index.js'
import { freshKey } from './support/fake-key.js'
import { thumbprints } from './vectors/rfc.js'

const invalid = { code: 'LATCHKEY_TOKENS_INVALID_KEYS' }

for (const [name, jwk, thumbprint] of thumbprints) {
  t.test(`the thumbprint of ${name} is that of the RFC`, async (t) => {
    t.equal(jwkThumbprint(jwk as unknown as Jwk), thumbprint)
  })
}

const ec: JsonObject = { kty: 'EC', crv: 'P-256', ...point('P-256') }
const rsa = rsaJwk(2048)
const okp = { kty: 'OKP', crv: 'Ed25519', x: 'd75k9sF6kzGm0WEM5BXGSk4V2HHLLC50zpgUmYAChzI' }

function point(namedCurve: string): JsonObject {
  const { x, y } = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' })
  return { x, y }
}

function rsaJwk(modulusLength: number, publicExponent = 65537): JsonObject {
  const pair = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const { n, e } = pair.publicKey.export({ format: 'jwk' })
  return { kty: 'RSA', n, e }
}

function modulusOf(jwk: JsonObject): Buffer {
  return Buffer.from(jwk.n as string, 'base64url')
}

t.test('a key that must not be used is refused with the reason', async (t) => {
  const even = modulusOf(rsa)
  even.writeUInt8(even.readUInt8(255) & 0xfe, 255)
  const rows: [string, JsonObject, string][] = [
    ['no type', {}, 'is of an unknown type'],
    ['another type', { ...ec, kty: 'AKP' }, 'is of an unknown type'],
    ['no curve', { ...ec, crv: undefined }, 'is on an unknown curve'],
    ['secp256k1', { ...ec, crv: 'secp256k1' }, 'is on an unknown curve'],
    ['a curve that is inherited', { ...ec, crv: '__proto__' }, 'is on an unknown curve'],
    ['X25519', { ...okp, crv: 'X25519' }, 'is on an unknown curve'],
    [
      'another curve than its coordinates',
      { ...ec, crv: 'P-384' },
      'has no well-formed coordinates',
    ],
    ['no coordinate', { ...ec, y: undefined }, 'has no well-formed coordinates'],
    ['a coordinate that is a number', { ...ec, y: 1 }, 'has no well-formed coordinates'],
    ['a short Edwards point', { ...okp, x: 'AAAA' }, 'has no well-formed coordinates'],
    ['a point off the curve', { ...ec, y: ec.x }, 'is not a valid key'],
    ['no modulus', { ...rsa, n: undefined }, 'has no well-formed modulus'],
    [
      'a padded modulus',
      { ...rsa, n: Buffer.concat([Buffer.alloc(1), modulusOf(rsa)]).toString('base64url') },
      'has no well-formed modulus',
    ],
    ['RSA of 1024 bits', rsaJwk(1024), 'has an RSA modulus of less than 2048 bits'],
    [
      'RSA of 2047 bits',
      {
        ...rsa,
        n: Buffer.concat([Buffer.from([0x7f]), modulusOf(rsa).subarray(1)]).toString('base64url'),
      },
      'has an RSA modulus of less than 2048 bits',
    ],
    [
      'an endless modulus',
      { ...rsa, n: Buffer.alloc(1100, 0xff).toString('base64url') },
      'has an RSA modulus of more than 8192 bits',
    ],
    ['an even modulus', { ...rsa, n: even.toString('base64url') }, 'has a small factor'],
    [
      'a modulus that three divides',
      { ...rsa, n: Buffer.alloc(256, 0xff).toString('base64url') },
      'has a small factor',
    ],
    ['exponent 1', { ...rsa, e: 'AQ' }, 'has the exponent 1'],
    ['an even exponent', { ...rsa, e: 'AQAC' }, 'has no well-formed exponent'],
    ['no exponent', { ...rsa, e: undefined }, 'has no well-formed exponent'],
    ['a padded exponent', { ...rsa, e: 'AAEAAQ' }, 'has no well-formed exponent'],
    [
      'an endless exponent',
      { ...rsa, e: Buffer.alloc(9, 0xff).toString('base64url') },
      'has no well-formed exponent',
    ],
    ['a private member', { ...ec, d: 'AA' }, 'holds private members'],
    ['a shared secret', { kty: 'oct', k: randomBase64url(32) }, 'holds private members'],
    ['for encryption', { ...ec, use: 'enc' }, 'is not for signatures, by its "use"'],
    [
      'for encryption only',
      { ...ec, key_ops: ['encrypt'] },
      'is not for "verify", by its "key_ops"',
    ],
    ['an operation twice', { ...ec, key_ops: ['verify', 'verify'] }, 'lists an operation twice'],
    ['operations as text', { ...ec, key_ops: 'verify' }, 'has "key_ops" that are no list'],
    ['an unknown alg', { ...ec, alg: 'ES256K' }, 'is for an unknown algorithm, by its "alg"'],
    [
      'the alg of another curve',
      { ...ec, alg: 'ES384' },
      'does not fit the algorithm in its "alg"',
    ],
    ['the alg of a secret', { ...rsa, alg: 'HS256' }, 'does not fit the algorithm in its "alg"'],
    ['an empty kid', { ...ec, kid: '' }, 'has a strange "kid"'],
    ['a kid that is a number', { ...ec, kid: 7 }, 'has a strange "kid"'],
    ['an endless kid', { ...ec, kid: 'k'.repeat(513) }, 'has a strange "kid"'],
  ]
  for (const [what, jwk, problem] of rows) t.same(parsePublicJwk(jwk), { problem }, what)
})

t.test('what fits is accepted with the algorithms that fit', async (t) => {
  const rows: [string, JsonObject, Algorithm[]][] = [
    ['P-256', ec, ['ES256']],
    ['P-384', { kty: 'EC', crv: 'P-384', ...point('P-384') }, ['ES384']],
    ['P-521', { kty: 'EC', crv: 'P-521', ...point('P-521') }, ['ES512']],
    ['Ed25519', okp, ['EdDSA', 'Ed25519']],
    ['RSA', rsa, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    [
      'RSA with exponent 3',
      rsaJwk(2048, 3),
      ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
    ],
    ['RSA for PS384', { ...rsa, alg: 'PS384', use: 'sig', key_ops: ['verify'] }, ['PS384']],
  ]
  for (const [what, jwk, algorithms] of rows) {
    const key = parsePublicJwk(jwk) as VerificationKey
    t.same([...key.algorithms], algorithms, what)
    t.equal(key.thumbprint, jwkThumbprint(jwk as unknown as Jwk))
  }
})

t.test('a shared secret is as long as its hash', async (t) => {
  const rows: [number, Algorithm[] | string][] = [
    [31, 'is shorter than 32 bytes'],
    [32, ['HS256']],
    [48, ['HS256', 'HS384']],
    [64, ['HS256', 'HS384', 'HS512']],
  ]
  for (const [length, expected] of rows) {
    const parsed = parseSecretJwk({ kty: 'oct', k: randomBase64url(length) })
    if ('problem' in parsed) t.equal(parsed.problem, expected)
    else t.same([...parsed.algorithms], expected)
  }
  t.same(parseSecretJwk(ec), { problem: 'is no secret' })
  const secret = parseSecretJwk({ kty: 'oct', k: randomBase64url(32), kid: 's' }) as VerificationKey
  t.same(secret.publicJwk, { kty: 'oct', kid: 's', use: 'sig' }, 'its public part does not hold it')
})

t.test('a private key is refused for what it cannot sign', async (t) => {
  const { jwk } = await freshKey()
  const rows: [string, JsonObject, Algorithm | undefined, string][] = [
    ['another algorithm', jwk, 'RS256', 'does not fit the algorithm RS256'],
    ['a public key', ec, undefined, 'is not a valid private key'],
    [
      'for verifying',
      { ...jwk, key_ops: ['verify'] },
      undefined,
      'is not for "sign", by its "key_ops"',
    ],
    ['a strange kid', { ...jwk, kid: '' }, undefined, 'has a strange "kid"'],
  ]
  for (const [what, given, algorithm, problem] of rows) {
    t.same(parsePrivateJwk(given, algorithm), { problem }, what)
  }
})

t.test('without a name a key is named after itself, and a secret is not given away', async (t) => {
  const { kid, ...jwk } = (await freshKey()).jwk
  t.equal(prepareSigningKey(jwk).kid, kid)
  const k = randomBase64url(32)
  const named = parsePrivateJwk({ kty: 'oct', k })
  if ('problem' in named) return t.fail(named.problem)
  t.not(named.kid, jwkThumbprint({ kty: 'oct', k }))
  t.match(named.kid, /^[\w-]{16}$/)
})

t.test('a set leaves out what cannot be used, and says so', async (t) => {
  const set = parseJwkSet({
    keys: [
      { ...ec, kid: 'a' },
      { kty: 'AKP', kid: 'new' },
      { ...okp, kid: 'twice' },
      { ...rsa, kid: 'twice' },
      { ...ec, d: 'AA' },
    ],
  })
  t.same(
    set?.keys.map(({ kid }) => kid),
    ['a'],
  )
  t.same(set?.refused, [
    { kid: 'new', problem: 'is of an unknown type' },
    { kid: 'twice', problem: 'shares its "kid" with another' },
    { kid: 'twice', problem: 'shares its "kid" with another' },
    { kid: undefined, problem: 'holds private members' },
  ])
})

t.test('what is no set is refused as a whole', async (t) => {
  const rows: [string, unknown][] = [
    ['null', null],
    ['text', 'keys'],
    ['a list', [ec]],
    ['no keys', {}],
    ['keys that are no list', { keys: ec }],
    ['a key that is no object', { keys: [ec, 'x'] }],
    ['a hundred and one keys', { keys: Array.from({ length: 101 }, () => ec) }],
    ['a public key beside a secret', { keys: [ec, { kty: 'oct', k: randomBase64url(32) }] }],
  ]
  for (const [what, value] of rows) t.equal(parseJwkSet(value), null, what)
})

t.test('the key of a token is found by name, and never guessed', async (t) => {
  const [a, b] = [await freshKey(), await freshKey()]
  const keys = [
    prepareVerificationKey(a.jwk, { kid: 'a' }),
    prepareVerificationKey(b.jwk, { kid: 'b', notAfter: 100 }),
    prepareVerificationKey(okp),
  ]
  t.equal(findVerificationKey(keys, 'ES256', 'a', 0), keys[0])
  t.equal(findVerificationKey(keys, 'ES256', 'b', 99), keys[1])
  t.equal(findVerificationKey(keys, 'ES256', 'b', 100), null, 'past its end')
  t.equal(findVerificationKey(keys, 'RS256', 'a', 0), null, 'another algorithm')
  t.equal(findVerificationKey(keys, 'ES256', 'c', 0), null, 'an unknown name')
  t.equal(findVerificationKey(keys, 'ES256', undefined, 0), null, 'two could be meant')
  t.equal(findVerificationKey(keys, 'ES256', undefined, 100), keys[0], 'the only one left')
  t.equal(findVerificationKey(keys, 'EdDSA', 'any', 0), keys[2], 'the only one without a name')
  const unnamed = [prepareVerificationKey(okp), prepareVerificationKey(okp)]
  t.equal(findVerificationKey(unnamed, 'EdDSA', 'any', 0), null, 'two without a name')
})

t.test('keys are read from PEM, JWK, JSON and key objects', async (t) => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [privatePem, publicPem] = [
    pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  ]
  const jwk = pair.privateKey.export({ format: 'jwk' }) as JsonObject
  for (const input of [privatePem, jwk, JSON.stringify(jwk), createPrivateKey(privatePem)]) {
    const signing = prepareSigningKey(input, { kid: 'k' })
    t.equal(signing.algorithm, 'ES256')
    t.equal(signing.kid, 'k')
  }
  const publicJwk = { ...jwk, d: undefined }
  for (const input of [
    publicPem,
    privatePem,
    jwk,
    publicJwk,
    createPublicKey(publicPem),
    pair.privateKey,
  ]) {
    const key = prepareVerificationKey(input, { algorithm: 'ES256', kid: 'k', notAfter: 9 })
    t.equal(key.kid, 'k')
    t.equal(key.notAfter, 9)
    t.notOk('d' in key.publicJwk)
  }
})

t.test('what is no key, or no good one, is refused at once', async (t) => {
  const secret = createSecretKey(Buffer.from(randomBase64url(32)))
  const rows: [string, () => unknown][] = [
    ['text', () => prepareSigningKey('not a key')],
    ['a public PEM for signing', () => prepareSigningKey(createPublicKey(rsaPem()))],
    ['text for verifying', () => prepareVerificationKey('not a key')],
    ['a secret for verifying', () => prepareVerificationKey(secret)],
    ['a weak key', () => prepareVerificationKey(rsaJwk(1024))],
    ['another algorithm', () => prepareVerificationKey(rsa, { algorithm: 'ES256' })],
    ['no set', () => prepareJwkSet({})],
    ['an empty set', () => prepareJwkSet({ keys: [] })],
    ['a set with a bad key', () => prepareJwkSet({ keys: [ec, rsaJwk(1024)] })],
  ]
  for (const [what, prepare] of rows) t.throws(prepare, invalid, what)
  t.equal(prepareJwkSet({ keys: [{ ...ec, kid: 'a' }, okp] }).length, 2)
})

function rsaPem(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }) as string
}

t.test('a shared secret must not be guessable, nor shorter than the hash', async (t) => {
  const weak = { code: 'LATCHKEY_TOKENS_WEAK_SECRET' }
  t.throws(() => prepareSharedSecret('secret', { algorithm: 'HS256' }), weak)
  t.throws(() => prepareSharedSecret(randomBase64url(32), { algorithm: 'HS512' }), weak)
  const pair = prepareSharedSecret(randomBase64url(48), { algorithm: 'HS256', kid: 'k' })
  t.equal(pair.signing.kid, 'k')
  t.equal(pair.verification.kid, 'k')
})

t.test('a signer elsewhere signs, and this process never holds its key', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { sign } = await import('node:crypto')
  const key = prepareSigningKey({
    kid: 'kms-1',
    algorithm: 'EdDSA',
    publicKey,
    sign: async (data) => sign(null, data, privateKey),
  })
  const signature = await key.sign('a.b')
  const verification = prepareVerificationKey({ ...key.publicJwk })
  t.ok(verification.verify('EdDSA', 'a.b', Buffer.from(signature, 'base64url')))
  t.equal(verification.kid, 'kms-1')
  t.notOk(JSON.stringify(key).includes((privateKey.export({ format: 'jwk' }) as Jwk).d as string))
})

t.test('shared secrets have no key pairs', async (t) => {
  await t.rejects(generatePrivateJwk('HS256'), invalid)
  const { n } = await generatePrivateJwk('PS256')
  t.equal(Buffer.from(n as string, 'base64url').byteLength, 384, 'RSA keys have 3072 bits')
})
