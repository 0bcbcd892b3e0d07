import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryStore, type Store } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import { type JsonObject, randomBase64url, sha256Base64url } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { DpopOptions } from '../src/index.js'
import { createApp, me, trusting } from './support/app.js'
import { createIssuer, encode, type TestIssuer } from './support/issuer.js'
import { stores } from './support/stores.js'

const origin = 'https://api.example.com'

/** A client with a key, and how it proves that it holds it. */
async function createClient() {
  const own = await createIssuer()
  const { kid, alg, use, ...jwk } = own.publicJwk
  const { createHash } = await import('node:crypto')
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
  let count = 0
  return {
    jwk,
    sign: own.sign,
    jkt: createHash('sha256').update(members).digest('base64url'),
    proof(token: string, claims: JsonObject = {}, header: JsonObject = {}): string {
      count += 1
      const good = {
        jti: `proof-${count}`,
        htm: 'GET',
        htu: `${origin}/me`,
        iat: Math.floor(Date.now() / 1000),
        ath: sha256Base64url(token),
      }
      return own.sign({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header }, { ...good, ...claims })
    },
  }
}

async function start(t: Test, dpop: Partial<DpopOptions> = {}, store: Store = memoryStore()) {
  const [test, client] = [await createIssuer(), await createClient()]
  const app = await createApp(t, { ...trusting(test), store, dpop: { origin, ...dpop } })
  return { app, test, client, token: test.token({ cnf: { jkt: client.jkt } }) }
}

function prove(app: FastifyInstance, token: string, proof?: string | string[], url = '/me') {
  const dpop = proof === undefined ? {} : { dpop: proof as string }
  return app.inject({ url, headers: { authorization: `DPoP ${token}`, ...dpop } })
}

t.test('a bound token with the proof of its key passes, once', async (t) => {
  const { app, client, token } = await start(t)
  const proof = client.proof(token)
  const response = await prove(app, token, proof)
  t.equal(response.statusCode, 200)
  t.equal(response.json().bound, 'dpop')
  const replay = await prove(app, token, proof)
  t.equal(replay.statusCode, 401)
  t.match(
    String(replay.headers['www-authenticate']),
    /^DPoP realm="api", error="invalid_dpop_proof"/,
  )
  t.equal((await prove(app, token, client.proof(token))).statusCode, 200)
})

t.test('a query in the request does no harm', async (t) => {
  const { app, client, token } = await start(t)
  t.equal((await prove(app, token, client.proof(token), '/me?a=b')).statusCode, 200)
})

