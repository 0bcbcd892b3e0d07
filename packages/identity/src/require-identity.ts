import type { FastifyRequest } from 'fastify'
import { IdentityMissing } from './errors.js'
import type { Identity } from './identity.js'

/**
 * Reads the identity where the route guarantees one.
 *
 * @throws {Error} `LATCHKEY_IDENTITY_MISSING` (500), a programmer error: the route is public or
 *   optional, and the handler assumed otherwise.
 */
export function requireIdentity(request: FastifyRequest): Identity {
  if (request.identity !== null) return request.identity
  throw new IdentityMissing(request.routeOptions.url)
}
