import type { IncomingMessage } from 'node:http'
import { identity as identityPlugin } from '@latchkey/identity'
import { memoryStore } from '@latchkey/store'
import type { JsonObject } from '@latchkey/tokens'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { type IntrospectionOptions, introspection, jwt } from '../src/index.js'
import { trusting } from './support/app.js'
import { audience, createIssuer, issuer } from './support/issuer.js'
import { serve } from './support/server.js'

interface Endpoint {
  readonly app: FastifyInstance
  readonly requests: { headers: IncomingMessage['headers']; body: string }[]
  /** What the endpoint answers about a token; a number is a status. */
  readonly answers: Map<string, JsonObject | number | string>
  readonly clock: { offset: number }
  /** Lets answers that wait go. */
  release(): void
  isWaiting: boolean
}

async function start(t: Test, options: Partial<IntrospectionOptions> = {}): Promise<Endpoint> {
  const waiting: (() => void)[] = []
  const server = await serve((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      endpoint.requests.push({ headers: request.headers, body })
      const answer = endpoint.answers.get(new URLSearchParams(body).get('token') as string)
      const send = () => {
        if (typeof answer === 'number') response.writeHead(answer).end('{}')
        else
          response.end(
            typeof answer === 'string' ? answer : JSON.stringify(answer ?? { active: false }),
          )
      }
      if (endpoint.isWaiting) waiting.push(send)
      else send()
    })
  })
  const clock = { offset: 0 }
  const app = Fastify()
  t.teardown(async () => {
    await app.close()
    await server.close()
  })
  await app.register(introspection, {
    issuer,
    audience,
    endpoint: `${server.url}/introspect`,
    clientId: 'api one',
    clientSecret: 'p:ä+ss',
    outbound: { allowPrivate: [server.host], timeout: 30 },
    clock: () => Date.now() / 1000 + clock.offset,
    ...options,
  })
  app.get('/me', { onRequest: app.authenticate('introspection') }, ({ identity }) => ({
    ...identity,
    scopes: [...(identity?.scopes ?? [])],
  }))
  await app.ready()
  const endpoint: Endpoint = {
    app,
    requests: [],
    answers: new Map(),
    clock,
    isWaiting: false,
    release() {
      for (const send of waiting.splice(0)) send()
    },
  }
  return endpoint
}

function ask({ app }: Endpoint, token: string, scheme = 'Bearer') {
  return app.inject({ url: '/me', headers: { authorization: `${scheme} ${token}` } })
}

const now = Math.floor(Date.now() / 1000)
const active = {
  active: true,
  sub: 'user-1',
  aud: audience,
  client_id: 'app-1',
  scope: 'a b',
  exp: now + 600,
}

// How endpoints say that a token is a refresh token, an id token or something else.
const notAccessTokens: JsonObject[] = [
  { token_type: 'refresh_token' },
  { token_type: 'Refresh' },
  { token_type: 'N_A' },
  { token_type: '' },
  { token_type: 1 },
  { token_type: null },
  { token_use: 'refresh' },
  { token_use: 'refresh_token' },
  { token_use: 'id' },
  { token_use: ['access'] },
  { typ: 'Refresh' },
  { typ: 'Offline' },
  { typ: 'ID' },
  { typ: 'id' },
  { typ: 'Logout' },
  { typ: 'logout+jwt' },
  { typ: 'refresh' },
  { typ: 'Refresh', token_type: 'Bearer' },
  { token_use: 'refresh_token', token_type: 'Bearer' },
  { nonce: 'n' },
  { at_hash: 'h' },
  { events: {} },
]

t.test('an answer that calls the token an access token in any usual way passes', async (t) => {
  const endpoint = await start(t)
  for (const [index, marks] of [
    { token_type: 'bearer' },
    { token_type: 'DPoP' },
    { token_type: 'access_token' },
    { token_use: 'access' },
    { token_use: 'access_token', token_type: 'Bearer' },
    { typ: 'Bearer' },
    { typ: 'JWT' },
    { typ: 'at+jwt' },
  ].entries()) {
    endpoint.answers.set(`t${index}`, { ...active, ...marks })
    t.equal((await ask(endpoint, `t${index}`)).statusCode, 200, JSON.stringify(marks))
  }
})

