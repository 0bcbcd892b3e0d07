import { OAuthError } from '../oauth-error.js'
import { createParams, type Params } from '../params.js'
import type { Client } from '../records/client.js'
import { loadPushedRequest } from '../records/pushed-request.js'
import type { Server } from '../server.js'

/** The parameters that count, and the pushed request that they come from. */
export interface ResolvedParams {
  readonly params: Params
  /** Id of the pushed request, or `null`. */
  readonly pushed: string | null
}

const prefix = 'urn:ietf:params:oauth:request_uri:'

/** Writes the reference to a pushed request (RFC 9126 §2.2). */
export function requestUriOf(id: string): string {
  return prefix + id
}

/**
 * Takes the parameters out of a pushed request, where one is referred to; whatever stands beside
 * the reference is ignored (RFC 9126 §4).
 *
 * @throws {OAuthError} `invalid_request_uri` when it is unknown, used, expired, or another's.
 */
export async function resolveParams(server: Server, params: Params): Promise<ResolvedParams> {
  const uri = params.get('request_uri')
  if (uri === undefined || !uri.startsWith(prefix)) return { params, pushed: null }
  const id = uri.slice(prefix.length)
  const pushed = await loadPushedRequest(server.store, id)
  if (pushed === null || pushed.clientId !== params.get('client_id')) {
    throw new OAuthError('invalid_request_uri', 'the pushed request is unknown, used or expired')
  }
  return { params: createParams(pushed.params), pushed: id }
}

/** @throws {OAuthError} `invalid_request` where requests must be pushed (RFC 9126 §5). */
export function checkPushed(server: Server, client: Client, pushed: string | null): void {
  if (pushed !== null || !(server.rules.requirePar || client.requirePar)) return
  throw new OAuthError('invalid_request', 'the request must be pushed')
}
