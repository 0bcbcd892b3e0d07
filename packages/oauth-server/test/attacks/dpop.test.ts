import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import t from 'tap'
import { answerOf, approve, authorizeUrl, createBrowser } from '../fixtures/browser.js'
import { hashOf, makeKey, makeProof } from '../fixtures/jwt.js'
import { startProvider } from '../fixtures/openid.js'
import { clients, issuer, startServer } from '../fixtures/server.js'
import {
  basic,
  claimsOf,
  type Form,
  introspect,
  obtainCode,
  postForm,
  redemption,
  spoil,
} from '../fixtures/tokens.js'

const at = 1_800_000_000
const credentials = { grant_type: 'client_credentials' }

type App = Awaited<ReturnType<typeof startServer>>['app']

const send = (app: App, proof: string | null, form: Form = credentials, client = 'service') =>
  postForm(app, '/token', form, {
    authorization: basic(client),
    ...(proof === null ? {} : { dpop: proof }),
  })

t.test('a proof binds the token to its key', async (t) => {
  const { app } = await startServer()
  const key = await makeKey()
  const response = await send(app, await makeProof(key))
  t.equal(response.statusCode, 200)
  t.equal(response.json().token_type, 'DPoP')
  const { cnf } = claimsOf(response.json().access_token) as { cnf: { jkt: string } }
  t.match(cnf.jkt, /^[\w-]{43}$/)
  t.match(await introspect(app, response.json().access_token, 'service'), {
    active: true,
    token_type: 'DPoP',
    cnf,
  })
})

t.test('a proof that is wrong is refused, and nothing is issued', async (t) => {
  const { app } = await startServer()
  const key = await makeKey()
  const other = await makeKey()
  const rsa = await makeKey('RS384')
  const secret = new TextEncoder().encode('x'.repeat(32))
  const good = await makeProof(key)
  const { exportJWK } = await import('jose')
  const privateJwk = await exportJWK(key.key)
  const hs = new SignJWT({ jti: 'x', htm: 'POST', htu: `${issuer}/token`, iat: at })
    .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: 'eA' } as never })
    .sign(secret)
  const none = `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: key.jwk })).toString('base64url')}.e30.`
  for (const [line, what, proof] of [
    ['J114', 'no typ', await makeProof(key, {}, { typ: undefined })],
    ['J114', 'another typ', await makeProof(key, {}, { typ: 'JWT' })],
    ['J114', 'alg none', none],
    ['J114', 'a symmetric key', await hs],
    ['J114', 'an algorithm that is not advertised', await makeProof(rsa, {}, { alg: 'RS384' })],
    ['J115', 'no key', await makeProof(key, {}, { jwk: undefined })],
    ['J115', 'a private key', await makeProof(key, {}, { jwk: privateJwk })],
    ['J115', 'another key', await makeProof(key, {}, { jwk: other.jwk })],
    ['J115', 'a bad signature', spoil(good)],
    ['J116', 'no jti', await makeProof(key, { jti: undefined })],
    ['J116', 'no htm', await makeProof(key, { htm: undefined })],
    ['J116', 'no htu', await makeProof(key, { htu: undefined })],
    ['J116', 'no iat', await makeProof(key, { iat: undefined })],
    ['J117', 'another method', await makeProof(key, { htm: 'GET' })],
    ['J117', 'another host', await makeProof(key, { htu: 'https://evil.example/token' })],
    ['J117', 'another path', await makeProof(key, { htu: `${issuer}/par` })],
    ['J121', 'an hour old', await makeProof(key, { iat: at - 3600 })],
    ['J121', 'an hour early', await makeProof(key, { iat: at + 3600 })],
    ['J119', 'no JWT', 'x'],
  ] as const) {
    await t.test(`${line}: ${what}`, async (t) => {
      const response = await send(app, proof)
      t.equal(response.statusCode, 400)
      t.equal(response.json().error, 'invalid_dpop_proof')
    })
  }
})

t.test('J119: two proofs are refused', async (t) => {
  const { app } = await startServer()
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { request } = await import('node:http')
  const key = await makeKey()
  const address = app.server.address() as { port: number }
  const proofs = [await makeProof(key), await makeProof(key)]
  const body = await new Promise<string>((resolve, reject) => {
    const outgoing = request({
      port: address.port,
      host: '127.0.0.1',
      path: '/token',
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic('service'),
        dpop: proofs,
      },
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      let text = ''
      incoming.on('data', (chunk) => {
        text += chunk
      })
      incoming.on('end', () => resolve(text))
    })
    outgoing.end('grant_type=client_credentials')
  })
  t.equal(JSON.parse(body).error, 'invalid_dpop_proof')
})

t.test('J117, J121: what clients differ in is let through', async (t) => {
  const { app } = await startServer()
  const key = await makeKey()
  for (const claims of [
    { htu: 'https://AUTH.example.com:443/token?x=1#y' },
    { iat: at - 10 },
    { iat: at + 10 },
  ]) {
    t.equal((await send(app, await makeProof(key, claims))).statusCode, 200)
  }
})

t.test('J120: of twenty uses of one proof one counts', async (t) => {
  const { app } = await startServer()
  const proof = await makeProof(await makeKey())
  const responses = await Promise.all(Array.from({ length: 20 }, () => send(app, proof)))
  t.equal(responses.filter(({ statusCode }) => statusCode === 200).length, 1)
})

