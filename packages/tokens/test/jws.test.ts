import t from 'tap'
import {
  type Algorithm,
  algorithms,
  generatePrivateJwk,
  isAlgorithm,
  isSignedBy,
  isSymmetric,
  parseJws,
  parseJwsClaims,
  parsePublicJwk,
  parseSecretJwk,
  prepareJwsSerializer,
  prepareSharedSecret,
  prepareSigningKey,
  prepareVerificationKey,
  randomBase64url,
  type VerificationKey,
} from '../src/index.js'
import { encode } from './support/fake-key.js'
import { signed, unsecured } from './vectors/rfc.js'

for (const [name, jwk, token] of signed) {
  t.test(`${name} verifies, and nothing changed does`, async (t) => {
    const key = (jwk.kty === 'oct' ? parseSecretJwk(jwk) : parsePublicJwk(jwk)) as VerificationKey
    const jws = parseJws(token)
    if (typeof jws === 'string') return t.fail(jws)
    t.ok(isSignedBy(jws, key))
    t.notOk(isSignedBy({ ...jws, signingInput: `${jws.signingInput}A` }, key))
    t.notOk(isSignedBy({ ...jws, signature: jws.signature.subarray(1) }, key))
    const turned = Buffer.from(jws.signature)
    turned.writeUInt8(turned.readUInt8(0) ^ 1, 0)
    t.notOk(isSignedBy({ ...jws, signature: turned }, key))
  })
}

t.test('the unsecured example of RFC 7515 A.5 is refused', async (t) => {
  t.equal(parseJws(unsecured), 'algorithm')
})

t.test('every algorithm signs what it verifies, and no other does', async (t) => {
  const names = Object.keys(algorithms) as Algorithm[]
  const secret = randomBase64url(64)
  for (const algorithm of names) {
    const jwk = isSymmetric(algorithm) ? null : await generatePrivateJwk(algorithm)
    const pair = jwk
      ? { signing: prepareSigningKey(jwk), verification: prepareVerificationKey(jwk) }
      : prepareSharedSecret(secret, { algorithm })
    const token = await prepareJwsSerializer(pair.signing, 'JWT')({ sub: 'u1' })
    const jws = parseJws(token)
    if (typeof jws === 'string') return t.fail(jws)
    t.equal(jws.header.alg, algorithm)
    t.equal(jws.header.kid, pair.signing.kid)
    t.same(parseJwsClaims(jws), { sub: 'u1' })
    t.ok(isSignedBy(jws, pair.verification), algorithm)
    const same = algorithms[algorithm].family === 'eddsa' ? ['EdDSA', 'Ed25519'] : [algorithm]
    t.same(
      names.filter((name) => pair.verification.algorithms.has(name)),
      same,
    )
    for (const other of names.filter((name) => !same.includes(name))) {
      const { signingInput, signature } = jws
      t.notOk(pair.verification.verify(other, signingInput, signature), `${algorithm} ${other}`)
    }
  }
})

t.test('a token of another shape is refused with the reason', async (t) => {
  const ok = encode({ alg: 'ES256' })
  const rows: [string, string, string][] = [
    ['empty', '', 'malformed'],
    ['one part', ok, 'malformed'],
    ['two parts', `${ok}.e30`, 'malformed'],
    ['four parts', `${ok}.e30.AA.AA`, 'malformed'],
    ['five parts, as encrypted tokens have', `${ok}.AA.AA.AA.AA`, 'malformed'],
    ['no header', '.e30.AA', 'malformed'],
    ['no signature', `${ok}.e30.`, 'malformed'],
    ['too long', `${ok}.${'e30'.repeat(4000)}.AA`, 'oversized'],
    ['padding in the header', `${ok}=.e30.AA`, 'malformed-header'],
    ['padding in the payload', `${ok}.e30=.AA`, 'malformed'],
    ['padding in the signature', `${ok}.e30.AA==`, 'malformed'],
    ['the other alphabet', `${ok}.e30.+/AA`, 'malformed'],
    ['a space', `${ok}.e30.A A`, 'malformed'],
    ['a line break', `${ok}.e30.AA\n`, 'malformed'],
    ['unused bits that are set', `${ok}.e30.AB`, 'malformed'],
    ['a length that no bytes have', `${ok}.e30.AAAAA`, 'malformed'],
    ['a header that is no JSON', `${encode('{')}.e30.AA`, 'malformed-header'],
    ['a header that is an array', `${encode('[]')}.e30.AA`, 'malformed-header'],
    ['a header that is null', `${encode('null')}.e30.AA`, 'malformed-header'],
    [
      'a header that is no UTF-8',
      `${Buffer.from([0x7b, 0xff]).toString('base64url')}.e30.AA`,
      'malformed-header',
    ],
    ['a doubled member', `${encode('{"alg":"ES256","alg":"none"}')}.e30.AA`, 'malformed-header'],
    [
      'a doubled member, escaped',
      `${encode('{"alg":"ES256","\\u0061lg":"ES256"}')}.e30.AA`,
      'malformed-header',
    ],
    ['no alg', `${encode({})}.e30.AA`, 'algorithm'],
    ['alg none', `${encode({ alg: 'none' })}.e30.AA`, 'algorithm'],
    ['alg in lower case', `${encode({ alg: 'es256' })}.e30.AA`, 'algorithm'],
    ['alg that is inherited', `${encode({ alg: 'constructor' })}.e30.AA`, 'algorithm'],
    ['alg that is a list', `${encode({ alg: ['ES256'] })}.e30.AA`, 'algorithm'],
    ['alg that is null', `${encode({ alg: null })}.e30.AA`, 'algorithm'],
    ['kid that is a number', `${encode({ alg: 'ES256', kid: 1 })}.e30.AA`, 'malformed-header'],
    ['typ that is a list', `${encode({ alg: 'ES256', typ: [] })}.e30.AA`, 'malformed-header'],
    [
      'an extension',
      `${encode({ alg: 'ES256', crit: ['x'], x: 1 })}.e30.AA`,
      'unknown-critical-header',
    ],
    ['an empty crit', `${encode({ alg: 'ES256', crit: [] })}.e30.AA`, 'unknown-critical-header'],
    [
      'an unencoded payload',
      `${encode({ alg: 'ES256', b64: false })}.e30.AA`,
      'unknown-critical-header',
    ],
  ]
  for (const [what, text, reason] of rows) t.equal(parseJws(text), reason, what)
})

