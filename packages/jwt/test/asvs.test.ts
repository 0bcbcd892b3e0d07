// Requirements of OWASP ASVS 5 that this package meets, each by its number.
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { channels, createIdentity, refuseDecision } from '@latchkey/identity'
import { memoryStore } from '@latchkey/store'
import { generatePrivateJwk, type JsonObject, randomBase64url, randomBytes } from '@latchkey/tokens'
import Fastify from 'fastify'
import t from 'tap'
import { type JwtOptions, jwt } from '../src/index.js'
import { createApp, me, trusting } from './support/app.js'
import { audience, createIssuer, encode, goodClaims, issuer } from './support/issuer.js'

const now = Math.floor(Date.now() / 1000)
const secret = randomBase64url(32)

function sources(name: string): string {
  const folder = new URL(`../../${name}/src/`, import.meta.url)
  return readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n')
}

const everything = sources('jwt') + sources('tokens')

async function boots(options: JwtOptions): Promise<boolean> {
  const app = Fastify()
  try {
    await app.register(jwt, options)
    return true
  } catch {
    return false
  } finally {
    await app.close()
  }
}

t.test('V6.5.3: what must not be guessed comes from the system’s generator', async (t) => {
  t.notMatch(everything, /Math\.random|uuid/i)
  const { jwk } = await createIssuer()
  const app = await createApp(t, {
    ...trusting(await createIssuer()),
    keys: { privateKey: jwk },
    store: memoryStore(),
    issue: { refresh: { secret } },
  })
  const pairs = await Promise.all(Array.from({ length: 200 }, () => app.tokens.issuePair('u')))
  t.equal(new Set(pairs.flatMap(({ jti, refreshToken }) => [jti, refreshToken])).size, 400)
})

t.test('V6.8.1, V10.3.3: a caller is known by issuer and subject together', async (t) => {
  const [one, two] = [await createIssuer(), await createIssuer()]
  const shared = { audience: false, algorithms: ['ES256'] } as const
  const app = await createApp(t, {
    issuers: [
      { ...shared, issuer, keys: { publicKey: one.publicJwk } },
      { ...shared, issuer: 'https://b.example', keys: { publicKey: two.publicJwk } },
    ],
  })
  const a = (await me(app, one.token({ email: 'same@example.com' }))).json()
  const moved = (await me(app, one.token({ email: 'other@example.com' }))).json()
  const b = (
    await me(app, two.token({ iss: 'https://b.example', email: 'same@example.com' }))
  ).json()
  t.equal(a.subject, b.subject)
  t.not(a.issuer, b.issuer)
  t.same([moved.issuer, moved.subject], [a.issuer, a.subject])
})

t.test('V6.8.2: an unsigned, stripped or foreign signature is refused', async (t) => {
  const [test, stranger] = [await createIssuer(), await createIssuer()]
  const app = await createApp(t, trusting(test))
  const token = test.token()
  const none = `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(goodClaims())}.`
  for (const bad of [none, token.replace(/[^.]*$/, ''), stranger.token({}, { kid: test.kid })]) {
    t.equal((await me(app, bad)).statusCode, 401)
  }
})

t.test('V7.4.1: a revoked token is refused on every node within the window', async (t) => {
  const test = await createIssuer()
  const store = memoryStore()
  const nodes = await Promise.all([1, 2, 3].map(() => createApp(t, { ...trusting(test), store })))
  const byId = test.token({ jti: 'one' })
  const bySubject = test.token({ sub: 'user-2' })
  for (const node of nodes) t.equal((await me(node, byId)).statusCode, 200)
  await nodes[0]?.tokens.revoke({ jti: 'one' })
  await nodes[1]?.tokens.revoke({ subject: 'user-2' })
  for (const node of nodes) {
    t.equal((await me(node, byId)).statusCode, 401)
    t.equal((await me(node, bySubject)).statusCode, 401)
    t.equal(node.mechanisms.find('jwt')?.describe().revocationWindow, 10)
  }
})