t.test(
  'J121: where a nonce is required it comes with the refusal, and is good for a while',
  async (t) => {
    const { app } = await startServer({ rules: { requireDpopNonce: true } })
    const key = await makeKey()
    const refused = await send(app, await makeProof(key))
    t.equal(refused.statusCode, 400)
    t.equal(refused.json().error, 'use_dpop_nonce')
    const nonce = refused.headers['dpop-nonce']
    t.equal((await send(app, await makeProof(key, { nonce }))).statusCode, 200)
    t.equal((await send(app, await makeProof(key, { nonce: 'x' }))).json().error, 'use_dpop_nonce')
  },
)

t.test('J122, V10.4.14: where tokens must be bound a proof must be there', async (t) => {
  const all = await startServer({ rules: { requireDpop: true } })
  t.equal((await send(all.app, null)).json().error, 'invalid_dpop_proof')
  const one = await startServer({
    clients: clients.map((client) => ({ ...client, dpop_bound_access_tokens: true })),
  })
  t.equal((await send(one.app, null)).json().error, 'invalid_dpop_proof')
  t.equal((await send(one.app, await makeProof(await makeKey()))).statusCode, 200)
})

t.test('E67: a code that is bound to a key is redeemed with it alone', async (t) => {
  const { app } = await startServer()
  const [key, other] = [await makeKey(), await makeKey()]
  const first = await send(app, await makeProof(key))
  const { cnf } = claimsOf(first.json().access_token) as { cnf: { jkt: string } }
  const code = await obtainCode(app, { dpop_jkt: cnf.jkt })
  const foreign = await send(app, await makeProof(other), redemption(code), 'web')
  t.equal(foreign.json().error, 'invalid_grant')
  t.equal((await send(app, null, redemption(code), 'web')).json().error, 'invalid_grant')
  t.equal((await send(app, await makeProof(key), redemption(code), 'web')).statusCode, 200)
  const strange = await createBrowser(app, 'alice').get(authorizeUrl({ dpop_jkt: 'x' }))
  t.equal(answerOf(strange).error, 'invalid_request')
})

t.test('H102: a public client is held to its key, a confidential one is not', async (t) => {
  const { app } = await startServer()
  const [key, other] = [await makeKey(), await makeKey()]
  const code = await obtainCode(app, { client_id: 'spa' })
  const asSpa = async (form: Form, by: typeof key | null) =>
    postForm(
      app,
      '/token',
      { ...form, client_id: 'spa' },
      by === null ? {} : { dpop: await makeProof(by) },
    )
  const { refresh_token } = (await asSpa(redemption(code), key)).json()
  const form = { grant_type: 'refresh_token', refresh_token }
  t.equal((await asSpa(form, other)).json().error, 'invalid_grant')
  t.equal((await asSpa(form, null)).json().error, 'invalid_grant')
  t.equal((await asSpa(form, key)).statusCode, 200)

  const web = await send(app, await makeProof(key), redemption(await obtainCode(app)), 'web')
  const again = { grant_type: 'refresh_token', refresh_token: web.json().refresh_token }
  t.equal((await send(app, await makeProof(other), again, 'web')).statusCode, 200)
})

t.test('J116, J118: a bound token at userinfo', async (t) => {
  const { app } = await startProvider()
  const [key, other] = [await makeKey(), await makeKey()]
  const { code } = answerOf(
    await approve(createBrowser(app, 'alice'), authorizeUrl({ scope: 'openid' })),
  )
  const tokens = await send(app, await makeProof(key), redemption(code as string), 'web')
  const token = tokens.json().access_token as string
  const claims = { htm: 'GET', htu: `${issuer}/userinfo`, ath: hashOf(token) }
  const get = (scheme: string, proof?: string) =>
    app.inject({
      url: '/userinfo',
      headers: { authorization: `${scheme} ${token}`, ...(proof ? { dpop: proof } : {}) },
    })
  t.equal((await get('DPoP', await makeProof(key, claims))).statusCode, 200)
  t.equal((await get('DPoP')).statusCode, 401, 'no proof')
  t.equal((await get('Bearer')).statusCode, 401, 'the scheme Bearer')
  t.equal(
    (await get('Bearer', await makeProof(key, claims))).statusCode,
    401,
    'Bearer with a proof',
  )
  t.equal((await get('DPoP', await makeProof(other, claims))).statusCode, 401, 'another key')
  for (const ath of [undefined, hashOf('x')]) {
    const response = await get('DPoP', await makeProof(key, { ...claims, ath }))
    t.equal(response.json().error, 'invalid_dpop_proof', 'another ath, or none')
  }
  const plain = await send(app, null, redemption(await obtainCode(app, { scope: 'openid' })), 'web')
  const bare = plain.json().access_token as string
  const proof = await makeProof(key, { ...claims, ath: hashOf(bare), jti: randomUUID() })
  const mixed = await app.inject({
    url: '/userinfo',
    headers: { authorization: `DPoP ${bare}`, dpop: proof },
  })
  t.equal(mixed.statusCode, 401, 'an unbound token with the scheme DPoP')
})
