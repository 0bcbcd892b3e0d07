import { createPrivateKey, createPublicKey, createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastifyJwt, { type FastifyJWTOptions } from '@fastify/jwt'
import { jwt } from '@latchkey/jwt'
import { type Algorithm, generatePrivateJwk } from '@latchkey/tokens'
import Fastify from 'fastify'
import { jwtVerify, SignJWT } from 'jose'
import type { BenchServer, Group, Variant } from './group.js'

const issuer = 'https://auth.example.com'
const audience = 'https://api.example.com'
const claims = { scope: 'orders:read orders:write', email: 'user@example.com' }

/** The same key for every variant of a group, read from a file as applications do. */
interface BenchKey {
  readonly algorithm: Algorithm
  /** PEM, or a secret in base64. */
  readonly text: string
  readonly isSecret: boolean
}

async function createBenchKey(algorithm: Algorithm): Promise<BenchKey> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const file = join(folder, 'key')
  const isSecret = algorithm.startsWith('HS')
  if (isSecret) writeFileSync(file, randomBytes(64).toString('base64'))
  else {
    const key = createPrivateKey({
      key: await generatePrivateJwk(algorithm),
      format: 'jwk',
    } as never)
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }))
  }
  const text = readFileSync(file, 'utf8')
  rmSync(folder, { recursive: true })
  return { algorithm, text, isSecret }
}

const answer = { subject: 'user-1' }

async function bare(): Promise<BenchServer> {
  const app = Fastify()
  app.get('/me', async () => answer)
  return { app, requests: [{ url: '/me' }] }
}

function presenting(token: string): BenchServer['requests'] {
  return [{ url: '/me', headers: { authorization: `Bearer ${token}` } }]
}

async function ours({ algorithm, text, isSecret }: BenchKey, cacheSize: number | false) {
  const app = Fastify()
  await app.register(jwt, {
    issuer,
    audience,
    algorithms: [algorithm],
    keys: isSecret ? { secret: text } : { privateKey: text },
    issue: { lifetime: 3600 },
    cacheSize,
  })
  app.get('/me', { onRequest: app.authenticate('jwt') }, async () => answer)
  await app.ready()
  const { accessToken } = await app.tokens.issue('user-1', {
    scopes: claims.scope.split(' '),
    claims: { email: claims.email },
  })
  return { app, requests: presenting(accessToken) }
}

function fastifyJwtOptions(
  { algorithm, text, isSecret }: BenchKey,
  cache: boolean,
): FastifyJWTOptions {
  const publicKey = isSecret ? '' : createPublicKey(text).export({ type: 'spki', format: 'pem' })
  return {
    secret: isSecret ? text : { private: text, public: publicKey as string },
    sign: { algorithm: algorithm as never, iss: issuer, aud: audience, expiresIn: '1h' },
    verify: {
      algorithms: [algorithm as never],
      allowedIss: issuer,
      allowedAud: audience,
      requiredClaims: ['iss', 'aud', 'exp'],
      cache: cache ? 10_000 : false,
    },
  }
}

async function byFastifyJwt(key: BenchKey, cache: boolean): Promise<BenchServer> {
  const app = Fastify()
  await app.register(fastifyJwt, fastifyJwtOptions(key, cache))
  const onRequest = async (request: { jwtVerify(): Promise<unknown> }): Promise<void> => {
    await request.jwtVerify()
  }
  app.get('/me', { onRequest }, async () => answer)
  await app.ready()
  return { app, requests: presenting(app.jwt.sign({ sub: 'user-1', ...claims, jti: 'token-1' })) }
}

async function byJose({ algorithm, text, isSecret }: BenchKey): Promise<BenchServer> {
  const app = Fastify()
  const [signing, verifying] = isSecret
    ? [createSecretKey(Buffer.from(text)), createSecretKey(Buffer.from(text))]
    : [createPrivateKey(text), createPublicKey(text)]
  const rules = { issuer, audience, algorithms: [algorithm], requiredClaims: ['exp'] }
  const onRequest = async (request: { headers: { authorization?: string | undefined } }) => {
    await jwtVerify(request.headers.authorization?.slice(7) ?? '', verifying, rules)
  }
  app.get('/me', { onRequest }, async () => answer)
  const token = await new SignJWT({ ...claims, jti: 'token-1' })
    .setProtectedHeader({ alg: algorithm, typ: 'at+jwt' })
    .setSubject('user-1')
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(signing)
  return { app, requests: presenting(token) }
}

/** Verifying one token again and again, with the caches off and on. */
export async function verifying(algorithm: Algorithm): Promise<Group> {
  const key = await createBenchKey(algorithm)
  const variants: Variant[] = [
    { name: 'bare', role: 'bare', build: bare },
    { name: 'latchkey', role: 'ours', build: () => ours(key, false) },
    { name: 'latchkey, cached', role: 'ours', build: () => ours(key, 10_000) },
    { name: '@fastify/jwt', role: 'peer', build: () => byFastifyJwt(key, false) },
    { name: '@fastify/jwt, cached', role: 'peer', build: () => byFastifyJwt(key, true) },
    { name: 'jose', role: 'peer', build: () => byJose(key) },
  ]
  return {
    title: `Verifying a JWT signed with ${algorithm}`,
    settings:
      'One token; issuer, audience and expiry checked by all. Caches hold 10000 tokens; jose has none. Compare uncached with uncached, cached with cached.',
    variants,
  }
}

async function issuingOurs({ algorithm, text, isSecret }: BenchKey): Promise<BenchServer> {
  const app = Fastify()
  const keys = isSecret ? { secret: text } : { privateKey: text }
  await app.register(jwt, { issuer, audience, algorithms: [algorithm], keys, issue: {} })
  const details = { scopes: claims.scope.split(' '), claims: { email: claims.email } }
  app.get('/me', async () => {
    const { accessToken } = await app.tokens.issue('user-1', details)
    return { accessToken }
  })
  return { app, requests: [{ url: '/me' }] }
}

async function issuingByFastifyJwt(key: BenchKey): Promise<BenchServer> {
  const app = Fastify()
  await app.register(fastifyJwt, fastifyJwtOptions(key, false))
  app.get('/me', async (_, reply) => ({
    accessToken: await reply.jwtSign({ sub: 'user-1', ...claims, jti: crypto.randomUUID() }),
  }))
  return { app, requests: [{ url: '/me' }] }
}

async function issuingByJose({ algorithm, text, isSecret }: BenchKey): Promise<BenchServer> {
  const app = Fastify()
  const key = isSecret ? createSecretKey(Buffer.from(text)) : createPrivateKey(text)
  app.get('/me', async () => ({
    accessToken: await new SignJWT({ sub: 'user-1', ...claims, jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key),
  }))
  return { app, requests: [{ url: '/me' }] }
}

/** Issuing an access token with every request. */
export async function issuing(algorithm: Algorithm): Promise<Group> {
  const key = await createBenchKey(algorithm)
  return {
    title: `Issuing a JWT signed with ${algorithm}`,
    settings: 'The same claims, a fresh id in every token, the token in the answer.',
    variants: [
      { name: 'bare', role: 'bare', build: bare },
      { name: 'latchkey', role: 'ours', build: () => issuingOurs(key) },
      { name: '@fastify/jwt', role: 'peer', build: () => issuingByFastifyJwt(key) },
      { name: 'jose', role: 'peer', build: () => issuingByJose(key) },
    ],
  }
}
