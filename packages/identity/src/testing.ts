import { randomBytes } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import { createIdentity } from './create-identity.js'
import { TestingRefused } from './errors.js'
import type { IdentityParts } from './identity.js'
import { plant, TICKET_HEADER } from './planted.js'

/** What a test says of the caller; the rest has harmless values. */
export type TestIdentity = Partial<IdentityParts> & Pick<IdentityParts, 'subject'>

/**
 * Makes an injected request arrive as somebody, without any credential: the route's mechanisms are
 * not asked, its authorization is.
 *
 * `await app.inject(asIdentity({ subject: 'u1', scopes: ['orders:read'] }, { url: '/orders' }))`
 *
 * @param who Defaults: issuer `test`, kind `user`, mechanism `test`, credential id `test`.
 * @param options What `app.inject` takes.
 * @throws {Error} `LATCHKEY_IDENTITY_TESTING_REFUSED` outside `NODE_ENV=test`.
 */
export function asIdentity(who: TestIdentity, options: InjectOptions): InjectOptions {
  if (process.env.NODE_ENV !== 'test') throw new TestingRefused()
  const ticket = randomBytes(24).toString('base64url')
  const parts = { issuer: 'test', kind: 'user', mechanism: 'test', credentialId: 'test' } as const
  plant(ticket, createIdentity({ ...parts, ...who }))
  return { ...options, headers: { ...options.headers, [TICKET_HEADER]: ticket } }
}
