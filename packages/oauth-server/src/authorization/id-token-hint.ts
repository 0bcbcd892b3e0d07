import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'
import { readIdTokenHint } from '../tokens/id-token.js'

/**
 * Reads whom the client believes to be logged in (OpenID Connect Core §3.1.2.1). An expired token
 * will do, a changed one will not.
 *
 * @returns The subject as the client knows it, or `undefined`.
 * @throws {OAuthError} `invalid_request`.
 */
export function checkIdTokenHint(
  server: Server,
  client: Client,
  params: Params,
): string | undefined {
  const text = params.get('id_token_hint')
  if (text === undefined) return undefined
  const hint = readIdTokenHint(server, text)
  if (hint?.clientId === client.id) return hint.subject
  throw new OAuthError('invalid_request', 'id_token_hint is not an ID token for this client')
}