t.test('V7.4.2: cutting a subject off ends access and refresh tokens', async (t) => {
  const { jwk } = await createIssuer()
  const app = await createApp(t, {
    ...trusting(await createIssuer()),
    keys: { privateKey: jwk },
    store: memoryStore(),
    issue: { refresh: { secret } },
  })
  const pair = await app.tokens.issuePair('user-1')
  await app.tokens.revoke({ subject: 'user-1' })
  t.equal((await me(app, pair.accessToken)).statusCode, 401)
  await t.rejects(app.tokens.refresh(pair.refreshToken), { code: 'LATCHKEY_JWT_REFRESH_REFUSED' })
})

t.test(
  'V8.3.2: what a token grants can be taken back within the window that is reported',
  async (t) => {
    const test = await createIssuer()
    const app = await createApp(t, { ...trusting(test), store: memoryStore(), maxStale: 3 })
    t.equal(app.mechanisms.find('jwt')?.describe().revocationWindow, 3)
    const token = test.token({ roles: ['admin'] })
    t.same((await me(app, token)).json().roles, ['admin'])
    await app.tokens.revoke({ subject: 'user-1' })
    t.equal((await me(app, token)).statusCode, 401)
  },
)

t.test('V9.1.1: claims of an unverified token are seen by nobody', async (t) => {
  const test = await createIssuer()
  let seen = 0
  const app = Fastify()
  t.teardown(() => app.close())
  const mapClaims = () => {
    seen += 1
    return {}
  }
  await app.register(jwt, { ...trusting(test), mapClaims } as JwtOptions)
  app.get('/me', { onRequest: app.authenticate('jwt') }, () => {
    seen += 1
    return 'passed'
  })
  app.addHook('preHandler', async () => {
    seen += 1
  })
  const [head, , signature] = test.token().split('.')
  const edited = `${head}.${encode({ ...goodClaims(), sub: 'admin' })}.${signature}`
  t.equal((await me(app, edited)).statusCode, 401)
  t.equal(seen, 0)
})

t.test('V9.1.2: algorithms are those that were written down, and families never mix', async (t) => {
  const test = await createIssuer()
  const good = trusting(test)
  t.notOk(await boots({ ...good, algorithms: ['ES256', 'HS256'] } as JwtOptions))
  t.notOk(await boots({ ...good, algorithms: ['HS256', 'RS256'], keys: { secret } } as JwtOptions))
  t.notOk(await boots({ ...good, algorithms: undefined } as never))
  const app = await createApp(t, good)
  for (const alg of ['none', 'NONE', 'nOnE', 'HS256']) {
    t.equal((await me(app, test.token({}, { alg }))).statusCode, 401, alg)
  }
})

t.test('V9.1.3, V13.2.4: keys come from the configuration alone', async (t) => {
  const [test, stranger] = [await createIssuer(), await createIssuer()]
  const app = await createApp(t, trusting(test))
  const evil = 'https://evil.example'
  for (const header of [
    { jwk: stranger.publicJwk },
    { jku: evil },
    { x5u: evil },
    { x5c: ['MIIB'] },
  ]) {
    t.equal((await me(app, stranger.token({}, header))).statusCode, 401)
  }
  t.same(app.mechanisms.find('jwt')?.describe().outbound, [], 'there is nobody to be called')
})

t.test('V9.2.1: times are required and honoured', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, trusting(test))
  const rows: JsonObject[] = [
    { exp: now - 60 },
    { exp: undefined },
    { exp: '9999999999' },
    { nbf: now + 60 },
  ]
  for (const claims of rows) t.equal((await me(app, test.token(claims))).statusCode, 401)
  t.notOk(await boots({ ...trusting(test), clockTolerance: 61 } as JwtOptions))
})

t.test('V9.2.2: other types of token are refused', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, trusting(test))
  for (const typ of ['JWT', 'logout+jwt', 'dbsc+jwt', 'refresh+jwt', undefined]) {
    t.equal((await me(app, test.token({}, { typ }))).statusCode, 401, String(typ))
  }
  t.equal((await me(app, test.token({}, { typ: 'at+jwt' }))).statusCode, 200)
})