t.test('a request target that is no path is refused', async (t) => {
  const { app, client, token } = await start(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const send = async (target: string, htu: string) => {
    const headers = { authorization: `DPoP ${token}`, dpop: client.proof(token, { htu }) }
    const sent = request({ port, host: '127.0.0.1', path: target, headers }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  t.equal(await send('/me', `${origin}/me`), 200)
  const target = 'http://evil.example/me'
  for (const htu of [`${origin}${target}`, target, `${origin}/me`]) {
    t.equal(await send(target, htu), 401, htu)
  }
})

t.test('an unbound token passes as Bearer, and not as DPoP', async (t) => {
  const { app, client, test } = await start(t)
  const token = test.token()
  t.equal((await me(app, token)).statusCode, 200)
  const response = await prove(app, token, client.proof(token))
  t.equal(response.statusCode, 401)
  t.match(String(response.headers['www-authenticate']), /^DPoP .*error="invalid_token"/)
})

// Section J of the checklist of negative cases, row by row.
t.test('no proof that breaks a rule passes', async (t) => {
  const { app, client, token, test } = await start(t)
  const other = await createClient()
  const now = Math.floor(Date.now() / 1000)
  const unsigned = client.proof(token, {}, { alg: 'none' }).replace(/[^.]*$/, '')
  const [head = '', body = '', signature = ''] = client.proof(token).split('.')
  const noneOf = (name: string) => client.proof(token, { [name]: undefined })
  const rows: [string, string | string[] | undefined, 'invalid_dpop_proof' | 'invalid_token'][] = [
    ['typ missing', client.proof(token, {}, { typ: undefined }), 'invalid_dpop_proof'],
    ['typ wrong', client.proof(token, {}, { typ: 'JWT' }), 'invalid_dpop_proof'],
    ['alg missing', client.proof(token, {}, { alg: undefined }), 'invalid_dpop_proof'],
    ['alg none', unsigned, 'invalid_dpop_proof'],
    ['alg symmetric', client.proof(token, {}, { alg: 'HS256' }), 'invalid_dpop_proof'],
    ['alg not offered', client.proof(token, {}, { alg: 'RS256' }), 'invalid_dpop_proof'],
    ['jwk missing', client.proof(token, {}, { jwk: undefined }), 'invalid_dpop_proof'],
    [
      'jwk private',
      client.proof(token, {}, { jwk: { ...client.jwk, d: 'AA' } }),
      'invalid_dpop_proof',
    ],
    ['signature bad', `${head}.${encode({ jti: 'x' })}.${signature}`, 'invalid_dpop_proof'],
    ['signature missing', `${head}.${body}.`, 'invalid_dpop_proof'],
    ['jti missing', noneOf('jti'), 'invalid_dpop_proof'],
    ['htm missing', noneOf('htm'), 'invalid_dpop_proof'],
    ['htu missing', noneOf('htu'), 'invalid_dpop_proof'],
    ['iat missing', noneOf('iat'), 'invalid_dpop_proof'],
    ['ath missing', noneOf('ath'), 'invalid_dpop_proof'],
    ['htm wrong', client.proof(token, { htm: 'POST' }), 'invalid_dpop_proof'],
    [
      'htu of another host',
      client.proof(token, { htu: 'https://evil.example/me' }),
      'invalid_dpop_proof',
    ],
    ['htu of another path', client.proof(token, { htu: `${origin}/you` }), 'invalid_dpop_proof'],
    ['ath of another token', client.proof(test.token()), 'invalid_dpop_proof'],
    ['the key of somebody else', other.proof(token), 'invalid_token'],
    ['no proof', undefined, 'invalid_dpop_proof'],
    ['an empty proof', '', 'invalid_dpop_proof'],
    ['two proofs', [client.proof(token), client.proof(token)], 'invalid_dpop_proof'],
    ['an hour old', client.proof(token, { iat: now - 3600 }), 'invalid_dpop_proof'],
    ['an hour ahead', client.proof(token, { iat: now + 3600 }), 'invalid_dpop_proof'],
    ['an access token as proof', token, 'invalid_dpop_proof'],
  ]
  t.ok(rows.length >= 25)
  for (const [what, proof, error] of rows) {
    const response = await prove(app, token, proof)
    t.equal(response.statusCode, 401, what)
    const field = String(response.headers['www-authenticate'])
    t.match(field, new RegExp(`^DPoP realm="api", error="${error}"`), what)
    t.match(field, /algs="ES256 ES384 ES512 PS256 PS384 PS512 EdDSA Ed25519"|algs="PS256/, what)
  }
  const asBearer = await me(app, token, { dpop: client.proof(token) })
  t.equal(asBearer.statusCode, 401, 'a bound token as Bearer')
  t.match(String(asBearer.headers['www-authenticate']), /^DPoP .*error="invalid_token"/)
  t.equal((await prove(app, token, client.proof(token, { iat: now - 10 }))).statusCode, 200)
  t.equal((await prove(app, token, client.proof(token, { iat: now + 10 }))).statusCode, 200)
})

for (const { name, skip, open } of stores) {
  t.test(
    `on ${name}, of twenty requests with one proof exactly one passes`,
    { skip },
    async (t) => {
      const { app, client, token } = await start(t, {}, await open(t))
      const proof = client.proof(token)
      const responses = await Promise.all(
        Array.from({ length: 20 }, () => prove(app, token, proof)),
      )
      const passed = responses.filter(({ statusCode }) => statusCode === 200)
      t.equal(passed.length, 1)
      t.ok(responses.every(({ statusCode }) => statusCode === 200 || statusCode === 401))
    },
  )
}

t.test('where nonces are asked for, the first answer brings one', async (t) => {
  const nonceSecret = randomBase64url(32)
  const clock = { offset: 0 }
  const [test, client] = [await createIssuer(), await createClient()]
  const app = await createApp(t, {
    ...trusting(test),
    store: memoryStore(),
    clock: () => Date.now() / 1000 + clock.offset,
    dpop: { origin, nonceSecret: () => nonceSecret, nonceLifetime: 100, window: 300 },
  })
  const token = test.token({ cnf: { jkt: client.jkt } })
  const first = await prove(app, token, client.proof(token))
  t.equal(first.statusCode, 401)
  t.match(String(first.headers['www-authenticate']), /error="use_dpop_nonce"/)
  const nonce = first.headers['dpop-nonce'] as string
  const second = await prove(app, token, client.proof(token, { nonce }))
  t.equal(second.statusCode, 200)
  t.equal(second.headers['dpop-nonce'], undefined)
  clock.offset = 60
  const late = await prove(app, token, client.proof(token, { nonce }))
  t.equal(late.statusCode, 200)
  t.not(late.headers['dpop-nonce'], nonce, 'the next one comes in time')
  clock.offset = 120
  const tooLate = await prove(app, token, client.proof(token, { nonce }))
  t.match(String(tooLate.headers['www-authenticate']), /error="use_dpop_nonce"/)
  const next = tooLate.headers['dpop-nonce'] as string
  t.equal((await prove(app, token, client.proof(token, { nonce: next }))).statusCode, 200)
})

t.test(
  'where every token must be bound, the challenge asks for DPoP and Bearer is refused',
  async (t) => {
    const { app, client, token, test } = await start(t, { required: true, algorithms: ['ES256'] })
    const nothing = await app.inject('/me')
    t.same(nothing.headers['www-authenticate'], ['DPoP realm="api", algs="ES256"'])
    t.equal((await me(app, test.token())).statusCode, 401)
    t.equal((await prove(app, token, client.proof(token))).statusCode, 200)
    t.match(app.mechanisms.find('jwt')?.describe(), { dpop: 'required' })
  },
)

t.test('an outage of the store is 503, never a pass', async (t) => {
  const cut = failingStore(memoryStore())
  const { app, client, token } = await start(t, {}, cut.store)
  cut.fail()
  const response = await prove(app, token, client.proof(token))
  t.equal(response.statusCode, 503)
})

t.test('a fault of the store is 500', async (t) => {
  const store = { ...memoryStore(), create: () => Promise.reject(new Error('a fault')) }
  const { app, client, token } = await start(t, {}, store)
  t.equal((await prove(app, token, client.proof(token))).statusCode, 500)
})

t.test(
  'the scheme DPoP without a token is refused, and where it is not offered is nothing',
  async (t) => {
    const { app, test } = await start(t)
    t.equal((await prove(app, '')).statusCode, 401)
    const plain = await createApp(t, trusting(test as TestIssuer))
    const response = await prove(plain, test.token())
    t.equal(response.json().code, 'LATCHKEY_IDENTITY_UNAUTHENTICATED')
  },
)
