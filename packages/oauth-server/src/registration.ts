import { OAuthError } from './oauth-error.js'
import type { Client } from './records/client.js'
import { type ClientMetadata, parseClientMetadata } from './records/client-metadata.js'
import {
  type DynamicClient,
  digestOf,
  drawClientSecret,
  ownMetadata,
} from './records/dynamic-client.js'
import type { Server } from './server.js'
import { issueRegistrationToken } from './tokens/registration-token.js'

/** A client as it is to be kept, and the secret that only its answer tells. */
export interface Registration {
  readonly id: string
  readonly record: DynamicClient
  readonly secret: string | null
}

async function checkSector(server: Server, metadata: ClientMetadata): Promise<void> {
  const { sector_identifier_uri: uri, redirect_uris: wanted = [] } = metadata
  if (uri === undefined) return
  const answer = await server.outbound.request(uri).catch(() => null)
  let listed: unknown
  try {
    listed = JSON.parse(answer?.body ?? '')
  } catch {
    listed = null
  }
  if (Array.isArray(listed) && wanted.every((one) => listed.includes(one))) return
  const description = 'sector_identifier_uri does not list all redirect URIs'
  throw new OAuthError('invalid_client_metadata', description)
}

/** The server decides which scopes there are. */
function knownScopes(server: Server, scope: unknown): string | undefined {
  if (typeof scope !== 'string') return undefined
  const known = scope.split(' ').filter((one) => server.scopes.has(one))
  return known.length === 0 ? undefined : known.join(' ')
}

/**
 * Checks what a client says of itself, and makes its record (RFC 7591 §2, §3.2).
 *
 * @param before The registration that it changes, or `null`.
 * @throws {OAuthError} `invalid_redirect_uri` or `invalid_client_metadata`.
 */
export async function prepareRegistration(
  server: Server,
  id: string,
  said: Readonly<Record<string, unknown>>,
  before: DynamicClient | null,
): Promise<Registration> {
  const own = ownMetadata(said)
  const scope = knownScopes(server, own.scope)
  const metadata: typeof own = { ...own }
  if (scope === undefined) delete metadata.scope
  else metadata.scope = scope
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic'
  const needsSecret = String(method).startsWith('client_secret')
  const isKept = needsSecret && before !== null && before.secretDigest !== null
  const secret = needsSecret && !isKept ? drawClientSecret() : null
  const complete = {
    ...metadata,
    client_id: id,
    ...(needsSecret ? { client_secret: 'x' } : {}),
  } as ClientMetadata
  const client = parseClientMetadata(complete, 'dynamic')
  if ('error' in client) throw new OAuthError(client.error, client.description)
  if (client.sector !== undefined && server.pairwiseSalt === '') {
    throw new OAuthError('invalid_client_metadata', 'subject_type is not supported')
  }
  await checkSector(server, complete)
  const now = server.now()
  return {
    id,
    secret,
    record: {
      metadata: { ...metadata, ...defaultsOf(client) },
      secretDigest: isKept ? before.secretDigest : digestOf(secret),
      generation: before === null ? 0 : before.generation + 1,
      issuedAt: before?.issuedAt ?? Math.floor(now),
      expiresAt: now + server.registration.unusedTtl,
    },
  }
}

/** What a client left out, as it stands now (RFC 7591 §3.2.1). */
function defaultsOf(client: Client) {
  return {
    grant_types: [...client.grantTypes],
    response_types: client.grantTypes.has('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: client.authMethod,
  }
}

/** What the client is told (RFC 7591 §3.2.1, RFC 7592 §3). */
export function describeRegistration(
  server: Server,
  { id, record, secret }: Registration,
): Readonly<Record<string, unknown>> {
  const { generation } = record
  return {
    ...record.metadata,
    client_id: id,
    client_id_issued_at: record.issuedAt,
    ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: issueRegistrationToken(server, { id, generation }),
    registration_client_uri: `${server.issuer.replace(/\/$/, '')}/register/${id}`,
  }
}
