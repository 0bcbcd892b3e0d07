import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { generatePrivateJwk, type JsonObject, prepareSigningKey } from '@latchkey/tokens'
import t, { type Test } from 'tap'
import { call } from './fixtures/call.js'
import { build } from './fixtures/shop.js'

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token of the shop, as its API issues them. */
async function issue(subject = 'u1') {
  const app = await build()
  await app.ready()
  const token = await app.tokens.issue(subject, { scopes: ['orders:read'] })
  await app.close()
  return token
}

/** Another issuer, with a key of its own and nothing else. */
async function startIssuer(t: Test) {
  const jwk = await generatePrivateJwk('ES256')
  const key = prepareSigningKey(jwk)
  const server = createServer((request, response) => {
    const body = request.url?.endsWith('jwks')
      ? { keys: [key.publicJwk] }
      : { issuer, jwks_uri: `${issuer}/jwks` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  async function sign(claims: JsonObject = {}, typ = 'at+jwt'): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const header = part({ alg: 'ES256', kid: key.kid, typ })
    const known = { iss: issuer, sub: 'u9', aud: 'api', iat: now, exp: now + 60, jti: 'j1' }
    const input = `${header}.${part({ ...known, client_id: 'c1', ...claims })}`
    return `${input}.${await key.sign(input)}`
  }
  return { issuer, jwks: { keys: [key.publicJwk] }, sign, server }
}

t.test('a token is decoded, and not believed', async (t) => {
  const payload = { sub: 'u1', exp: 1_700_000_000.5, iat: 'soon', nbf: 1e15 }
  const token = `${part({ alg: 'none' })}.${part(payload)}.x`
  const { code, out, err } = await call(['tokens', 'decode'], { piped: `${token}\n` })
  t.equal(code, 0)
  t.match(out, 'header {\n  "alg": "none"\n}')
  t.match(out, /\n\nexp {8}2023-11-14T22:13:20Z\n$/)
  t.match(err, 'Not verified')
  t.notMatch(out + err, token)
  const json = await call(['tokens', 'decode', '--json'], { piped: token })
  t.same(JSON.parse(json.out), { header: { alg: 'none' }, payload, verified: false })
})

t.test('a token that is typed is not echoed', async (t) => {
  const token = `${part({ alg: 'none' })}.${part({})}.`
  const { code, err, modes } = await call(['tokens', 'decode'], { typed: `x\u007f${token}\r` })
  t.equal(code, 0)
  t.match(err, 'Token: \n')
  t.same(modes, [true, false], 'the terminal is raw while it is typed')
  const broken = await call(['tokens', 'decode'], { typed: 'eyJ\u0003' })
  t.equal(broken.code, 1)
  t.match(broken.err, 'Broken off')
  const ended = await call(['tokens', 'decode'], { typed: 'eyJ' })
  t.equal(ended.code, 1, 'the terminal was closed')
})

t.test('what cannot be decoded is refused', async (t) => {
  const rows: [string, string, number, RegExp][] = [
    ['nothing', '', 2, /no token was given/],
    ['something opaque', 'abc', 1, /opaque tokens/],
    ['an encrypted one', 'a.b.c.d.e', 1, /it is encrypted/],
    ['no base64url', '*.*.*', 1, /no JWT/],
    ['no JSON', `${Buffer.from('x').toString('base64url')}.e30.x`, 1, /no JWT/],
    ['too much', 'x'.repeat(1_048_577), 2, /too long/],
  ]
  for (const [what, piped, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['tokens', 'decode'], { piped })
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})

t.test('an application verifies its tokens, and knows which are revoked', async (t) => {
  const { accessToken, jti } = await issue()
  const good = await call(['tokens', 'verify'], { piped: accessToken })
  t.equal(good.code, 0)
  t.match(good.out, /^VALID\nsubject +u1\nissuer +https:\/\/shop.example\n/)
  t.match(good.out, /scopes +orders:read\n/)
  const json = await call(['tokens', 'verify', '--json', '--name', 'jwt'], { piped: accessToken })
  t.match(JSON.parse(json.out), {
    valid: true,
    identity: { subject: 'u1', scopes: ['orders:read'], credentialId: jti },
  })
  const revoked = await call(['tokens', 'revoke', '--stdin', '--yes'], { piped: accessToken })
  t.equal(revoked.out, `Revoked the token "${jti}".\n`)
  t.notMatch(revoked.out + revoked.err, accessToken)
  const bad = await call(['tokens', 'verify'], { piped: accessToken })
  t.equal(bad.code, 1)
  t.equal(bad.out, 'NOT VALID: revoked-token\n')
  const none = await call(['tokens', 'verify', '--json'], { piped: 'opaque' })
  t.same(JSON.parse(none.out), { valid: false, reason: 'malformed' })
})

t.test('everything of a subject is revoked in one go, and grants by their id', async (t) => {
  const { accessToken } = await issue('u2')
  const argv = ['tokens', 'revoke', '--subject', 'u2', '--issuer', 'https://shop.example']
  const blind = await call(argv)
  t.equal(blind.code, 2)
  t.match(blind.err, 'Cannot revoke every token of the subject "u2"')
  const { out } = await call([...argv, '--reason', 'left', '--json'], { typed: 'y\n' })
  t.same(JSON.parse(out), { revoked: { subject: 'u2' } })
  const bad = await call(['tokens', 'verify'], { piped: accessToken })
  t.equal(bad.out, 'NOT VALID: revoked-subject\n')
  const unknown = await call(['tokens', 'revoke', '--grant', 'nothing', '--yes'])
  t.equal(unknown.code, 1)
  t.match(unknown.err, 'There is no grant "nothing"')
})

t.test('a grant is revoked by its id', async (t) => {
  const env = { LATCHKEY_APP: 'managed.js' }
  const { code, out } = await call(['tokens', 'revoke', '--grant', 'g1', '--yes'], { env })
  t.equal(code, 0)
  t.equal(out, 'Revoked the grant "g1".\n')
})

t.test('what cannot be revoked or verified is refused', async (t) => {
  const unnamed = `${part({ alg: 'none' })}.${part({})}.x`
  const bare = { LATCHKEY_APP: 'bare.js' }
  const rows: [string, string[], object, number, RegExp][] = [
    ['nothing named', ['revoke'], {}, 2, /exactly one of --jti/],
    ['two named', ['revoke', '--jti', 'a', '--kid', 'b'], {}, 2, /exactly one of --jti/],
    ['a token without jti', ['revoke', '--stdin'], { piped: unnamed }, 1, /has no "jti"/],
    [
      'no room',
      ['revoke', '--jti', 'a', '--yes'],
      { env: bare },
      3,
      /not registered @latchkey.jwt/,
    ],
    ['nothing to verify with', ['verify'], { piped: unnamed, env: bare }, 3, /nothing that verif/],
    ['both', ['verify', '--app', 'x', '--issuer', 'y'], {}, 2, /either --app or --issuer/],
    ['neither', ['verify'], { env: {} }, 2, /--app is missing/],
  ]
  for (const [what, argv, options, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(['tokens', ...argv], options)
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
})

t.test('an issuer is enough to verify by', async (t) => {
  const { issuer, jwks, sign, server } = await startIssuer(t)
  const folder = t.testdir({ 'jwks.json': JSON.stringify(jwks) })
  const argv = ['tokens', 'verify', '--issuer', issuer]
  const api = [...argv, '--audience', 'api']
  const good = await call([...api, '--alg', 'ES256'], { piped: await sign() })
  t.equal(good.err, '')
  t.match(good.out, /^VALID\nsubject +u9\n/)
  const any = await call([...argv, '--any-audience', '--any-type'], {
    piped: await sign({ aud: 'other' }, 'JWT'),
  })
  t.equal(any.code, 0)
  const byFile = await call([...api, '--jwks', join(folder, 'jwks.json')], { piped: await sign() })
  t.equal(byFile.code, 0)
  const other = await call(api, { piped: await sign({ aud: 'other' }) })
  t.equal(other.code, 1)
  t.equal(other.out, 'NOT VALID: audience\n')
  const rows: [string, string[], number, RegExp][] = [
    ['no audience', argv, 2, /--audience is missing/],
    ['a strange algorithm', [...api, '--alg', 'HS256'], 2, /Cannot read --alg/],
    ['no key set', [...api, '--jwks', 'nothing.json'], 2, /it is no JWK set/],
    ['a strange issuer', ['tokens', 'verify', '--issuer', 'x', '--any-audience'], 1, /./],
  ]
  for (const [what, row, code, message] of rows) {
    await t.test(what, async (t) => {
      const result = await call(row, { piped: 'e30.e30.x' })
      t.equal(result.code, code)
      t.equal(result.out, '')
      t.match(result.err, message)
    })
  }
  const token = await sign()
  await new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  const down = await call(api, { piped: token })
  t.equal(down.code, 3)
  t.match(down.err, 'Cannot verify: keys is not there')
})
