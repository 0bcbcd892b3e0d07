import { generateKeyPairSync, sign } from 'node:crypto'
import { memoryStore, type Store } from '@latchkey/store'
import {
  type Algorithm,
  parseJws,
  parseJwsClaims,
  randomBase64url,
  rotatingKeyring,
  staticKeyring,
} from '@latchkey/tokens'
import t from 'tap'
import type { JwtOptions, KeysOption } from '../src/index.js'
import { createApp, me } from './support/app.js'
import { audience, createIssuer, issuer } from './support/issuer.js'

function own(
  keys: KeysOption,
  algorithms: readonly Algorithm[],
  more: Partial<JwtOptions> = {},
): JwtOptions {
  return { issuer, audience, algorithms, keys, issue: {}, ...more } as JwtOptions
}

const invalid = { code: 'LATCHKEY_JWT_INVALID_REQUEST' }

function open(token: string) {
  const jws = parseJws(token)
  if (typeof jws === 'string') throw new Error(jws)
  return { header: jws.header.parameters, claims: parseJwsClaims(jws) }
}

t.test('an issued token is an access token of RFC 9068, and passes', async (t) => {
  const { jwk, kid } = await createIssuer()
  const app = await createApp(t, own({ privateKey: jwk }, ['ES256']))
  const issued = await app.tokens.issue('user-1', { scopes: ['a'], claims: { email: 'e' } })
  t.match(issued, { tokenType: 'Bearer', expiresIn: 600, scope: 'a', jti: /^[0-9A-Za-z]{22}$/ })
  const { header, claims } = open(issued.accessToken)
  t.same(header, { alg: 'ES256', typ: 'at+jwt', kid })
  const iat = claims?.iat as number
  t.same(claims, {
    iss: issuer,
    sub: 'user-1',
    aud: audience,
    client_id: issuer,
    iat,
    exp: iat + 600,
    jti: issued.jti,
    scope: 'a',
    email: 'e',
  })
  t.equal((await me(app, issued.accessToken)).statusCode, 200)
})

t.test('every kind of key of one’s own issues what it verifies', async (t) => {
  const pem = (type: 'ed25519' | 'rsa') =>
    (type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ed25519')
    ).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const secret = randomBase64url(64)
  const keyring = await rotatingKeyring({ store: memoryStore(), seal: randomBase64url(32) })
  t.teardown(() => keyring.close())
  const rows: [string, KeysOption, Algorithm[]][] = [
    ['PEM, EdDSA', { privateKey: pem('ed25519') }, ['EdDSA']],
    ['PEM, Ed25519', { privateKey: pem('ed25519') }, ['Ed25519']],
    ['PEM, RS256', { privateKey: pem('rsa') }, ['RS256']],
    ['PEM, PS512', { privateKey: pem('rsa') }, ['PS512']],
    ['a secret', { secret }, ['HS256']],
    ['a secret, HS512', { secret }, ['HS512', 'HS256']],
    ['a secret from a manager', { secret: async () => secret }, ['HS384']],
    ['a key ring', { keyring }, ['ES256']],
  ]
  for (const [what, keys, algorithms] of rows) {
    const app = await createApp(t, own(keys, algorithms))
    const { accessToken } = await app.tokens.issue('user-1')
    t.equal(open(accessToken).header.alg, algorithms[0], what)
    t.equal((await me(app, accessToken)).statusCode, 200, what)
  }
})

t.test(
  'secrets rotate: the first signs, all verify, with and without a name, until their end',
  async (t) => {
    const [older, newer] = [randomBase64url(32), randomBase64url(32)]
    const clock = { offset: 0 }
    const now = () => Date.now() / 1000 + clock.offset
    const before = await createApp(t, own({ secret: older }, ['HS256']))
    const end = Math.floor(Date.now() / 1000) + 300
    const after = await createApp(
      t,
      own({ secret: [newer, { secret: older, notAfter: end }] }, ['HS256'], { clock: now }),
    )
    const old = await before.tokens.issue('user-1')
    const fresh = await after.tokens.issue('user-1')
    t.equal((await me(after, old.accessToken)).statusCode, 200)
    t.equal((await me(after, fresh.accessToken)).statusCode, 200)
    t.equal((await me(before, fresh.accessToken)).statusCode, 401)

    // A token of another library, which names no key.
    const { prepareSharedSecret, prepareJwsSerializer } = await import('@latchkey/tokens')
    const pair = prepareSharedSecret(older, { algorithm: 'HS256' })
    const unnamed = await prepareJwsSerializer(
      { ...pair.signing, kid: undefined as never },
      'at+jwt',
    )({
      ...open(old.accessToken).claims,
      jti: 'unnamed',
    })
    t.equal((await me(after, unnamed)).statusCode, 200)
    t.match(after.mechanisms.find('jwt')?.describe(), {
      issuers: [{ keys: [{ notAfter: null }, { notAfter: end }] }],
    })
    clock.offset = 301
    t.equal((await me(after, old.accessToken)).statusCode, 401, 'its secret has ended')
    t.equal((await me(after, unnamed)).statusCode, 401)
  },
)

