import { generatePrivateJwk, type JsonObject } from '@latchkey/tokens'
import t from 'tap'
import { discovery } from '../../src/index.js'
import { browse, collectEvents, testClient } from '../fixtures/client.js'
import { type FakeProvider, fakeProvider, type Misbehaviour } from '../fixtures/fake-provider.js'

type Change = (provider: FakeProvider) => Misbehaviour | Promise<Misbehaviour>

function claims(changed: Record<string, unknown>): Change {
  return () => ({ claims: (good) => ({ ...good, ...changed }) })
}

function later(name: string, seconds: number): Change {
  return () => ({ claims: (good) => ({ ...good, [name]: Number(good[name]) + seconds }) })
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function withHeader(header: object): Change {
  return () => ({ idToken: (token) => [encode(header), ...token.split('.').slice(1)].join('.') })
}

const foreignKey = (): Promise<JsonObject> => generatePrivateJwk('ES256')

const refusals: readonly [what: string, Change, reason: string][] = [
  ['no ID token', () => ({ idToken: () => undefined }), 'no-id-token'],
  ['no token but words', () => ({ idToken: () => 'hello' }), 'malformed'],
  ['a token of 20 kB', () => ({ idToken: () => 'x'.repeat(20_000) }), 'oversized'],
  ['the algorithm none', withHeader({ alg: 'none' }), 'algorithm'],
  [
    'no signature',
    () => ({ idToken: (token) => `${token.split('.').slice(0, 2).join('.')}.` }),
    'malformed',
  ],
  ['HS256 with the public key', withHeader({ alg: 'HS256' }), 'algorithm'],
  ['an algorithm that the provider does not offer', withHeader({ alg: 'PS512' }), 'algorithm'],
  [
    'a changed payload',
    () => ({
      idToken: (token) => {
        const [header, payload = '', signature] = token.split('.')
        const said = JSON.parse(Buffer.from(payload, 'base64url').toString())
        return [header, encode({ ...said, sub: 'root' }), signature].join('.')
      },
    }),
    'signature',
  ],
  ['a key of nobody', async () => ({ key: await foreignKey() }), 'unknown-key'],
  [
    "a key of nobody under the provider's name",
    async ({ key }) => ({ key: { ...(await foreignKey()), kid: key.kid } }),
    'signature',
  ],
  ['the type of a logout token', () => ({ typ: 'logout+jwt' }), 'type'],
  ['the type of an access token', () => ({ typ: 'at+jwt' }), 'type'],
  [
    'a payload that is no JSON',
    ({ sign }) => ({
      token: async (answer) => ({
        body: { ...answer, id_token: await sign('text' as unknown as JsonObject, 'JWT') },
      }),
    }),
    'malformed-claims',
  ],
  ['another issuer', claims({ iss: 'https://evil.example' }), 'issuer'],
  [
    'the issuer with a slash',
    ({ issuer }) => ({ claims: (good) => ({ ...good, iss: `${issuer}/` }) }),
    'issuer',
  ],
  ['another audience', claims({ aud: 'other' }), 'audience'],
  ['no audience', claims({ aud: undefined }), 'audience'],
  ['several audiences and no azp', claims({ aud: ['app', 'other'] }), 'authorized-party'],
  ['an azp that is another client', claims({ azp: 'other' }), 'authorized-party'],
  ['an end that has passed', later('exp', -400), 'expired'],
  ['no end', claims({ exp: undefined }), 'no-expiry'],
  ['a beginning in the future', later('iat', 300), 'issued-in-future'],
  ['no beginning', claims({ iat: undefined }), 'no-issue-time'],
  ['an nbf in the future', claims({ nbf: 4_000_000_000 }), 'not-yet-valid'],
  ['another nonce', claims({ nonce: 'replayed' }), 'nonce'],
  ['no nonce', claims({ nonce: undefined }), 'nonce'],
  ['no subject', claims({ sub: undefined }), 'subject'],
  ['an empty subject', claims({ sub: '' }), 'subject'],
  ['a subject that is a number', claims({ sub: 7 }), 'subject'],
  ['a subject of 300 characters', claims({ sub: 'x'.repeat(300) }), 'subject'],
  ['an at_hash of another token', claims({ at_hash: 'A'.repeat(22) }), 'access-token-hash'],
  ['an at_hash that is a number', claims({ at_hash: 7 }), 'access-token-hash'],
  ['a login in the future', later('auth_time', 300), 'auth-time'],
  ['a login time in words', claims({ auth_time: 'now' }), 'auth-time'],
  [
    'user info about somebody else',
    () => ({ userInfo: (user) => ({ body: { ...user, sub: 'eve' } }) }),
    'user-info-subject',
  ],
]

for (const [what, change, reason] of refusals) {
  t.test(`${what}: refused with 401, and nobody is signed in`, async (t) => {
    const provider = await fakeProvider(t)
    const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    Object.assign(provider.behave, await change(provider))
    const events = collectEvents(t)
    const end = await browser.get(provider.agree(start.headers.location).href)
    t.equal(end.statusCode, 401)
    t.same(end.json(), {
      error: 'LATCHKEY_OAUTH_CLIENT_PROOF_REFUSED',
      message: 'The provider did not prove who you are',
    })
    t.match(events, [{ outcome: 'refused', reason, details: { provider: 'acme' } }])
    t.equal(await browser.isSignedIn(), false)
    t.notMatch(client.log.join(''), /at-[0-9a-f]{8}|rt-[0-9a-f]{8}/)
  })
}

const acceptances: readonly [what: string, Change][] = [
  ['an azp that is us', claims({ azp: 'app' })],
  ['several audiences and us as azp', claims({ aud: ['app', 'other'], azp: 'app' })],
  ['no at_hash', claims({ at_hash: undefined })],
  ['no acr, amr, sid or login time', claims({ acr: 1, amr: 'x', sid: 7, auth_time: undefined })],
  ['a clock that is 25 seconds ahead', later('iat', 25)],
  ['a clock that is 25 seconds behind', later('exp', -320)],
  [
    'a key without a name',
    ({ key: { kid, ...key } }) => ({
      jwks: () => ({ keys: [{ kty: key.kty, crv: key.crv, x: key.x, y: key.y }] }),
    }),
  ],
]

for (const [what, change] of acceptances) {
  t.test(`${what}: signed in`, async (t) => {
    const provider = await fakeProvider(t)
    const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    Object.assign(provider.behave, await change(provider))
    const end = await browser.get(provider.agree(start.headers.location).href)
    t.equal(end.statusCode, 303, end.body)
    t.equal(await browser.isSignedIn(), true)
  })
}

t.test('where the provider names no algorithms, RS256 is the only one', async (t) => {
  for (const [algorithm, status] of [
    ['RS256', 303],
    ['ES256', 401],
  ] as const) {
    const provider = await fakeProvider(t)
    const key = algorithm === 'ES256' ? provider.key : await generatePrivateJwk('RS256')
    const { kty, n, e, kid, crv, x, y } = key
    Object.assign(provider.behave, {
      key,
      jwks: () => ({ keys: [{ kty, n, e, kid, crv, x, y }] }),
      metadata: ({ id_token_signing_alg_values_supported: _, ...rest }) => rest,
    } satisfies Misbehaviour)
    const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    const end = await browser.get(provider.agree(start.headers.location).href)
    t.equal(end.statusCode, status)
  }
})

t.test('at_hash goes by the hash of the algorithm, SHA-512 with Ed25519', async (t) => {
  const { createHash } = await import('node:crypto')
  const provider = await fakeProvider(t)
  const key = await generatePrivateJwk('EdDSA')
  const { d, ...publicKey } = key
  Object.assign(provider.behave, {
    jwks: () => ({ keys: [publicKey] }),
    metadata: (good) => ({ ...good, id_token_signing_alg_values_supported: ['EdDSA'] }),
    token: async (answer) => {
      const [, payload = ''] = String(answer.id_token).split('.')
      const said = JSON.parse(Buffer.from(payload, 'base64url').toString())
      const digest = createHash('sha512').update(String(answer.access_token)).digest()
      const at_hash = digest.subarray(0, 32).toString('base64url')
      return {
        body: { ...answer, id_token: await provider.sign({ ...said, at_hash }, 'JWT', key) },
      }
    },
  } satisfies Misbehaviour)
  const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
  const browser = browse(client)
  const start = await browser.get('/auth/acme')
  const end = await browser.get(provider.agree(start.headers.location).href)
  t.equal(end.statusCode, 303, end.body)
})

t.test('keys that rotate are followed', async (t) => {
  const provider = await fakeProvider(t)
  const client = await testClient(t, { providers: { acme: discovery(provider.client()) } })
  const signIn = async () => {
    const browser = browse(client)
    const start = await browser.get('/auth/acme')
    return (await browser.get(provider.agree(start.headers.location).href)).statusCode
  }
  t.equal(await signIn(), 303)
  const next = await foreignKey()
  const { d, ...publicKey } = next
  provider.behave.key = next
  provider.behave.jwks = ({ keys }) => ({ keys: [...keys, publicKey] })
  client.clock.advance(6)
  t.equal(await signIn(), 303)
  t.equal(provider.callsTo('/jwks').length, 2)
})
