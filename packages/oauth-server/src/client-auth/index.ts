import { networkOf } from '../network.js'
import { OAuthError } from '../oauth-error.js'
import type { Params } from '../params.js'
import type { AuthMethod, Client } from '../records/client.js'
import type { Server } from '../server.js'
import { parseBasic } from './client-secret-basic.js'
import { assertionType, isAssertionOf, readAssertionClient } from './private-key-jwt.js'
import { isSecretOf } from './secret.js'

/** What a request shows of its client. */
export interface Presented {
  readonly clientId: string
  readonly method: AuthMethod
  /** A secret, or an assertion. */
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
function readPresented(authorization: string | undefined, params: Params): Presented {
  const id = params.get('client_id')
  const secret = params.get('client_secret')
  const assertion = params.get('client_assertion')
  const ways = [authorization, secret, assertion].filter((one) => one !== undefined)
  if (ways.length > 1) {
    throw new OAuthError('invalid_request', 'the client authenticates in two ways')
  }
  if (authorization !== undefined) return presentBasic(authorization, id)
  if (assertion !== undefined || params.get('client_assertion_type') !== undefined) {
    return presentAssertion(assertion, params, id)
  }
  if (id === undefined) throw invalidClient(false, 'no client')
  return { clientId: id, method: secret === undefined ? 'none' : 'client_secret_post', secret }
}

function presentBasic(authorization: string, id: string | undefined): Presented {
  const basic = parseBasic(authorization)
  if (basic === null) throw invalidClient(true, 'malformed Authorization')
  if (id !== undefined && id !== basic.id) throw invalidClient(true, 'another client_id')
  return { clientId: basic.id, method: 'client_secret_basic', secret: basic.secret }
}

function presentAssertion(
  assertion: string | undefined,
  params: Params,
  id: string | undefined,
): Presented {
  const isKnown = params.get('client_assertion_type') === assertionType
  const subject = isKnown && assertion !== undefined ? readAssertionClient(assertion) : null
  if (subject === null || (id !== undefined && id !== subject)) {
    throw invalidClient(false, 'an assertion of another type, or for another client')
  }
  return { clientId: subject, method: 'private_key_jwt', secret: assertion }
}

/** What authentication needs to know of a request. */
export interface ClientRequest {
  readonly ip: string
  readonly url: string
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
  if (await isGenuine(server, client, presented, request.url)) return client as Client
  await server.limiter.count(failures)
  const isBasic = presented.method === 'client_secret_basic'
  throw invalidClient(isBasic, client === null ? 'unknown client' : 'wrong method or secret')
}

async function isGenuine(
  server: Server,
  client: Client | null,
  { method, secret }: Presented,
  path: string,
): Promise<boolean> {
  if (method === 'private_key_jwt') {
    if (client?.authMethod !== method) return false
    return isAssertionOf(server, client, secret as string, path)
  }
  // The secret is compared for unknown clients too, so that both take the same time.
  return isSecretOf(client, secret) && client?.authMethod === method
}
