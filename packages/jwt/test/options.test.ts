import { generateKeyPairSync } from 'node:crypto'
import { memoryStore } from '@latchkey/store'
import { randomBase64url } from '@latchkey/tokens'
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { type JwtOptions, jwt } from '../src/index.js'
import { trusting } from './support/app.js'
import { audience, createIssuer, issuer } from './support/issuer.js'

const secret = randomBase64url(32)
const invalid = 'LATCHKEY_JWT_INVALID_OPTIONS'

async function boot(app: FastifyInstance, options: JwtOptions): Promise<void> {
  await app.register(jwt, options)
  await app.ready()
}

function pem(modulusLength: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return publicKey.export({ type: 'spki', format: 'pem' }) as string
}

t.test(
  'options that are missing or unsound stop the boot, and the message says what to write',
  async (t) => {
    const test = await createIssuer()
    const good = trusting(test)
    const store = memoryStore()
    const own = { ...good, keys: { privateKey: test.jwk } }
    const rs = { issuer, audience, algorithms: ['RS256'] as const }
    const hs = { issuer, audience, algorithms: ['HS256'] as const }
    const rows: [string, unknown, string, RegExp][] = [
      ['no issuer', { ...good, issuer: undefined }, invalid, /"issuer" is missing/],
      ['no audience', { ...good, audience: undefined }, invalid, /"audience" is missing/],
      ['an empty audience', { ...good, audience: [] }, invalid, /"audience" is missing/],
      ['an audience of nothing', { ...good, audience: [''] }, invalid, /"audience" is missing/],
      ['no algorithms', { ...good, algorithms: undefined }, invalid, /"algorithms" is missing/],
      ['algorithms empty', { ...good, algorithms: [] }, invalid, /"algorithms" is missing/],
      ['alg none', { ...good, algorithms: ['none'] }, invalid, /"none" in "algorithms" is not/],
      [
        'alg RSA1_5',
        { ...good, algorithms: ['RSA1_5'] },
        invalid,
        /"RSA1_5" in "algorithms" is not/,
      ],
      ['no keys', { ...good, keys: undefined }, invalid, /"keys" is missing/],
      ['two kinds of keys', { ...good, keys: { secret, discovery: true } }, invalid, /exactly one/],
      [
        'HS256 beside public keys',
        { ...good, algorithms: ['ES256', 'HS256'] },
        invalid,
        /"HS256" in "algorithms" needs a secret/,
      ],
      [
        'RS256 beside a secret',
        { ...hs, algorithms: ['HS256', 'RS256'], keys: { secret } },
        invalid,
        /"RS256" in "algorithms" needs a key pair/,
      ],
      [
        'HS256 with a public key',
        { ...hs, keys: { publicKey: pem(2048) } },
        invalid,
        /anybody could sign/,
      ],
      [
        'a weak secret',
        { ...hs, keys: { secret: 'secret' } },
        'LATCHKEY_TOKENS_WEAK_SECRET',
        /"keys.secret" of "https:\/\/auth.example.com"/,
      ],
      [
        'a secret of 31 bytes',
        { ...hs, keys: { secret: secret.slice(0, 31) } },
        'LATCHKEY_TOKENS_WEAK_SECRET',
        /shorter than 32/,
      ],
      [
        'a secret shorter than the hash',
        { ...hs, algorithms: ['HS512'], keys: { secret } },
        'LATCHKEY_TOKENS_WEAK_SECRET',
        /shorter than 64/,
      ],
      [
        'RSA of 1024 bits',
        { ...rs, keys: { publicKey: pem(1024) } },
        'LATCHKEY_TOKENS_INVALID_KEYS',
        /less than 2048 bits/,
      ],
      [
        'a key that is none',
        { ...rs, keys: { publicKey: 'key' } },
        'LATCHKEY_TOKENS_INVALID_KEYS',
        /neither PEM nor a JWK/,
      ],
      [
        'an empty set',
        { ...rs, keys: { jwks: { keys: [] } } },
        'LATCHKEY_TOKENS_INVALID_KEYS',
        /empty/,
      ],
      [
        'a tolerance above a minute',
        { ...good, clockTolerance: 61 },
        invalid,
        /"clockTolerance" .* 0 to 60/,
      ],
      ['a negative tolerance', { ...good, clockTolerance: -1 }, invalid, /"clockTolerance"/],
      ['an unknown profile', { ...good, profile: 'id' }, invalid, /"profile"/],
      [
        'keys by plain HTTP',
        { ...good, keys: { jwksUri: 'http://auth.example.com/jwks' } },
        'LATCHKEY_TOKENS_OUTBOUND_URL',
        /must use https/,
      ],
      [
        'keys at a private address',
        { ...good, keys: { jwksUri: 'https://10.0.0.1/jwks' } },
        'LATCHKEY_TOKENS_OUTBOUND_URL',
        /private address/,
      ],
      [
        'discovery by plain HTTP',
        { ...good, issuer: 'http://auth.example.com', keys: { discovery: true } },
        'LATCHKEY_TOKENS_OUTBOUND_URL',
        /must use https/,
      ],
      [
        'one issuer and several',
        { ...good, issuers: [good] },
        invalid,
        /either one issuer, or several/,
      ],
      ['no issuers', { issuers: [] }, invalid, /"issuers" is not a list/],
      ['one issuer twice', { issuers: [good, good] }, invalid, /two of the "issuers"/],
      ['a store that is none', { ...good, store: {} }, invalid, /"store" is no store/],
      [
        'whenStale without a store',
        { ...good, whenStale: 'open' },
        invalid,
        /"whenStale" needs a "store"/,
      ],
      ['an unknown policy', { ...good, store, whenStale: 'maybe' }, invalid, /"whenStale" is not/],
      [
        'maxStale 0',
        { ...good, store, maxStale: 0 },
        invalid,
        /"maxStale" is not a number above 0/,
      ],
      ['maxLifetime as text', { ...good, maxLifetime: '1h' }, invalid, /"maxLifetime"/],
      [
        'DPoP without a store',
        { ...good, dpop: { origin: 'https://api.example.com' } },
        invalid,
        /"dpop" needs a "store"/,
      ],
      [
        'DPoP with a path',
        { ...good, store, dpop: { origin: 'https://api.example.com/' } },
        invalid,
        /"dpop.origin"/,
      ],
      ['DPoP without an origin', { ...good, store, dpop: {} }, invalid, /"dpop.origin"/],
      [
        'DPoP with HS256',
        { ...good, store, dpop: { origin: 'https://a.example', algorithms: ['HS256'] } },
        invalid,
        /"dpop.algorithms"/,
      ],
      [
        'DPoP without algorithms',
        { ...good, store, dpop: { origin: 'https://a.example', algorithms: [] } },
        invalid,
        /"dpop.algorithms"/,
      ],
      [
        'DPoP without time',
        { ...good, store, dpop: { origin: 'https://a.example', window: 0 } },
        invalid,
        /times in "dpop"/,
      ],
      [
        'a weak nonce secret',
        { ...good, store, dpop: { origin: 'https://a.example', nonceSecret: 'x' } },
        'LATCHKEY_TOKENS_WEAK_SECRET',
        /dpop.nonceSecret/,
      ],
      [
        'a proxy that is no address',
        { ...good, mtls: { trustedProxies: ['proxy'] } },
        invalid,
        /"proxy" in "mtls.trustedProxies"/,
      ],
      [
        'a network that is none',
        { ...good, mtls: { trustedProxies: ['10.0.0.0/99'] } },
        invalid,
        /"10.0.0.0\/99"/,
      ],
      [
        'issuing with others’ keys',
        { ...good, issue: {} },
        invalid,
        /"issue" needs an issuer with/,
      ],
      [
        'issuing for another issuer',
        { ...own, issue: { issuer: 'https://x.example' } },
        invalid,
        /"issue" needs an issuer with/,
      ],
      [
        'issuing for nobody',
        { ...own, audience: false, issue: {} },
        invalid,
        /"issue.audiences" is missing/,
      ],
      [
        'issuing for a day',
        { ...own, issue: { lifetime: 86_400 } },
        invalid,
        /"issue.lifetime" .* 10 to 3600/,
      ],
      [
        'refreshing without a store',
        { ...own, issue: { refresh: { secret } } },
        invalid,
        /"issue.refresh" needs a "store"/,
      ],
      [
        'refreshing with a weak secret',
        { ...own, store, issue: { refresh: { secret: 'x' } } },
        'LATCHKEY_TOKENS_WEAK_SECRET',
        /issue.refresh.secret/,
      ],
      [
        'a grace above a minute',
        { ...own, store, issue: { refresh: { secret, grace: 61 } } },
        invalid,
        /"issue.refresh.grace" .* 0 to 60/,
      ],
      [
        'an endless grant',
        { ...own, store, issue: { refresh: { secret, lifetime: 1e12 } } },
        invalid,
        /"issue.refresh.lifetime"/,
      ],
      [
        'a strange prefix',
        { ...own, store, issue: { refresh: { secret, prefix: 'a.b' } } },
        invalid,
        /"issue.refresh.prefix"/,
      ],
      [
        'publishing a secret',
        { ...hs, keys: { secret }, issue: { jwksPath: '/jwks' } },
        invalid,
        /secrets are not published/,
      ],
      ['fastifyJwt without a key', { ...good, fastifyJwt: true }, invalid, /"fastifyJwt" needs/],
    ]
    for (const [what, options, code, message] of rows) {
      const app = Fastify()
      await t.rejects(() => boot(app, options as JwtOptions), { code, message }, what)
      await app.close()
    }
  },
)

t.test('no message of a boot holds a secret', async (t) => {
  const app = Fastify()
  const weak = 'short-but-secret'
  const options = { issuer, audience, algorithms: ['HS256'] as const, keys: { secret: weak } }
  try {
    await app.register(jwt, options)
    t.fail('not refused')
  } catch (error) {
    t.notOk(String(error).includes(weak))
  }
})

t.test('two registrations need two names', async (t) => {
  const test = await createIssuer()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(jwt, trusting(test))
  await t.rejects(() => boot(app, trusting(test)), { code: 'LATCHKEY_IDENTITY_CLASH' })
})

t.test('an application that has no registration in reach is told so', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const partner: FastifyPluginAsync = async (scope) => {
    await scope.register(jwt, { ...trusting(await createIssuer()), name: 'partner' })
    t.ok(scope.tokens)
    t.ok(scope.tokensOf('partner'))
    t.throws(() => scope.tokensOf('other'), { code: 'LATCHKEY_JWT_INVALID_REQUEST' })
  }
  await app.register(partner)
  await app.ready()
  t.notOk(app.hasDecorator('tokens'))
})
