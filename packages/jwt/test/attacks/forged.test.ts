import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { prepareSharedSecret, randomBase64url } from '@latchkey/tokens'
import t from 'tap'
import { createApp, me, trusting } from '../support/app.js'
import { audience, createIssuer, encode, goodClaims, issuer } from '../support/issuer.js'

const now = Math.floor(Date.now() / 1000)

/** Every row is a token that must not pass: what is wrong with it, and the token. */
async function forge(): Promise<{
  trusted: Awaited<ReturnType<typeof createIssuer>>
  rows: (readonly [string, string])[]
}> {
  const trusted = await createIssuer()
  const [stranger, edwards] = [await createIssuer(), await createIssuer('EdDSA')]
  const { kid, publicJwk } = trusted
  const good = goodClaims()
  const header = { alg: 'ES256', typ: 'at+jwt', kid }
  const token = trusted.token()
  const [head = '', body = '', signature = ''] = token.split('.')
  const turn = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  const without = (name: string) => trusted.token({ [name]: undefined })
  const unsigned = (alg: string) => `${encode({ ...header, alg })}.${encode(good)}.`
  const hmac = (key: string | Buffer, alg = 'HS256') => {
    const input = `${encode({ ...header, alg })}.${encode(good)}`
    return `${input}.${createHmac(`sha${alg.slice(2)}`, key)
      .update(input)
      .digest('base64url')}`
  }
  const pem = createPublicKey({ key: publicJwk as never, format: 'jwk' })
  const spki = pem.export({ type: 'spki', format: 'pem' }) as string
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const foreignJwk = { ...stranger.publicJwk, kid }
  const secret = prepareSharedSecret(randomBase64url(32), { algorithm: 'HS256' })
  const shared = `${encode({ ...header, alg: 'HS256' })}.${encode(good)}`

  const rows: (readonly [string, string])[] = [
    // Unsigned
    ['alg none', unsigned('none')],
    ['alg None', unsigned('None')],
    ['alg NONE', unsigned('NONE')],
    ['alg nOnE', unsigned('nOnE')],
    ['alg none with a signature', `${encode({ ...header, alg: 'none' })}.${body}.${signature}`],
    ['alg empty', unsigned('')],
    ['alg missing', trusted.sign({ ...header, alg: undefined }, good)],
    ['alg null', trusted.sign({ ...header, alg: null }, good)],
    ['alg a list', trusted.sign({ ...header, alg: ['ES256'] }, good)],
    ['alg inherited', trusted.sign({ ...header, alg: 'hasOwnProperty' }, good)],
    ['signature missing', `${head}.${body}.`],
    ['signature and dot missing', `${head}.${body}`],
    ['signature all zero', `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`],
    // Confusion of algorithms
    ['HS256 with the public key as PEM', hmac(spki)],
    ['HS256 with the public key as PEM without its last line break', hmac(spki.trim())],
    ['HS256 with the public key as DER', hmac(pem.export({ type: 'spki', format: 'der' }))],
    ['HS256 with the public JWK as JSON', hmac(JSON.stringify(publicJwk))],
    ['HS256 with the coordinate x', hmac(Buffer.from(publicJwk.x as string, 'base64url'))],
    ['HS256 with an empty key', hmac('')],
    ['HS384 with the public key', hmac(spki, 'HS384')],
    ['HS512 with the public key', hmac(spki, 'HS512')],
    ['HS256 with a secret', `${shared}.${secret.signing.sign(shared)}`],
    ['alg in lower case', trusted.token({}, { alg: 'es256' })],
    ['alg ES384 with the key of ES256', trusted.token({}, { alg: 'ES384' })],
    ['alg RS256 with the key of ES256', trusted.token({}, { alg: 'RS256' })],
    ['alg EdDSA of somebody else', edwards.token({}, { kid })],
    ['alg that is not allowed', edwards.token()],
    ['alg ES256K', trusted.token({}, { alg: 'ES256K' })],
    ['an encryption algorithm', trusted.token({}, { alg: 'RSA1_5', enc: 'A128GCM' })],
    // Keys that the token brings along
    ['an embedded key', stranger.token({}, { jwk: stranger.publicJwk })],
    ['an embedded key under the trusted name', stranger.token({}, { kid, jwk: foreignJwk })],
    ['jku', stranger.token({}, { jku: 'https://evil.example/jwks' })],
    ['jku under the trusted name', stranger.token({}, { kid, jku: 'https://evil.example/jwks' })],
    ['x5u', stranger.token({}, { kid, x5u: 'https://evil.example/cert' })],
    ['x5c', stranger.token({}, { kid, x5c: ['MIIB'] })],
    ['another key under the trusted name', stranger.token({}, { kid })],
    ['another key under its own name', stranger.token()],
    ['another key without a name', stranger.token({}, { kid: undefined })],
    ['RSA key, alg ES256', `${shared}.${rsa.publicKey.export({ format: 'jwk' }).n}`],
    // Names of keys
    ['kid of a path', stranger.token({}, { kid: '../../../../dev/null' })],
    ['kid of SQL', stranger.token({}, { kid: "' OR 1=1 --" })],
    ['kid __proto__', stranger.token({}, { kid: '__proto__' })],
    ['kid constructor', stranger.token({}, { kid: 'constructor' })],
    ['kid empty', stranger.token({}, { kid: '' })],
    ['kid a number', trusted.token({}, { kid: 0 })],
    ['kid a list', trusted.token({}, { kid: [kid] })],
    ['kid null', trusted.token({}, { kid: null })],
    ['kid unknown', trusted.token({}, { kid: 'other' })],
    // Headers
    ['an unknown critical extension', trusted.token({}, { crit: ['exp2'], exp2: 1 })],
    ['a critical extension of RFC 7797', trusted.token({}, { crit: ['b64'], b64: true })],
    ['an unencoded payload', trusted.token({}, { b64: false })],
    ['crit empty', trusted.token({}, { crit: [] })],
    ['crit a text', trusted.token({}, { crit: 'exp' })],
    ['typ missing', trusted.token({}, { typ: undefined })],
    ['typ JWT', trusted.token({}, { typ: 'JWT' })],
    ['typ of a logout token', trusted.token({}, { typ: 'logout+jwt' })],
    ['typ of a DPoP proof', trusted.token({}, { typ: 'dpop+jwt' })],
    ['typ of a security event', trusted.token({}, { typ: 'secevent+jwt' })],
    ['typ of a request object', trusted.token({}, { typ: 'oauth-authz-req+jwt' })],
    ['typ of a device-bound session', trusted.token({}, { typ: 'dbsc+jwt' })],
    ['typ a list', trusted.token({}, { typ: ['at+jwt'] })],
    ['typ with a longer name', trusted.token({}, { typ: 'at+jwt+more' })],
    ['header a list', trusted.sign([header], good)],
    ['header null', trusted.sign('null', good)],
    ['header no JSON', trusted.sign('{"alg":"ES256"', good)],
    [
      'header with a doubled alg',
      trusted.sign(`{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"${kid}"}`, good),
    ],
    [
      'header with a doubled kid',
      trusted.sign(`{"alg":"ES256","typ":"at+jwt","kid":"x","kid":"${kid}"}`, good),
    ],
    [
      'header with __proto__',
      trusted.sign(`{"alg":"ES256","typ":"at+jwt","__proto__":{"kid":"${kid}"}}`, good),
    ],
    // Encoding
    ['padding in the header', `${head}=.${body}.${signature}`],
    ['padding in the payload', `${head}.${body}==.${signature}`],
    ['padding in the signature', `${token}==`],
    ['unused bits of the signature set', `${token.slice(0, -1)}${nextCharacter(token)}`],
    ['the other alphabet', `${head}.${body}.${signature.slice(0, -2)}+/`],
    ['a space inside', `${head} .${body}.${signature}`],
    ['a space behind', `${token} x`],
    ['a zero byte', `${head}.${body}%00.${signature}`],
    ['a dot more', `${token}.`],
    ['a part more', `${token}.${signature}`],
    ['a part less', `${body}.${signature}`],
    ['an encrypted token', `${head}.${body}.${body}.${body}.${signature}`],
    ['JSON serialization', encode({ payload: body, signatures: [{ protected: head, signature }] })],
    ['text', 'token'],
    ['dots', '..'],
    ['nested', trusted.sign({ ...header, cty: 'JWT' }, token)],
    ['nested in a text', trusted.sign(header, JSON.stringify(token))],
    ['oversized', trusted.token({ more: 'x'.repeat(8192) })],
    // Changed after signing
    ['a changed header', `${encode({ ...header, cty: 'x' })}.${body}.${signature}`],
    ['a changed payload', `${head}.${encode({ ...good, sub: 'admin' })}.${signature}`],
    ['a changed first character of the signature', `${head}.${body}.${turn(signature, 0)}`],
    ['a signature cut short', `${head}.${body}.${signature.slice(0, -4)}`],
    ['a signature made longer', `${token}AAAA`],
    ['the signature in DER', `${head}.${body}.${toDer(signature)}`],
    ['the signature of another token', `${head}.${encode(good)}.${trusted.token().split('.')[2]}`],
    // Payload
    ['payload empty', trusted.sign(header, '')],
    ['payload text', trusted.sign(header, 'claims')],
    ['payload a list', trusted.sign(header, [good])],
    ['payload null', trusted.sign(header, 'null')],
    [
      'payload no UTF-8',
      trusted.sign(header, Buffer.from([0x7b, 0x22, 0xff, 0x22]).toString('latin1')),
    ],
    ['a doubled sub', trusted.sign(header, JSON.stringify(good).replace('{', '{"sub":"admin",'))],
    [
      'a doubled exp',
      trusted.sign(header, JSON.stringify(good).replace('{', '{"exp":9999999999,')),
    ],
    [
      '__proto__',
      trusted.sign(header, JSON.stringify(good).replace('{', '{"__proto__":{"sub":"admin"},')),
    ],
    [
      'very deep',
      trusted.sign(
        header,
        JSON.stringify(good).replace('{', `{"x":${'['.repeat(500)}${']'.repeat(500)},`),
      ),
    ],
    // Times
    ['exp missing', without('exp')],
    ['exp past', trusted.token({ exp: now - 10 })],
    ['exp as text', trusted.token({ exp: '9999999999' })],
    ['exp null', trusted.token({ exp: null })],
    ['exp true', trusted.token({ exp: true })],
    ['exp a list', trusted.token({ exp: [now + 600] })],
    ['exp negative', trusted.token({ exp: -1 })],
    ['exp endless', trusted.sign(header, JSON.stringify(good).replace(/"exp":\d+/, '"exp":1e999'))],
    ['nbf ahead', trusted.token({ nbf: now + 60 })],
    ['nbf as text', trusted.token({ nbf: String(now) })],
    ['iat ahead', trusted.token({ iat: now + 60 })],
    ['iat as text', trusted.token({ iat: String(now) })],
    ['iat missing', without('iat')],
    // Whose and for whom
    ['iss missing', without('iss')],
    ['iss of somebody else', trusted.token({ iss: 'https://evil.example' })],
    ['iss with a slash more', trusted.token({ iss: `${issuer}/` })],
    ['iss in capitals', trusted.token({ iss: issuer.toUpperCase() })],
    ['iss a list', trusted.token({ iss: [issuer] })],
    ['aud missing', without('aud')],
    ['aud of another API', trusted.token({ aud: 'https://other.example.com' })],
    ['aud that begins alike', trusted.token({ aud: `${audience}.evil.example` })],
    ['aud empty', trusted.token({ aud: [] })],
    ['aud an object', trusted.token({ aud: {} })],
    ['aud a list with a number', trusted.token({ aud: [audience, 1] })],
    ['sub missing', without('sub')],
    ['sub empty', trusted.token({ sub: '' })],
    ['sub a list', trusted.token({ sub: [] })],
    ['sub a number', trusted.token({ sub: 1 })],
    ['jti missing', without('jti')],
    ['jti a number', trusted.token({ jti: 1 })],
    ['client_id missing', without('client_id')],
    ['client_id an object', trusted.token({ client_id: {} })],
    ['scope a number', trusted.token({ scope: 1 })],
    ['scope a list', trusted.token({ scope: ['admin'] })],
    ['roles a text', trusted.token({ roles: 'admin' })],
    ['roles with a number', trusted.token({ roles: [1] })],
    ['amr a text', trusted.token({ amr: 'pwd' })],
    ['acr a number', trusted.token({ acr: 1 })],
    ['auth_time as text', trusted.token({ auth_time: '1' })],
    ['auth_time an hour ahead', trusted.token({ auth_time: now + 3600 })],
    ['act a text', trusted.token({ act: 'admin' })],
    ['act without sub', trusted.token({ act: { act: { sub: 'x' } } })],
    ['sid a number', trusted.token({ sid: 1 })],
    // Bound to what nobody proves
    ['cnf a text', trusted.token({ cnf: 'x' })],
    ['cnf empty', trusted.token({ cnf: {} })],
    ['cnf null', trusted.token({ cnf: null })],
    ['bound to a DPoP key', trusted.token({ cnf: { jkt: 'x' } })],
    ['bound to a DPoP key that is a number', trusted.token({ cnf: { jkt: 1 } })],
    ['bound to a certificate', trusted.token({ cnf: { 'x5t#S256': 'x' } })],
    ['bound to a certificate that is a number', trusted.token({ cnf: { 'x5t#S256': 1 } })],
    ['bound to something unknown', trusted.token({ cnf: { jwk: stranger.publicJwk } })],
    ['lives longer than revocations are remembered', trusted.token({ exp: now + 90_000 })],
  ]
  return { trusted, rows }
}