t.test('V9.2.3, V9.2.4: a token is accepted only by whom it is for', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, trusting(test))
  t.equal((await me(app, test.token({ aud: 'https://other.example.com' }))).statusCode, 401)
  t.equal((await me(app, test.token({ aud: undefined }))).statusCode, 401)
  t.notOk(await boots({ ...trusting(test), audience: undefined } as never))
  t.ok(await boots({ ...trusting(test), audience: false } as JwtOptions))
})

t.test('V10.3.2, V10.3.4: what a token lacks is asked for in its own scheme', async (t) => {
  const test = await createIssuer()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(jwt, trusting(test))
  const onRequest = app.authenticate('jwt')
  const scope = { effect: 'deny', reason: 'missing-scope', scope: 'admin' } as const
  const stepUp = {
    effect: 'challenge',
    stepUp: { error: 'insufficient_user_authentication', reason: 'acr', acrValues: 'mfa' },
  } as const
  for (const [url, decision] of [
    ['/scope', scope],
    ['/acr', stepUp],
  ] as const) {
    app.get(url, { onRequest }, async (request, reply) => {
      const identity =
        request.identity ??
        createIdentity({
          subject: 'x',
          issuer: 'x',
          kind: 'user',
          mechanism: 'jwt',
          credentialId: 'x',
        })
      throw refuseDecision(request, reply, identity, app.mechanisms.find('jwt'), decision)
    })
  }
  const headers = { authorization: `Bearer ${test.token()}` }
  const missing = await app.inject({ url: '/scope', headers })
  t.equal(missing.statusCode, 403)
  t.same(missing.headers['www-authenticate'], [
    'Bearer realm="api", error="insufficient_scope", scope="admin"',
  ])
  const weak = await app.inject({ url: '/acr', headers })
  t.equal(weak.statusCode, 401)
  t.same(weak.headers['www-authenticate'], [
    'Bearer realm="api", error="insufficient_user_authentication", acr_values="mfa"',
  ])
})

