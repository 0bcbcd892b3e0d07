import { networkOf } from '../network.js'
import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { AuthMethod, Client } from '../records/client.js'
import type { Server } from '../server.js'
import { parseBasic } from './client-secret-basic.js'
import { isSecretOf } from './secret.js'

/** What a request shows of its client. */
export interface Presented {
  readonly clientId: string
  readonly method: AuthMethod
  readonly secret: string | undefined
}

/** The one refusal of a client: it never says which of the checks failed. */
export function invalidClient(isBasic: boolean, cause: string): OAuthError {
  return new OAuthError('invalid_client', 'client authentication failed', {
    status: 401,
    headers: isBasic ? { 'www-authenticate': 'Basic realm="oauth", charset="UTF-8"' } : {},
    cause,
  })
}

/**
 * Finds the one way in which a request authenticates its client (RFC 6749 §2.3).
 *
 * @throws {OAuthError} `invalid_request` when there are two ways, `invalid_client` when there is
 *   none, or it cannot be read.
 */
export function readPresented(authorization: string | undefined, params: Params): Presented {
  const clientId = params.get('client_id')
  const secret = params.get('client_secret')
  if (authorization !== undefined) {
    const basic = parseBasic(authorization)
    if (secret !== undefined) throw twice()
    if (basic === null) throw invalidClient(true, 'malformed Authorization')
    if (clientId !== undefined && clientId !== basic.id) {
      throw invalidClient(true, 'another client_id in the body')
    }
    return { clientId: basic.id, method: 'client_secret_basic', secret: basic.secret }
  }
  if (clientId === undefined) throw invalidClient(false, 'no client')
  const method = secret === undefined ? 'none' : 'client_secret_post'
  return { clientId, method, secret }
}

function twice(): OAuthError {
  return new OAuthError('invalid_request', 'the client authenticates in two ways')
}

/** What authentication needs to know of a request. */
export interface ClientRequest {
  readonly ip: string
  readonly headers: { readonly authorization?: string | undefined }
}

/**
 * Authenticates the client of a request by the one method that it registered.
 *
 * @throws {OAuthError} `invalid_client` or `invalid_request`.
 */
export async function authenticateClient(
  server: Server,
  request: ClientRequest,
  params: Params,
): Promise<Client> {
  const presented = readPresented(request.headers.authorization, params)
  const failures = `${networkOf(request.ip)} ${presented.clientId}`
  server.limiter.check(failures)
  const client = await server.clients.find(presented.clientId)
  // The secret is compared for unknown clients too, so that both take the same time.
  const isGenuine = isSecretOf(client, presented.secret)
  if (client !== null && client.authMethod === presented.method && isGenuine) return client
  await server.limiter.count(failures)
  const isBasic = presented.method === 'client_secret_basic'
  throw invalidClient(isBasic, client === null ? 'unknown client' : 'wrong method or secret')
}