t.test('when every secret has ended nothing is issued, and nothing verified', async (t) => {
  const clock = { now: 1000 }
  const secret = { secret: randomBase64url(32), notAfter: 2000 }
  const app = await createApp(t, own({ secret }, ['HS256'], { clock: () => clock.now }))
  const { accessToken } = await app.tokens.issue('user-1')
  t.equal((await me(app, accessToken)).statusCode, 200)
  clock.now = 2000
  await t.rejects(app.tokens.issue('user-1'), { code: 'LATCHKEY_JWT_INVALID_OPTIONS' })
  t.equal((await me(app, accessToken)).statusCode, 401)
})

t.test('a key service signs, and this process holds no private key', async (t) => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keyring = await staticKeyring([
    {
      key: {
        kid: 'kms-1',
        algorithm: 'ES256',
        publicKey: pair.publicKey,
        sign: async (data) =>
          sign('sha256', data, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
      },
    },
  ])
  const app = await createApp(t, own({ keyring }, ['ES256']))
  const { accessToken } = await app.tokens.issue('user-1')
  t.equal((await me(app, accessToken)).statusCode, 200)
  const { d } = pair.privateKey.export({ format: 'jwk' })
  t.notOk(JSON.stringify(app.mechanisms.find('jwt')?.describe()).includes(d as string))
})

t.test('a key of another process is found with the first token that names it', async (t) => {
  const store = memoryStore()
  const seal = randomBase64url(32)
  const times = { rotateEvery: 1000, publishAhead: 500, refreshEvery: 100 }
  const clock = { offset: 0 }
  const now = () => Date.now() / 1000 + clock.offset
  const [here, there] = (await Promise.all(
    ['a', 'b'].map(() => rotatingKeyring({ store, seal, now, ...times })),
  )) as [Awaited<ReturnType<typeof rotatingKeyring>>, Awaited<ReturnType<typeof rotatingKeyring>>]
  t.teardown(() => [here, there].map((ring) => ring.close()))
  const [one, two] = [
    await createApp(t, own({ keyring: here }, ['ES256'], { clock: now })),
    await createApp(t, own({ keyring: there }, ['ES256'], { clock: now })),
  ]
  await here.rotate()
  clock.offset = 501
  const { accessToken } = await one.tokens.issue('user-1')
  t.equal(there.jwks().keys.length, 1, 'not known there')
  t.equal((await me(two, accessToken)).statusCode, 200)

  const stranger = await createIssuer()
  t.equal((await me(two, stranger.token())).statusCode, 401)
  clock.offset += 6
  let reloads = 0
  const reload = async () => {
    reloads += 1
    throw new Error('down')
  }
  const down = { ...here, reload }
  const three = await createApp(t, own({ keyring: down }, ['ES256'], { clock: now }))
  t.equal((await me(three, stranger.token())).statusCode, 503, 'nobody can tell now')
  t.equal(
    (await me(three, stranger.token())).statusCode,
    503,
    'though it is not asked again at once',
  )
  t.equal(reloads, 1)
})

t.test('public keys are published with leave to keep them, secrets never', async (t) => {
  const { jwk, publicJwk } = await createIssuer()
  const jwksPath = '/.well-known/jwks.json'
  const app = await createApp(
    t,
    own({ privateKey: jwk }, ['ES256'], { issue: { jwksPath, jwksMaxAge: 60 } }),
  )
  const response = await app.inject(jwksPath)
  t.equal(response.statusCode, 200)
  t.match(response.headers, {
    'cache-control': 'public, max-age=60',
    'content-type': 'application/jwk-set+json',
    'access-control-allow-origin': '*',
  })
  t.same(response.json(), { keys: [publicJwk] })
  const keyring = await rotatingKeyring({ store: memoryStore(), seal: false })
  t.teardown(() => keyring.close())
  const ringed = await createApp(t, own({ keyring }, ['ES256'], { issue: { jwksPath } }))
  const published = await ringed.inject(jwksPath)
  t.equal(published.headers['cache-control'], 'public, max-age=300')
  t.same(
    published.json().keys.map(({ d }: { d?: string }) => d),
    [undefined],
  )
})