/** A last character that decodes to the same bytes, but is not what encoding gives. */
function nextCharacter(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(text.at(-1) as string) + 1] as string
}

function toDer(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url')
  const integer = (part: Buffer) => {
    const value =
      part[0] === undefined || part[0] < 128 ? part : Buffer.concat([Buffer.alloc(1), part])
    return Buffer.concat([Buffer.from([2, value.length]), value])
  }
  const body = Buffer.concat([integer(bytes.subarray(0, 32)), integer(bytes.subarray(32))])
  return Buffer.concat([Buffer.from([0x30, body.length]), body]).toString('base64url')
}

t.test('no forged or wrong token passes, and all are answered alike', async (t) => {
  const { trusted, rows } = await forge()
  const { memoryStore } = await import('@latchkey/store')
  const app = await createApp(t, { ...trusting(trusted), store: memoryStore() })
  const good = trusted.token()
  t.ok(rows.length >= 80, `${rows.length} tokens`)
  t.equal(new Set(rows.map(([what]) => what)).size, rows.length)
  const expected = {
    statusCode: 401,
    code: 'LATCHKEY_IDENTITY_REFUSED',
    error: 'Unauthorized',
    message: 'The credential was refused',
  }
  for (const [what, token] of rows) {
    for (const attempt of ['first', 'second']) {
      const response = await me(app, token)
      t.equal(response.statusCode, 401, `${what}, ${attempt} time`)
      t.same(response.json(), expected, what)
      t.match(
        String(response.headers['www-authenticate']),
        /^(Bearer|DPoP) realm="api", error="invalid_token", error_description="The access token is not valid"$/,
        what,
      )
      t.equal(response.headers['cache-control'], 'no-store')
    }
    t.equal((await me(app, good)).statusCode, 200, `a good token still passes after: ${what}`)
  }
  t.equal(Reflect.get({}, 'sub'), undefined, 'no prototype was touched')
})