t.test('typ compares as media types do', async (t) => {
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt']) {
    const jws = parseJws(`${encode({ alg: 'ES256', typ })}.e30.AA`)
    if (typeof jws === 'string') return t.fail(jws)
    t.equal(jws.header.typ, 'at+jwt')
  }
})

t.test('headers are remembered, and ever new ones do not pile up', async (t) => {
  const text = `${encode({ alg: 'ES256', kid: 'same' })}.e30.AA`
  const [first, second] = [parseJws(text), parseJws(text)]
  if (typeof first === 'string' || typeof second === 'string') return t.fail('refused')
  t.equal(first.header, second.header)
  for (let index = 0; index < 200; index += 1) {
    parseJws(`${encode({ alg: 'ES256', kid: `k${index}` })}.e30.AA`)
  }
  const third = parseJws(text)
  if (typeof third === 'string') return t.fail('refused')
  t.not(third.header, first.header, 'forgotten meanwhile')
  t.same(third.header, first.header)
  const long = `${encode({ alg: 'ES256', kid: 'x'.repeat(300) })}.e30.AA`
  const [once, again] = [parseJws(long), parseJws(long)]
  if (typeof once === 'string' || typeof again === 'string') return t.fail('refused')
  t.not(once.header, again.header, 'long ones are not remembered')
})

t.test('a payload that is no strict JSON object gives no claims', async (t) => {
  const rows: [string, string][] = [
    ['text', 'foo'],
    ['an array', '[1]'],
    ['a doubled member', '{"sub":"a","sub":"b"}'],
    ['a doubled member inside', '{"a":{"b":1,"b":2}}'],
    ['a doubled member inside a list', '{"a":[{"b":1,"b":2}]}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ inside, escaped', '{"a":[{"__pr\\u006fto__":1}]}'],
    ['32 levels within one', `{"a":${'['.repeat(33)}${']'.repeat(33)}}`],
  ]
  for (const [what, payload] of rows) {
    const jws = parseJws(`${encode({ alg: 'ES256' })}.${encode(payload)}.AA`)
    if (typeof jws === 'string') return t.fail(jws)
    t.equal(parseJwsClaims(jws), null, what)
  }
  t.equal(({} as { admin?: true }).admin, undefined)
})

t.test('JSON with colons, quotes and escapes in its texts is read right', async (t) => {
  const claims = {
    'a:b': ':"\\',
    '"': '"":',
    '\\"': ['\\', '\\\\":'],
    'tab\t': { nested: [{ x: null }, { x: true }] },
    empty: {},
    __proto_: 'é"\u0000',
  }
  const text = JSON.stringify(claims, null, 2)
  const jws = parseJws(`${encode({ alg: 'ES256' })}.${encode(text)}.AA`)
  if (typeof jws === 'string') return t.fail(jws)
  t.same(parseJwsClaims(jws), claims)
})

t.test('a name of an algorithm is one letter by letter', async (t) => {
  t.ok(isAlgorithm('RS256'))
  for (const name of ['rs256', 'none', '', 'toString', 1, null, undefined]) {
    t.notOk(isAlgorithm(name))
  }
})
