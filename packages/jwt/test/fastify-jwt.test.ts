import { generateKeyPairSync } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import { randomBase64url } from '@latchkey/tokens'
import Fastify from 'fastify'
import t from 'tap'
import { type JwtOptions, jwt } from '../src/index.js'
import { me } from './support/app.js'
import { audience, createIssuer, issuer } from './support/issuer.js'

const secret = randomBase64url(32)
const shared: JwtOptions = {
  issuer,
  audience,
  algorithms: ['HS256'],
  keys: { secret },
  profile: 'jwt',
}

async function start(
  test: typeof t | { teardown: (f: () => unknown) => void },
  options: JwtOptions,
) {
  const app = Fastify()
  test.teardown(() => app.close())
  await app.register(jwt, options)
  app.get('/me', { onRequest: app.authenticate('jwt') }, ({ identity }) => identity)
  app.get('/sign', async (_, reply) => reply.jwtSign({ sub: 'user-1' }))
  return app
}

t.test('app.jwt and reply.jwtSign make tokens that the mechanism accepts', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const rows: JwtOptions[] = [
    { ...shared, fastifyJwt: true },
    { ...shared, algorithms: ['ES256'], keys: { privateKey: pem }, fastifyJwt: true },
  ]
  for (const options of rows) {
    const app = await start(t, options)
    const token = app.jwt.sign({ sub: 'user-1' })
    t.match((await me(app, token)).json(), { subject: 'user-1', issuer })
    const { body } = await app.inject('/sign')
    t.match((await me(app, body)).json(), { subject: 'user-1', issuer })
    t.match(app.jwt.verify(token), { sub: 'user-1', aud: audience })
    const loose = app.jwt.sign({ sub: 'user-1' }, { aud: 'other' } as never)
    t.throws(() => app.jwt.verify(loose))
  }
})

t.test('what app.jwt verifies must have issuer, audience and expiry', async (t) => {
  const app = await start(t, { ...shared, fastifyJwt: true })
  const other = Fastify()
  t.teardown(() => other.close())
  await other.register(fastifyJwt, { secret })
  const rows: [string, object][] = [
    ['no audience', { iss: issuer, exp: 9_999_999_999 }],
    ['no issuer', { aud: audience, exp: 9_999_999_999 }],
    ['no expiry', { iss: issuer, aud: audience }],
  ]
  for (const [what, claims] of rows) t.throws(() => app.jwt.verify(other.jwt.sign(claims)), what)
})

t.test('access tokens of RFC 9068 can be signed with the claims that they need', async (t) => {
  const app = await start(t, { ...shared, profile: 'at+jwt', fastifyJwt: true })
  const token = app.jwt.sign({ sub: 'user-1', client_id: 'app-1', jti: 'j1' })
  t.equal((await me(app, token)).json().credentialId, 'j1')
})

t.test('where the application has @fastify/jwt already, it is left alone', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(fastifyJwt, { secret: 'the application’s own secret, long enough' })
  await app.register(jwt, { ...shared, fastifyJwt: true })
  app.get('/me', { onRequest: app.authenticate('jwt') }, ({ identity }) => identity)
  t.equal((await me(app, app.jwt.sign({ sub: 'x' }))).statusCode, 401)
})

t.test(
  'beside it a second one takes a namespace, and any audience is as it was said',
  async (t) => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(fastifyJwt, {
      secret: 'the application’s own secret, long enough',
      namespace: 'own',
    })
    const second = { namespace: 'second', jwtSign: 'secondSign' }
    await app.register(jwt, {
      issuers: [
        {
          issuer: 'https://a.example',
          audience: 'a',
          algorithms: ['ES256'],
          keys: { publicKey: (await createIssuer()).publicJwk },
        },
        {
          issuer: 'https://b.example',
          audience: 'b',
          algorithms: ['HS256'],
          keys: { secret: () => secret },
        },
        { ...shared, audience: false } as never,
      ],
      fastifyJwt: second,
    })
    app.get('/me', { onRequest: app.authenticate('jwt') }, ({ identity }) => identity)
    const { second: api } = app.jwt as unknown as { second: { sign(claims: object): string } }
    t.equal((await me(app, api.sign({ sub: 'user-1' }))).statusCode, 200)
  },
)

t.test('without the option nothing is registered', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(jwt, shared)
  t.notOk(app.hasDecorator('jwt'))
})
