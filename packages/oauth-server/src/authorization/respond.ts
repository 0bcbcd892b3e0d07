import type { Identity } from '@latchkey/identity'
import { randomBase62 } from '@latchkey/tokens'
import type { Client } from '../records/client.js'
import { linkGrant } from '../records/consent.js'
import { createGrant } from '../records/grant.js'
import { rememberRelyingParty } from '../records/relying-party.js'
import { longestLife, longestMemory } from '../revocations.js'
import type { Server } from '../server.js'
import { issueCode } from '../tokens/authorization-code.js'
import type { AuthorizationRequest } from './authorization-request.js'

/** The latest end that a grant of a client can have. */
function endOfGrants(server: Server, client: Client, codeExpiresAt: number): number {
  const { refreshTokenTtl } = server.rules
  const refresh = client.grantTypes.has('refresh_token')
    ? (client.refreshTokenTtl ?? refreshTokenTtl)
    : 0
  return codeExpiresAt + Math.max(refresh, longestLife(server))
}

/**
 * Creates the grant.
 *
 * @param isApproved Whether the user has just allowed it: then it stands for the consent.
 * @returns Its id, and the code.
 */
export async function grantCode(
  server: Server,
  request: AuthorizationRequest,
  identity: Identity,
  isApproved: boolean,
  now: number,
): Promise<{ readonly id: string; readonly code: string }> {
  const { client } = request
  const id = randomBase62()
  const expiresAt = now + (client.codeTtl ?? server.rules.codeTtl)
  const until = Math.max(
    endOfGrants(server, client, expiresAt),
    isApproved ? now + server.rules.consentTtl : 0,
  )
  const { subject } = identity
  await linkGrant(server.store, { subject, clientId: client.id }, id, until)
  await createGrant(server.store, id, {
    status: 'code',
    clientId: client.id,
    subject,
    scopes: request.scopes,
    resources: request.resources.map((resource) => resource.id),
    createdAt: now,
    login: {
      authTime: identity.authTime ?? null,
      acr: identity.acr ?? null,
      amr: identity.amr,
      session: identity.credentialId,
    },
    openid: request.scopes.includes('openid')
      ? { nonce: request.nonce, claims: request.claims.names }
      : null,
    code: {
      redirectUri: request.redirectUri,
      challenge: request.challenge,
      expiresAt,
      dpopKey: request.dpopKey,
      failures: 0,
    },
    refresh: null,
    accessEndsAt: 0,
  })
  if (client.backchannelLogoutUri !== undefined && request.scopes.includes('openid')) {
    const end = now + longestMemory(server)
    await rememberRelyingParty(server.store, identity.credentialId, client.id, end)
  }
  await server.clients.touch(client)
  return { id, code: issueCode(server, id, now) }
}

/** Writes an answer into a redirect URI, beside the query that it may have. */
export function redirectLocation(
  redirectUri: string,
  answer: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams(answer).toString()
  return redirectUri + (redirectUri.includes('?') ? '&' : '?') + query
}
