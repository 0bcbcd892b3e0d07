import { OAuthError } from '../oauth-error.js'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'

/**
 * Checks the scopes that are asked for (RFC 6749 §3.3).
 *
 * @param wanted Empty: those that the client registered, without `offline_access`.
 * @throws {OAuthError} `invalid_scope` when the client may not ask for one, or it is unknown.
 */
export function checkScopes(server: Server, client: Client, wanted: readonly string[]): string[] {
  if (wanted.length === 0) return (client.scopes ?? []).filter((one) => one !== 'offline_access')
  const known = wanted.filter((scope) => server.scopes.has(scope))
  if (known.length < wanted.length && server.rules.unknownScopes === 'refuse') {
    throw new OAuthError('invalid_scope', 'a scope is unknown')
  }
  if (client.scopes !== undefined && !known.every((one) => client.scopes?.includes(one))) {
    throw new OAuthError('invalid_scope', 'the client may not ask for one of the scopes')
  }
  return known
}
