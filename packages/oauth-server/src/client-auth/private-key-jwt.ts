import {
  findClaimRefusal,
  findVerificationKey,
  isSignedBy,
  isSymmetric,
  type JsonObject,
  type Jws,
  parseJws,
  parseJwsClaims,
} from '@latchkey/tokens'
import type { Client } from '../records/client.js'
import { claimOnce } from '../records/replay.js'
import type { Server } from '../server.js'

/** The only type of assertion (RFC 7523 §2.2). */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const leeway = 30
const longestLife = 3600
const types = new Set([undefined, 'jwt', 'client-authentication+jwt'])

/** Who an assertion says it is from, before it is verified. */
export function readAssertionClient(assertion: string): string | null {
  const jws = parseJws(assertion)
  const claims = typeof jws === 'string' ? null : parseJwsClaims(jws)
  return typeof claims?.sub === 'string' ? claims.sub : null
}

async function isSigned(server: Server, client: Client, jws: Jws): Promise<boolean> {
  const { alg, kid } = jws.header
  if (isSymmetric(alg) || (client.assertionAlg !== undefined && client.assertionAlg !== alg)) {
    return false
  }
  const key =
    client.keys === undefined
      ? await server.clientKeys.find(client, alg, kid)
      : findVerificationKey(client.keys, alg, kid, server.now())
  return key !== null && key !== 'unavailable' && isSignedBy(jws, key)
}

function isSound(server: Server, client: Client, claims: JsonObject, path: string): boolean {
  const now = server.now()
  const origin = new URL(server.issuer).origin
  const audience = [server.issuer, `${origin}${server.basePath}/token`, origin + path]
  if (findClaimRefusal(claims, { issuer: client.id, audience, leeway }, now) !== null) return false
  const { sub, jti, exp } = claims
  const isLong = (exp as number) > now + longestLife
  return sub === client.id && typeof jti === 'string' && jti !== '' && !isLong
}

/**
 * Verifies an assertion (RFC 7523 §3) by the keys of its client, and takes it for this one
 * request. Keys that the assertion itself brings or points to are not looked at.
 *
 * @param path Path of the endpoint.
 */
export async function isAssertionOf(
  server: Server,
  client: Client,
  assertion: string,
  path: string,
): Promise<boolean> {
  const jws = parseJws(assertion)
  if (typeof jws === 'string' || !types.has(jws.header.typ)) return false
  if (!(await isSigned(server, client, jws))) return false
  const claims = parseJwsClaims(jws)
  if (claims === null || !isSound(server, client, claims, path)) return false
  const { jti, exp } = claims as { readonly jti: string; readonly exp: number }
  return claimOnce(server.store, 'assertion', JSON.stringify([client.id, jti]), exp + leeway + 1)
}
