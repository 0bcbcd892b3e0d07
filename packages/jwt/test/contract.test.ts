import { type MechanismHarness, mechanismContract } from '@latchkey/identity/contract'
import { memoryStore } from '@latchkey/store'
import { failingStore } from '@latchkey/store/testing'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { introspection, jwt } from '../src/index.js'
import {
  audience,
  createIssuer,
  encode,
  goodClaims,
  issuer,
  type TestIssuer,
} from './support/issuer.js'
import { serve, type TestServer } from './support/server.js'

/** What a test of the suite needs to know of one registration. */
interface Stage {
  readonly test: TestIssuer
  readonly fail: () => void | Promise<void>
}

const stages = new WeakMap<FastifyInstance, Map<string, Stage>>()

function stageOf(app: FastifyInstance, name: string): Stage {
  return stages.get(app)?.get(name) as Stage
}

function keep(app: FastifyInstance, name: string, stage: Stage): void {
  stages.set(app, (stages.get(app) ?? new Map()).set(name, stage))
}

function present(text: string) {
  return { headers: { authorization: `Bearer ${text}` } }
}

const ofJwt: MechanismHarness = {
  async register(app, name) {
    const test = await createIssuer()
    const { store, fail } = failingStore(memoryStore())
    keep(app, name, { test, fail })
    const keys = { publicKey: test.publicJwk }
    await app.register(jwt, {
      name,
      issuer,
      audience,
      algorithms: ['ES256'],
      keys,
      store,
      maxStale: 0.01,
    })
  },
  valid(app, name) {
    const token = stageOf(app, name).test.token()
    return { ...present(token), secrets: [token] }
  },
  expected: { subject: 'user-1', issuer, kind: 'user' },
  async bad(app, name) {
    const { test } = stageOf(app, name)
    const good = test.token()
    const revoked = test.token({ jti: 'revoked' })
    await app.tokensOf(name).revoke({ jti: 'revoked' })
    const bad = (what: string, token: string) => ({ what, ...present(token), secrets: [token] })
    return [
      bad('malformed', 'certainly-no-token'),
      bad('unsigned', `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(goodClaims())}.`),
      bad('signed with another key', (await createIssuer()).token()),
      bad('changed', `${good.slice(0, -8)}AAAAAAAA`),
      bad('expired', test.token({ exp: 1 })),
      bad('for another', test.token({ aud: 'other' })),
      bad('revoked', revoked),
    ]
  },
  present,
  async outage(app, name) {
    await stageOf(app, name).fail()
    await new Promise((stale) => setTimeout(stale, 50))
  },
}

const ofIntrospection: MechanismHarness = {
  ...ofJwt,
  async register(app, name) {
    const server: TestServer = await serve((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        const active = /^token=good-token-1&/.test(body)
        response.end(JSON.stringify({ active, sub: 'user-1', aud: audience, jti: 'j' }))
      })
    })
    app.addHook('onClose', () => server.close())
    keep(app, name, { test: await createIssuer(), fail: () => server.close() })
    await app.register(introspection, {
      name,
      issuer,
      audience,
      endpoint: `${server.url}/introspect`,
      clientId: 'api',
      clientSecret: 'secret',
      cacheSize: false,
      outbound: { allowPrivate: [server.host] },
    })
  },
  valid: () => ({ ...present('good-token-1'), secrets: ['good-token-1'] }),
  bad: () => [
    { what: 'inactive', ...present('other-token'), secrets: ['other-token'] },
    { what: 'malformed', ...present('no "token"'), secrets: ['no "token"'] },
  ],
  outage: (app, name) => stageOf(app, name).fail(),
}

for (const { name, run } of mechanismContract) {
  t.test(`jwt: ${name}`, () => run(ofJwt))
  t.test(`introspection: ${name}`, () => run(ofIntrospection))
}
