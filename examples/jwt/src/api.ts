import { auth } from '@latchkey/auth'
import { authz } from '@latchkey/authz'
import { requireIdentity } from '@latchkey/identity'
import { jwt } from '@latchkey/jwt'
import type { Store } from '@latchkey/store'
import { type RotatingKeyring, rotatingKeyring, type SecretSource } from '@latchkey/tokens'
import Fastify, { type FastifyInstance } from 'fastify'
import { tokenRoutes } from './token-routes.js'

/** What the API is made with. */
export interface ApiOptions {
  readonly store: Store
  /** What clients call this API; also the name that it issues tokens in. */
  readonly origin: string
  /** Seals the signing keys in the store, and makes refresh tokens. */
  readonly secret: SecretSource
  /** Another issuer whose tokens are accepted. */
  readonly partner: { readonly issuer: string; readonly host: string }
}

/** An API that trusts two issuers: itself, and a partner. */
export async function createApi(
  options: ApiOptions,
): Promise<{ app: FastifyInstance; keyring: RotatingKeyring }> {
  const { store, origin, secret, partner } = options
  const keyring = await rotatingKeyring({ store, seal: secret })
  const app = Fastify()
  app.addHook('onClose', async () => keyring.close())

  await app.register(jwt, {
    store,
    issuers: [
      { issuer: origin, audience: origin, algorithms: ['ES256'], keys: { keyring } },
      {
        issuer: partner.issuer,
        audience: origin,
        algorithms: ['EdDSA'],
        keys: { jwksUri: `${partner.issuer}/jwks.json` },
        // Whatever the partner says, its tokens are a service's, and never an administrator's.
        mapClaims: () => ({ kind: 'service', roles: [], tenant: 'partner' }),
      },
    ],
    // The partner of this example is on the same machine, without TLS.
    outbound: { allowPrivate: [partner.host] },
    issue: { refresh: { secret }, jwksPath: '/.well-known/jwks.json' },
  })
  await app.register(authz)
  await app.register(auth)

  app.get('/me', { config: { auth: ['jwt'] } }, (request) => {
    const { subject, issuer, kind, tenant, scopes } = requireIdentity(request)
    return { subject, issuer, kind, tenant, scopes: [...scopes] }
  })
  app.get('/orders', { config: { auth: { any: ['jwt'], scopes: ['orders:read'] } } }, () => [
    { id: 1, item: 'a lamp' },
  ])
  tokenRoutes(app, keyring)
  return { app, keyring }
}