t.test('what cannot be issued is a programmer’s error', async (t) => {
  const { jwk } = await createIssuer()
  const app = await createApp(t, own({ privateKey: jwk }, ['ES256'], { store: memoryStore() }))
  const rows: [string, () => Promise<unknown>, RegExp][] = [
    ['no subject', () => app.tokens.issue(''), /no subject/],
    ['no text', () => app.tokens.issue(1 as never), /no subject/],
    [
      'an audience that is not registered',
      () => app.tokens.issue('u', { audience: 'https://x' }),
      /audience "https:\/\/x" is none/,
    ],
    [
      'a claim that has an option',
      () => app.tokens.issue('u', { claims: { exp: 9e9 } }),
      /"exp" in "claims"/,
    ],
    ['a scope with a space', () => app.tokens.issue('u', { scopes: ['a b'] }), /a scope holds/],
    ['a pair', () => app.tokens.issuePair('u'), /"issue.refresh" is not set/],
    ['a refresh', () => app.tokens.refresh('rt'), /"issue.refresh" is not set/],
    ['an end', () => app.tokens.endGrant('rt'), /"issue.refresh" is not set/],
  ]
  for (const [what, issue, message] of rows) await t.rejects(issue, { ...invalid, message }, what)
  const verifying = await createApp(
    t,
    own({ privateKey: jwk }, ['ES256'], { issue: undefined as never }),
  )
  await t.rejects(() => verifying.tokens.issue('u'), { ...invalid, message: /"issue" is not set/ })
})

t.test('a token for one resource is refused at another', async (t) => {
  const { jwk } = await createIssuer()
  const [a, b] = ['https://a.example.com', 'https://b.example.com']
  const one = await createApp(
    t,
    own({ privateKey: jwk }, ['ES256'], { issue: { audiences: [a, b] }, audience: a } as never),
  )
  const two = await createApp(t, own({ privateKey: jwk }, ['ES256'], { audience: b } as never))
  const forA = await one.tokens.issue('u')
  const forB = await one.tokens.issue('u', { audience: b })
  t.equal((await me(one, forA.accessToken)).statusCode, 200)
  t.equal((await me(two, forA.accessToken)).statusCode, 401)
  t.equal((await me(two, forB.accessToken)).statusCode, 200)
  t.equal((await me(one, forB.accessToken)).statusCode, 401)
})

t.test('tokens can be issued bound to a key or a certificate', async (t) => {
  const { jwk } = await createIssuer()
  const app = await createApp(t, own({ privateKey: jwk }, ['ES256'], { profile: 'jwt' } as never))
  const bound = await app.tokens.issue('u', { jkt: 'k', x5t: 'c', clientId: 'app' })
  t.equal(bound.tokenType, 'DPoP')
  const { header, claims } = open(bound.accessToken)
  t.match(header, { typ: 'JWT' })
  t.match(claims, { cnf: { jkt: 'k', 'x5t#S256': 'c' }, client_id: 'app' })
})

t.test('the application says what the claims of others mean', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { publicKey: test.publicJwk },
    mapClaims: ({ groups, tid, sub }) =>
      sub === 'banned'
        ? null
        : { roles: groups as string[], tenant: tid as string, kind: 'service' },
  })
  const response = await me(app, test.token({ groups: ['ops'], tid: 't1' }))
  t.match(response.json(), {
    roles: ['ops'],
    tenant: 't1',
    kind: 'service',
    issuer,
    mechanism: 'jwt',
  })
  t.equal((await me(app, test.token({ sub: 'banned' }))).statusCode, 401)
  const client = await me(app, test.token({ sub: 'app-1', jti: 'x', scope: undefined }))
  t.match(client.json(), { scopes: [] })
})