t.test('with several issuers each is held to its own keys and rules', async (t) => {
  const [one, two] = [await createIssuer(), await createIssuer('EdDSA')]
  const other = 'https://partner.example'
  const app = await createApp(t, {
    issuers: [
      { ...trustingOne(one), audience: [audience] },
      {
        issuer: other,
        audience: 'partner-api',
        algorithms: ['EdDSA'],
        keys: { jwks: { keys: [two.publicJwk] } },
      },
    ],
  })
  const partner = { iss: other, aud: 'partner-api' }
  t.equal((await me(app, one.token())).json().issuer, issuer)
  t.equal((await me(app, two.token(partner))).json().issuer, other)
  const rows: [string, string][] = [
    ['signed by the other issuer', two.token()],
    ['signed by the other issuer under this one’s key name', two.token({}, { kid: one.kid })],
    ['in the other issuer’s name', one.token(partner)],
    ['the other issuer’s audience', two.token({ iss: other })],
    ['this issuer with the other’s algorithm', two.token({}, { kid: one.kid, alg: 'EdDSA' })],
    ['an issuer that is not trusted', one.token({ iss: 'https://evil.example' })],
    ['an issuer that is inherited', one.token({ iss: '__proto__' })],
    ['no issuer', one.token({ iss: undefined })],
    ['no claims', one.sign({ alg: 'ES256', typ: 'at+jwt', kid: one.kid }, 'text')],
  ]
  for (const [what, token] of rows) t.equal((await me(app, token)).statusCode, 401, what)
})

