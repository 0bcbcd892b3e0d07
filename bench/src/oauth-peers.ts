import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import formbody from '@fastify/formbody'
import { createIdentity, identity, type Mechanism } from '@latchkey/identity'
import { oauthServer } from '@latchkey/oauth-server'
import { memoryStore, type Store } from '@latchkey/store'
import { type JsonObject, staticKeyring } from '@latchkey/tokens'
import Fastify, { type FastifyInstance } from 'fastify'
import type { BenchRequest, BenchServer } from './group.js'

/** What an access token is. */
export type TokenKind = 'opaque' | 'ES256' | 'RS256'

const issuer = 'http://localhost:3000'
const api = 'https://api.example.com'
const callback = 'https://app.example.net/callback'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const secret = 'a-secret-of-the-benchmark'
const form = {
  'content-type': 'application/x-www-form-urlencoded',
  authorization: `Basic ${Buffer.from(`service:${secret}`).toString('base64')}`,
}

const keys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}
const jwkOf = (algorithm: 'ES256' | 'RS256'): JsonObject => ({
  ...keys[algorithm].export({ format: 'jwk' }),
  kid: algorithm,
  alg: algorithm,
  use: 'sig',
})

/** A POST of a form, with the client's secret. */
export function post(url: string, fields: Record<string, string>): BenchRequest {
  const body = new URLSearchParams(fields).toString()
  return { method: 'POST', url, headers: form, body }
}

/** A request for a token of the client itself. */
export function tokenRequest(): BenchRequest {
  return post('/token', { grant_type: 'client_credentials', resource: api })
}

/** A request that pushes an authorization request. */
export function pushRequest(url: string): BenchRequest {
  return post(url, {
    client_id: 'service',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
}

/** The same route without any work. */
export async function bare(request: BenchRequest): Promise<BenchServer> {
  const app = Fastify()
  await app.register(formbody)
  app.post(request.url, async () => ({ access_token: 'x'.repeat(300), token_type: 'Bearer' }))
  return { app, requests: [request] }
}

/** Sends a request now. */
export async function inject(app: FastifyInstance, request: BenchRequest) {
  const { method = 'GET', url, headers, body } = request
  const response = await app.inject({
    method,
    url,
    ...(headers === undefined ? {} : { headers: { ...headers, host: 'localhost:3000' } }),
    ...(body === undefined ? {} : { payload: body }),
  })
  if (response.statusCode >= 400) throw new Error(`${url}: ${response.body}`)
  return response
}

/** Ours, with a user who is logged in. */
export async function ours(
  kind: TokenKind,
  store: Store = memoryStore({ allowInProduction: true }),
): Promise<FastifyInstance> {
  const app = Fastify()
  const ring = (algorithm: 'ES256' | 'RS256') => staticKeyring([{ key: jwkOf(algorithm) }])
  await app.register(identity)
  app.mechanisms.register(everybody)
  await app.register(oauthServer, {
    issuer,
    login: '/login',
    preset: 'oidc',
    store,
    secrets: 'r8Yx2QvM0nLk4Zt7Wb1Jc9Hd5Fs3Ga6Pe',
    keys: [await ring(kind === 'RS256' ? 'RS256' : 'ES256')],
    rules: { rotateRefreshTokens: false },
    limits: {
      tokenRequests: Number.POSITIVE_INFINITY,
      pushedRequests: Number.POSITIVE_INFINITY,
      authorizationRequests: Number.POSITIVE_INFINITY,
    },
    resources: { [api]: { accessTokens: kind === 'opaque' ? 'opaque' : 'jwt' } },
    clients: [
      {
        client_id: 'service',
        client_secret: secret,
        redirect_uris: [callback],
        grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
        introspect_resources: [api],
        first_party: true,
      },
    ],
  })
  await app.ready()
  return app
}

const user = createIdentity({
  subject: 'u1',
  issuer,
  kind: 'user',
  mechanism: 'session',
  credentialId: 'session',
  authTime: Math.floor(Date.now() / 1000),
})

/** Whoever calls is logged in: what a session costs is another group's figure. */
const everybody: Mechanism = {
  name: 'session',
  sources: [],
  ambient: true,
  authenticate: () => ({ identity: user }),
  challenge: () => null,
  securityScheme: { type: 'http', scheme: 'none' },
  describe: () => ({
    type: 'bench',
    revocationWindow: null,
    algorithms: [],
    outbound: [],
    secretsAtRest: 'none',
  }),
}

/** A code at ours, and the request that redeems it. */
export async function codeRequest(app: FastifyInstance): Promise<BenchRequest> {
  const query = new URLSearchParams({
    client_id: 'service',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline_access',
    resource: api,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const { headers } = await app.inject({ url: `/authorize?${query}` })
  const code = new URL(headers.location as string).searchParams.get('code') ?? ''
  return post('/token', redemption(code))
}

function redemption(code: string): Record<string, string> {
  const common = { grant_type: 'authorization_code', redirect_uri: callback }
  return { ...common, code, code_verifier: verifier }
}

interface Model {
  save(): Promise<string>
}
interface Provider {
  readonly Grant: new (
    fields: object,
  ) => Model & {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
  }
  readonly AuthorizationCode: new (fields: object) => Model
  readonly Client: { find(id: string): Promise<unknown> }
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly proxy: boolean
}

/** oidc-provider, mounted, and its own objects. */
export async function oidcProvider(
  kind: TokenKind,
  adapter?: unknown,
): Promise<{ app: FastifyInstance; provider: Provider }> {
  // @ts-expect-error: it has no types
  const { Provider } = await import('oidc-provider')
  const provider: Provider = new Provider(issuer, {
    ...(adapter === undefined ? {} : { adapter }),
    jwks: { keys: [jwkOf(kind === 'RS256' ? 'RS256' : 'ES256')] },
    clients: [
      {
        client_id: 'service',
        client_secret: secret,
        redirect_uris: [callback],
        grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
        id_token_signed_response_alg: kind === 'RS256' ? 'RS256' : 'ES256',
      },
    ],
    rotateRefreshToken: false,
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => api,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: api,
          accessTokenFormat: kind === 'opaque' ? 'opaque' : 'jwt',
          accessTokenTTL: 600,
          ...(kind === 'opaque' ? {} : { jwt: { sign: { alg: kind } } }),
        }),
      },
    },
  })
  const callbackOf = provider.callback()
  const app = Fastify()
  app.addHook('onRequest', (request, reply) => {
    reply.hijack()
    void callbackOf(request.raw, reply.raw)
  })
  app.all('/*', () => {})
  await app.ready()
  return { app, provider }
}