t.test(
  'V11.2.1, V11.4.1: all cryptography is that of node:crypto, without outdated hashes',
  async (t) => {
    const imported = new Set(
      [...everything.matchAll(/from '([^'.][^']*)'/g)].map((match) => match[1] as string),
    )
    const known = [/^node:/, /^@latchkey\//, /^@fastify\/(error|jwt)$/, /^fastify(-plugin)?$/]
    for (const name of imported)
      t.ok(
        known.some((pattern) => pattern.test(name)),
        name,
      )
    t.notMatch(everything, /['"](md5|sha1|sha-1|rc4|des)['"]/i)
  },
)

t.test('V11.2.2, V13.3.4: secrets rotate, and end at their time', async (t) => {
  const clock = { now: Date.now() / 1000 }
  const shared = {
    issuer,
    audience,
    algorithms: ['HS256'] as const,
    clock: () => clock.now,
    issue: {},
  }
  const newer = randomBase64url(32)
  const before = await createApp(t, { ...shared, keys: { secret } })
  const keys = { secret: [{ secret: newer }, { secret, notAfter: clock.now + 100 }] }
  const after = await createApp(t, { ...shared, keys })
  const old = await before.tokens.issue('u')
  t.equal((await me(after, old.accessToken)).statusCode, 200)
  t.equal(
    (await me(before, (await after.tokens.issue('u')).accessToken)).statusCode,
    401,
    'the new one signs',
  )
  clock.now += 100
  t.equal((await me(after, old.accessToken)).statusCode, 401)
})

t.test(
  'V11.2.3: keys of less than 128 bits of security are refused, short RSA keys are warned of',
  async (t) => {
    const { generateKeyPairSync } = await import('node:crypto')
    const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey
    const shared = { issuer, audience, algorithms: ['RS256'] as const }
    t.notOk(await boots({ ...shared, keys: { publicKey: rsa(1024) } }))
    t.notOk(
      await boots({ issuer, audience, algorithms: ['HS256'], keys: { secret: randomBytes(31) } }),
    )
    for (const [length, warnings] of [
      [2048, 1],
      [3072, 0],
    ] as const) {
      const lines: string[] = []
      const app = Fastify({
        logger: { level: 'warn', stream: { write: (line: string) => lines.push(line) } },
      })
      await app.register(jwt, { ...shared, keys: { publicKey: rsa(length) } })
      await app.close()
      t.equal(lines.filter((line) => line.includes('less than 3072 bits')).length, warnings)
    }
  },
)

t.test('V11.2.5: every refusal looks the same from outside', async (t) => {
  const [test, stranger] = [await createIssuer(), await createIssuer()]
  const app = await createApp(t, trusting(test))
  const answers = await Promise.all(
    ['x', test.token({ exp: 1 }), stranger.token(), test.token({ aud: 'x' })].map((token) =>
      me(app, token),
    ),
  )
  const seen = answers.map(({ statusCode, body, headers }) =>
    JSON.stringify([statusCode, body, headers['www-authenticate']]),
  )
  t.equal(new Set(seen).size, 1)
  t.match(seen[0], /invalid_token/)
})

t.test('V11.3.1: there is no encryption with RSA PKCS#1 v1.5', async (t) => {
  const test = await createIssuer()
  t.notOk(await boots({ ...trusting(test), algorithms: ['RSA1_5'] } as never))
  const app = await createApp(t, trusting(test))
  t.equal(
    (await me(app, `${encode({ alg: 'RSA1_5', enc: 'A128CBC-HS256' })}.AA.AA.AA.AA`)).statusCode,
    401,
  )
})

t.test('V11.5.1: what is generated has at least 128 bits of chance', async (t) => {
  const { jwk } = await createIssuer()
  const app = await createApp(t, {
    ...trusting(await createIssuer()),
    keys: { privateKey: jwk },
    store: memoryStore(),
    issue: { refresh: { secret } },
  })
  const bits = (text: string, alphabet: number) => text.length * Math.log2(alphabet)
  const alone = await app.tokens.issue('u')
  t.ok(bits(alone.jti, 62) >= 128)
  const { jti, refreshToken } = await app.tokens.issuePair('u')
  t.ok(bits(jti, 64) >= 128)
  const [, id = '', , mac = ''] = /^rt_(\w+)\.(\d+)\.(.*)$/.exec(refreshToken) ?? []
  t.ok(bits(id, 62) >= 128)
  t.ok(bits(mac, 64) >= 128)
})

t.test('V11.6.1: keys that are generated are of approved kinds and lengths', async (t) => {
  t.match(await generatePrivateJwk('ES256'), { kty: 'EC', crv: 'P-256' })
  t.match(await generatePrivateJwk('Ed25519'), { kty: 'OKP', crv: 'Ed25519' })
  const { n } = await generatePrivateJwk('RS256')
  t.equal(Buffer.byteLength(n as string, 'base64url') * 8, 3072)
})

t.test('V12.3.1: keys are fetched encrypted only', async (t) => {
  const shared = { audience, algorithms: ['ES256'] as const }
  const plain = 'http://auth.example.com'
  t.notOk(await boots({ ...shared, issuer, keys: { jwksUri: `${plain}/jwks` } }))
  t.notOk(await boots({ ...shared, issuer: plain, keys: { discovery: true } }))
  t.ok(await boots({ ...shared, issuer, keys: { discovery: true } }))
})

t.test('V12.3.2: certificates of others are checked, and no option changes that', async (t) => {
  t.notMatch(everything, /rejectUnauthorized|NODE_TLS|checkServerIdentity/)
})

t.test('V13.2.3: nothing works with a default credential', async (t) => {
  t.notOk(await boots({ issuer, audience, algorithms: ['HS256'], keys: {} } as never))
  t.notOk(await boots({ issuer, audience, algorithms: ['HS256'], keys: { secret: '' } }))
})

t.test('V13.3.1: secrets may come from a manager, at the start', async (t) => {
  let asked = 0
  const provide = async () => {
    asked += 1
    return secret
  }
  const app = await createApp(t, {
    issuer,
    audience,
    algorithms: ['HS256'],
    keys: { secret: provide },
    store: memoryStore(),
    issue: { refresh: { secret: provide } },
    dpop: { origin: audience, nonceSecret: provide },
  })
  t.equal(asked, 3)
  const { accessToken } = await app.tokens.issuePair('u')
  t.equal((await me(app, accessToken)).statusCode, 200)
})

t.test('V14.2.1: a token in the URL or in a form is not read', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, trusting(test))
  const response = await app.inject(`/me?access_token=${test.token()}`)
  t.equal(response.statusCode, 401)
  t.equal(response.json().code, 'LATCHKEY_IDENTITY_UNAUTHENTICATED')
})

t.test('V15.3.5, V15.3.6: claims are of their types, and touch no prototype', async (t) => {
  const test = await createIssuer()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(jwt, trusting(test))
  let identity: unknown
  app.get('/me', { onRequest: app.authenticate('jwt') }, (request) => {
    identity = request.identity
    return 'passed'
  })
  for (const claims of [{ exp: '9999999999' }, { aud: {} }, { sub: [] }, { scope: 1 }]) {
    t.equal((await me(app, test.token(claims as JsonObject))).statusCode, 401)
  }
  const header = { alg: 'ES256', typ: 'at+jwt', kid: test.kid }
  const polluting = JSON.stringify(goodClaims()).replace('{', '{"__proto__":{"polluted":1},')
  t.equal((await me(app, test.sign(header, polluting))).statusCode, 401)
  t.equal(
    (await me(app, test.token({ constructor: { prototype: { polluted: 1 } } } as never)))
      .statusCode,
    200,
  )
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.ok(Object.isFrozen(identity))
  const { claims } = identity as { claims: object }
  t.ok(Object.isFrozen(claims))
  t.equal(Object.getPrototypeOf(claims), null)
})

t.test('V15.3.7: two tokens in one request are refused, valid as they are', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, trusting(test))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { request } = await import('node:http')
  const { port } = app.server.address() as AddressInfo
  const authorization = [`Bearer ${test.token()}`, `Bearer ${test.token()}`]
  const status = await new Promise((done) => {
    const outgoing = request({ port, path: '/me' }, (response) =>
      done(response.resume().statusCode),
    )
    outgoing.setHeader('authorization', authorization)
    outgoing.end()
  })
  t.equal(status, 400)
})