function trustingOne(test: Awaited<ReturnType<typeof createIssuer>>) {
  const { keys, algorithms } = {
    keys: { jwks: { keys: [test.publicJwk] } },
    algorithms: ['ES256' as const],
  }
  return { issuer, audience, keys, algorithms }
}

t.test('in the looser profile other kinds of token are refused by what they hold', async (t) => {
  const trusted = await createIssuer()
  const app = await createApp(t, { ...trusting(trusted), profile: 'jwt' })
  const header = { typ: 'JWT' }
  const simple = { client_id: undefined, jti: undefined, iat: undefined, scope: undefined }
  t.equal((await me(app, trusted.token(simple, header))).statusCode, 200)
  t.equal((await me(app, trusted.token(simple, { typ: undefined }))).statusCode, 200)
  t.equal((await me(app, trusted.token())).statusCode, 200, 'access tokens of RFC 9068 too')
  const rows: [string, string][] = [
    ['an id token with a nonce', trusted.token({ nonce: 'n' }, header)],
    ['an id token with at_hash', trusted.token({ at_hash: 'x' }, header)],
    ['an id token with c_hash', trusted.token({ c_hash: 'x' }, header)],
    ['a logout token', trusted.token({ events: {} }, header)],
    ['a security event', trusted.token({ sub_id: {} }, header)],
    ['an id token by "typ"', trusted.token({ typ: 'ID' }, header)],
    ['a refresh token by "typ"', trusted.token({ typ: 'Refresh' }, header)],
    ['an offline token by "typ"', trusted.token({ typ: 'Offline' }, header)],
    ['a refresh token in small letters', trusted.token({ typ: 'refresh' }, header)],
    ['a refresh token by "token_use"', trusted.token({ token_use: 'REFRESH' }, header)],
    ['an id token by "token_use"', trusted.token({ token_use: 'id' }, header)],
    ['a logout token by its header', trusted.token(simple, { typ: 'logout+jwt' })],
    ['no subject', trusted.token({ sub: undefined }, header)],
  ]
  for (const [what, token] of rows) t.equal((await me(app, token)).statusCode, 401, what)
})