t.test('an active token becomes an identity, and is asked about once', async (t) => {
  const endpoint = await start(t)
  endpoint.answers.set('opaque', {
    ...active,
    jti: 'j1',
    username: 'ann',
    token_type: 'Bearer',
    email: 'e',
  })
  const response = await ask(endpoint, 'opaque')
  t.equal(response.statusCode, 200)
  t.match(response.json(), {
    subject: 'user-1',
    issuer,
    mechanism: 'introspection',
    credentialId: 'j1',
    clientId: 'app-1',
    scopes: ['a', 'b'],
    claims: { email: 'e' },
  })
  t.equal((await ask(endpoint, 'opaque')).statusCode, 200)
  t.equal(endpoint.requests.length, 1)
  const [request] = endpoint.requests
  t.equal(request?.body, 'token=opaque&token_type_hint=access_token')
  t.match(request?.headers, {
    authorization: `Basic ${Buffer.from('api+one:p%3A%C3%A4%2Bss').toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  })
})

t.test('what is remembered is asked about again in time', async (t) => {
  const endpoint = await start(t, { cacheTtl: 30, negativeTtl: 10 })
  endpoint.answers.set('opaque', active)
  await ask(endpoint, 'opaque')
  endpoint.answers.delete('opaque')
  endpoint.clock.offset = 29
  t.equal((await ask(endpoint, 'opaque')).statusCode, 200)
  endpoint.clock.offset = 31
  t.equal((await ask(endpoint, 'opaque')).statusCode, 401)
  endpoint.answers.set('opaque', active)
  endpoint.clock.offset = 38
  t.equal((await ask(endpoint, 'opaque')).statusCode, 401, 'inactive for a while')
  endpoint.clock.offset = 42
  t.equal((await ask(endpoint, 'opaque')).statusCode, 200)
  t.equal(endpoint.requests.length, 3)
})

t.test(
  'V10.3.1: an answer that does not fit, for another audience say, is a refusal',
  async (t) => {
    const endpoint = await start(t)
    const rows: [string, JsonObject][] = [
      ['inactive', { active: false }],
      ['another audience', { ...active, aud: 'https://other.example.com' }],
      ['no audience', { ...active, aud: undefined }],
      ['another issuer', { ...active, iss: 'https://other.example' }],
      ['expired', { ...active, exp: now - 60 }],
      ['not yet valid', { ...active, nbf: now + 60 }],
      ['expiry as text', { ...active, exp: '9999999999' }],
      ['neither subject nor client', { ...active, sub: undefined, client_id: undefined }],
      ['a subject that is a list', { ...active, sub: [] }],
      ['bound to something unknown', { ...active, cnf: { x: 1 } }],
      ['bound to a key, which is not checked', { ...active, cnf: { jkt: 'x' } }],
      ['a login of the future', { ...active, auth_time: now + 3600 }],
      ...notAccessTokens.map((marks): [string, JsonObject] => [
        JSON.stringify(marks),
        { ...active, ...marks },
      ]),
    ]
    for (const [what, answer] of rows) {
      const token = what.replaceAll(/\W/g, '-')
      endpoint.answers.set(token, answer)
      const response = await ask(endpoint, token)
      t.equal(response.statusCode, 401, what)
      t.match(String(response.headers['www-authenticate']), /^Bearer .*error="invalid_token"/)
    }
  },
)

t.test('what is no token is refused without a call', async (t) => {
  const endpoint = await start(t)
  for (const token of ['a b', 'ä', 'a"b', '', 'a'.repeat(5000), 'a=b']) {
    t.equal((await ask(endpoint, token)).statusCode, 401)
  }
  t.equal(endpoint.requests.length, 0)
})

t.test('an endpoint that does not answer rightly gives 503, and is asked again', async (t) => {
  const endpoint = await start(t)
  for (const [index, answer] of [
    500,
    401,
    404,
    302,
    'text',
    '{}',
    '{"active":1}',
    '[]',
  ].entries()) {
    const token = `t${index}`
    endpoint.answers.set(token, answer)
    t.match(await ask(endpoint, token), { statusCode: 503, headers: { 'retry-after': '1' } })
    endpoint.answers.set(token, active)
    t.equal((await ask(endpoint, token)).statusCode, 200, 'nothing of it was remembered')
  }
})

t.test('all who present a token at once share one call, and calls are limited', async (t) => {
  const endpoint = await start(t, { maxConcurrent: 2, cacheSize: false })
  endpoint.answers.set('a', active)
  endpoint.isWaiting = true
  const first = Array.from({ length: 20 }, () => ask(endpoint, 'a'))
  while (endpoint.requests.length < 1) await new Promise(setImmediate)
  const second = ask(endpoint, 'b')
  while (endpoint.requests.length < 2) await new Promise(setImmediate)
  t.equal((await ask(endpoint, 'c')).statusCode, 503, 'too many under way')
  endpoint.release()
  for (const response of await Promise.all(first)) t.equal(response.statusCode, 200)
  t.equal((await second).statusCode, 401)
  t.equal(endpoint.requests.length, 2)
  endpoint.isWaiting = false
  await ask(endpoint, 'a')
  t.equal(endpoint.requests.length, 3, 'nothing is remembered')
})

t.test('an answer about a client itself is an identity of the client', async (t) => {
  const endpoint = await start(t, {
    audience: false,
    store: memoryStore(),
    mapClaims: ({ client_id }) => (client_id === 'banned' ? null : { tenant: 't1' }),
  })
  endpoint.answers.set('service', { active: true, client_id: 'app-1' })
  t.match((await ask(endpoint, 'service')).json(), {
    subject: 'app-1',
    kind: 'client',
    tenant: 't1',
  })
  endpoint.answers.set('banned', { active: true, client_id: 'banned' })
  t.equal((await ask(endpoint, 'banned')).statusCode, 401)
})

t.test('beside JWTs it takes what has not their shape', async (t) => {
  const endpoint = await start(t)
  endpoint.answers.set('opaque', active)
  const test = await createIssuer()
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(identityPlugin)
  await app.register(jwt, trusting(test))
  const report = endpoint.app.mechanisms.find('introspection')
  app.mechanisms.register(report as NonNullable<typeof report>)
  app.get(
    '/me',
    { onRequest: app.authenticate(['jwt', 'introspection']) },
    ({ identity }) => identity,
  )
  for (const [token, mechanism] of [
    [test.token(), 'jwt'],
    ['opaque', 'introspection'],
  ] as const) {
    const response = await app.inject({ url: '/me', headers: { authorization: `Bearer ${token}` } })
    t.equal(response.json().mechanism, mechanism)
  }
  t.match(report?.describe(), {
    type: 'introspection',
    outbound: [/introspect$/],
    revocationWindow: null,
    issuer,
  })
})

t.test('options that are missing or unsound stop the boot', async (t) => {
  const good = {
    issuer,
    audience,
    endpoint: 'https://auth.example.com/i',
    clientId: 'a',
    clientSecret: 'b',
  }
  const rows: [string, object, RegExp][] = [
    ['no issuer', { issuer: '' }, /"issuer" is missing/],
    ['no audience', { audience: undefined }, /"audience" is missing/],
    ['an empty audience', { audience: [''] }, /"audience" is missing/],
    ['no client id', { clientId: '' }, /"clientId" is missing/],
    ['no secret', { clientSecret: '' }, /"clientSecret" is missing/],
    ['a secret that nobody finds', { clientSecret: async () => '' }, /"clientSecret" is missing/],
    ['plain HTTP', { endpoint: 'http://auth.example.com/i' }, /must use https/],
    ['a tolerance above a minute', { clockTolerance: 61 }, /"clockTolerance"/],
    ['no concurrency', { maxConcurrent: 0 }, /"maxConcurrent"/],
  ]
  for (const [what, change, message] of rows) {
    const app = Fastify()
    const boot = async () => {
      await app.register(introspection, { ...good, ...change })
    }
    await t.rejects(boot, { message }, what)
    await app.close()
  }
})