t.test('V16.3.3: attempts to get by are events with a reason of their own', async (t) => {
  const test = await createIssuer()
  const app = await createApp(t, {
    ...trusting(test),
    keys: { privateKey: test.jwk },
    store: memoryStore(),
    issue: { refresh: { secret, grace: 0 } },
  })
  const reasons: unknown[] = []
  const listen = (event: unknown) => reasons.push((event as { reason: string }).reason)
  for (const channel of [channels.refused, channels.revoked]) {
    channel.subscribe(listen)
    t.teardown(() => channel.unsubscribe(listen))
  }
  await me(app, test.token({}, { alg: 'HS256' }))
  const { refreshToken } = await app.tokens.issuePair('u')
  await app.tokens.refresh(refreshToken)
  await t.rejects(app.tokens.refresh(refreshToken))
  t.same(reasons, ['algorithm', 'reuse'])
})

t.test('V16.5.3: whatever fails inside is a 500, and the handler does not run', async (t) => {
  const test = await createIssuer()
  const mapClaims = () => {
    throw new Error('secret detail')
  }
  const app = await createApp(t, { ...trusting(test), mapClaims } as JwtOptions)
  const response = await me(app, test.token())
  t.equal(response.statusCode, 500)
  t.notOk(response.body.includes('secret detail'))
})
