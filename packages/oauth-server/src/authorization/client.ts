import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { Client } from '../records/client.js'
import type { Server } from '../server.js'

/**
 * Finds the client. Its errors never redirect (RFC 6749 §4.1.2.1).
 *
 * @throws {OAuthError} `invalid_request` or `invalid_client`.
 */
export async function findClient(server: Server, params: Params): Promise<Client> {
  const id = params.get('client_id')
  if (id === undefined || params.repeated.has('client_id')) {
    throw new OAuthError('invalid_request', 'client_id is missing or repeated')
  }
  const client = await server.clients.find(id)
  if (client === null) throw new OAuthError('invalid_client', 'the client is unknown')
  return client
}