t.test('a key without a name verifies tokens of any name', async (t) => {
  const test = await createIssuer()
  const { createPublicKey } = await import('node:crypto')
  const publicKey = createPublicKey({ key: test.publicJwk as never, format: 'jwk' })
  const app = await createApp(t, {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string },
  })
  for (const kid of ['any', undefined]) {
    t.equal((await me(app, test.token({}, { kid }))).statusCode, 200)
  }
})

t.test('scopes are what is between the spaces', async (t) => {
  const test = await createIssuer()
  const options = {
    issuer,
    audience,
    algorithms: ['ES256' as const],
    keys: { publicKey: test.publicJwk },
  }
  const app = await createApp(t, options)
  for (const [scope, scopes] of [
    [' a  b ', ['a', 'b']],
    ['', []],
    ['a', ['a']],
  ] as const) {
    t.same((await me(app, test.token({ scope }))).json().scopes, scopes)
  }
})

t.test('a token of a client itself is an identity of the client', async (t) => {
  const test = await createIssuer()
  const options = {
    issuer,
    audience,
    algorithms: ['ES256' as const],
    keys: { publicKey: test.publicJwk },
  }
  const app = await createApp(t, options)
  t.match((await me(app, test.token({ sub: 'app-1' }))).json(), {
    kind: 'client',
    subject: 'app-1',
  })
})

t.test('a token without an id of its own gets a public one that leads nowhere', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { publicKey: test.publicJwk },
    profile: 'jwt',
    cacheSize: false,
  })
  const token = test.token({ jti: undefined })
  const { credentialId } = (await me(app, token)).json()
  t.match(credentialId, /^[\w-]{22}$/)
  t.notOk(token.includes(credentialId))
  t.equal((await me(app, token)).json().credentialId, credentialId)
})

t.test('it tells operators what it does, and no secret', async (t) => {
  const { jwk, kid } = await createIssuer()
  const secret = randomBase64url(32)
  const store: Store = memoryStore()
  const app = await createApp(t, {
    store,
    issuers: [
      { issuer, audience, algorithms: ['ES256'], keys: { privateKey: jwk } },
      { issuer: 'https://b.example', audience: false, algorithms: ['HS256'], keys: { secret } },
      {
        issuer: 'https://c.example',
        audience: 'c',
        algorithms: ['EdDSA'],
        keys: { jwksUri: 'https://c.example/k' },
      },
    ],
    mtls: {},
    dpop: { origin: 'https://api.example.com' },
  })
  const mechanism = app.mechanisms.find('jwt')
  const report = mechanism?.describe()
  t.match(report, {
    type: 'jwt',
    revocationWindow: 10,
    whenStale: 'lookup',
    algorithms: ['ES256', 'HS256', 'EdDSA'],
    outbound: ['https://c.example/k'],
    secretsAtRest: 'in memory; none',
    dpop: 'offered',
    mtls: 'checked',
    issuers: [
      {
        issuer,
        audience: [audience],
        profile: 'at+jwt',
        clockTolerance: 5,
        keys: [{ kid, notAfter: null }],
      },
      { audience: null, keys: [{ algorithms: ['HS256'] }] },
      { fetches: 0, kids: [], lastError: null },
    ],
  })
  t.notOk(JSON.stringify(report).includes(secret))
  t.same(mechanism?.securityScheme, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A JWT access token',
  })
})

t.test('challenges say what would help', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { publicKey: test.publicJwk },
    realm: 'orders',
    resourceMetadata: 'https://api.example.com/.well-known/oauth-protected-resource',
  })
  const mechanism = app.mechanisms.find('jwt')
  const always = {
    realm: 'orders',
    resource_metadata: 'https://api.example.com/.well-known/oauth-protected-resource',
  }
  t.same(mechanism?.challenge(), { scheme: 'Bearer', params: always })
  t.same(mechanism?.challenge({ error: 'insufficient_scope', scope: 'a b' }), {
    scheme: 'Bearer',
    params: { ...always, error: 'insufficient_scope', scope: 'a b' },
  })
  const stepUp = { error: 'insufficient_user_authentication', reason: 'acr' } as const
  t.same(mechanism?.challenge({ ...stepUp, acrValues: 'mfa', maxAge: 300 }), {
    scheme: 'Bearer',
    params: { ...always, error: stepUp.error, acr_values: 'mfa', max_age: 300 },
  })
  t.same(mechanism?.challenge({ reason: 'incomplete' }), {
    scheme: 'Bearer',
    params: { ...always, error: undefined, error_description: undefined },
  })
})
