import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { type JwtOptions, jwt } from '../../src/index.js'
import { audience, issuer, type TestIssuer } from './issuer.js'

/** Options that trust one issuer. */
export function trusting(test: TestIssuer): JwtOptions {
  return {
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: { jwks: { keys: [test.publicJwk] } },
  }
}

/** An application with one route that shows the identity. */
export async function createApp(t: Test, ...registrations: JwtOptions[]): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  for (const options of registrations) await app.register(jwt, options)
  const plan = registrations.map(({ name = 'jwt' }) => name)
  app.get('/me', { onRequest: app.authenticate(plan) }, (request) => {
    const { identity } = request
    return identity && { ...identity, scopes: [...identity.scopes], roles: [...identity.roles] }
  })
  for (const whenStale of ['closed', 'lookup', 'open'] as const) {
    const route = { config: { jwt: { whenStale } }, onRequest: app.authenticate(plan) }
    app.get(`/${whenStale}`, route, () => 'passed')
  }
  await app.ready()
  return app
}

/** Calls any route with a token. */
export function call(app: FastifyInstance, url: string, token: string) {
  return app.inject({ url, headers: { authorization: `Bearer ${token}` } })
}

/** Calls the route with a token. */
export function me(
  app: FastifyInstance,
  token: string,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  return app.inject({ url: '/me', headers: { authorization: `Bearer ${token}`, ...headers } })
}
