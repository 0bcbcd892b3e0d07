import type { Identity } from '@latchkey/identity'
import { randomBase62 } from '@latchkey/tokens'
import { createGrant } from '../records/grant.js'
import { rememberRelyingParty } from '../records/relying-party.js'
import type { Server } from '../server.js'
import { issueCode } from '../tokens/authorization-code.js'
import type { AuthorizationRequest } from './authorization-request.js'

/** Creates the grant. @returns The parameters of the answer. */
export async function grantCode(
  server: Server,
  request: AuthorizationRequest,
  identity: Identity,
  now: number,
): Promise<Readonly<Record<string, string>>> {
  const { client } = request
  const id = randomBase62()
  const expiresAt = now + (client.codeTtl ?? server.rules.codeTtl)
  await createGrant(server.store, id, {
    status: 'code',
    clientId: client.id,
    subject: identity.subject,
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
    const until = now + server.rules.refreshTokenTtl
    await rememberRelyingParty(server.store, identity.credentialId, client.id, until)
  }
  await server.clients.touch(client)
  return { code: issueCode(server, id, now) }
}

/** Writes an answer into a redirect URI, beside the query that it may have. */
export function redirectLocation(
  redirectUri: string,
  answer: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams(answer).toString()
  return redirectUri + (redirectUri.includes('?') ? '&' : '?') + query
}