/** A code at oidc-provider, made by its own models as if a user had just agreed. */
export async function providerCodeRequest(provider: Provider): Promise<BenchRequest> {
  const grant = new provider.Grant({ accountId: 'u1', clientId: 'service' })
  grant.addOIDCScope('openid offline_access')
  const code = new provider.AuthorizationCode({
    accountId: 'u1',
    acr: '1',
    authTime: Math.floor(Date.now() / 1000),
    claims: {},
    client: await provider.Client.find('service'),
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    grantId: await grant.save(),
    gty: 'authorization_code',
    redirectUri: callback,
    resource: api,
    scope: 'openid offline_access',
  })
  return post('/token', redemption(await code.save()))
}

/** @node-oauth/oauth2-server with a map for a database. */
export async function nodeOauth(): Promise<FastifyInstance> {
  const { default: OAuth2Server } = await import('@node-oauth/oauth2-server')
  const client = { id: 'service', grants: ['client_credentials'], accessTokenLifetime: 600 }
  const tokens = new Map<string, object>()
  const server = new OAuth2Server({
    model: {
      getClient: (id: string, given: string) =>
        id === 'service' && given === secret ? client : null,
      getUserFromClient: () => ({ id: 'service' }),
      validateScope: () => [],
      saveToken(token: { accessToken: string }, owner: object, user: object) {
        const saved = { ...token, client: owner, user }
        tokens.set(token.accessToken, saved)
        return saved
      },
    } as never,
  })
  const app = Fastify()
  await app.register(formbody)
  app.post('/token', async (request) => {
    const { headers, method, query, body } = request as never
    const response = new OAuth2Server.Response({ headers: {} })
    await server.token(new OAuth2Server.Request({ headers, method, query, body }), response)
    return response.body
  })
  await app.ready()
  return app
}
