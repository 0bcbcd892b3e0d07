import { sha256Base64url } from '@latchkey/tokens'
import { findRedirectUriProblem } from '../redirect-uri.js'
import type { AuthMethod, Client, ClientOrigin } from './client.js'

/** What a client says of itself (RFC 7591 §2), and what the operator says of it. */
export interface ClientMetadata {
  readonly client_id: string
  readonly client_secret?: string
  readonly client_name?: string
  readonly redirect_uris?: readonly string[]
  readonly grant_types?: readonly string[]
  readonly response_types?: readonly string[]
  readonly token_endpoint_auth_method?: string
  readonly scope?: string
  /** Resources that it serves, and whose tokens it may introspect. Static clients only. */
  readonly introspect_resources?: readonly string[]
  /** Never ask for consent: an application of the operator's own. Static clients only. */
  readonly first_party?: boolean
  /** `false` lets a legacy client do without PKCE. Static confidential clients only. */
  readonly require_pkce?: boolean
  /** Seconds. Static clients only. */
  readonly code_ttl?: number
  /** Seconds. Static clients only. */
  readonly access_token_ttl?: number
  /** Seconds. Static clients only. */
  readonly refresh_token_ttl?: number
  /** Members that mean nothing here are ignored (RFC 7591 §2). */
  readonly [member: string]: unknown
}

/** What is wrong with metadata, by the error codes of RFC 7591 §3.2.2. */
export interface MetadataProblem {
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly description: string
}

/** The grant types that clients can register. */
export const grantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
]

/** How clients can authenticate. */
export const authMethods: readonly AuthMethod[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
]

function invalid(description: string): MetadataProblem {
  return { error: 'invalid_client_metadata', description }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 50 && value.every((one) => typeof one === 'string')
}

function isTtl(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) > 0)
}

function findTypeProblem(metadata: ClientMetadata): MetadataProblem | null {
  for (const name of ['redirect_uris', 'grant_types', 'response_types', 'introspect_resources']) {
    if (metadata[name] !== undefined && !isTexts(metadata[name])) {
      return invalid(`${name} is not a list of at most 50 texts`)
    }
  }
  for (const name of ['client_id', 'client_name', 'client_secret', 'scope']) {
    const value = metadata[name]
    if (value !== undefined && (typeof value !== 'string' || value === '' || value.length > 2000)) {
      return invalid(`${name} is not a text of 1 to 2000 characters`)
    }
  }
  return null
}

function findRedirectProblem(
  redirectUris: readonly string[],
  isRequired: boolean,
): MetadataProblem | null {
  if (isRequired && redirectUris.length === 0) {
    return { error: 'invalid_redirect_uri', description: 'redirect_uris is missing' }
  }
  for (const uri of redirectUris) {
    const problem = findRedirectUriProblem(uri)
    if (problem !== null) {
      return { error: 'invalid_redirect_uri', description: `a redirect URI ${problem}` }
    }
  }
  return null
}

function findContradiction(metadata: ClientMetadata, method: string): MetadataProblem | null {
  const wantsSecret = method.startsWith('client_secret')
  if (wantsSecret && metadata.client_secret === undefined) {
    return invalid(`client_secret is missing for ${method}`)
  }
  if (!wantsSecret && metadata.client_secret !== undefined) {
    return invalid(`client_secret makes no sense for ${method}`)
  }
  if (method === 'none' && metadata.grant_types?.includes('client_credentials') === true) {
    return invalid('a client without a credential cannot use client_credentials')
  }
  if (method === 'none' && metadata.require_pkce === false) {
    return invalid('a client without a credential cannot do without PKCE')
  }
  return null
}

function findProblem(metadata: ClientMetadata, method: string): MetadataProblem | null {
  const types = findTypeProblem(metadata)
  if (types !== null) return types
  const grants = metadata.grant_types ?? ['authorization_code']
  const strange = grants.find((one) => !grantTypes.includes(one))
  if (strange !== undefined) return invalid('grant_types has one that is not supported')
  if (metadata.response_types?.some((one) => one !== 'code') === true) {
    return invalid('response_types can only be "code"')
  }
  if (!authMethods.some((one) => one === method)) {
    return invalid('token_endpoint_auth_method is not supported')
  }
  for (const name of ['code_ttl', 'access_token_ttl', 'refresh_token_ttl']) {
    if (!isTtl(metadata[name])) return invalid(`${name} is not a number of seconds above 0`)
  }
  return (
    findContradiction(metadata, method) ??
    findRedirectProblem(metadata.redirect_uris ?? [], grants.includes('authorization_code'))
  )
}

/** Reads and checks metadata, wherever it comes from. */
export function parseClientMetadata(
  metadata: ClientMetadata,
  origin: ClientOrigin,
): Client | MetadataProblem {
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic'
  const problem = findProblem(metadata, method)
  if (problem !== null) return problem
  const { client_secret: secret, scope } = metadata
  return {
    id: metadata.client_id,
    origin,
    name: metadata.client_name,
    redirectUris: metadata.redirect_uris ?? [],
    grantTypes: new Set(metadata.grant_types ?? ['authorization_code']),
    authMethod: method as AuthMethod,
    secretDigest: secret === undefined ? undefined : sha256Base64url(secret),
    scopes: scope?.split(' ').filter((one) => one !== ''),
    introspects: new Set(metadata.introspect_resources),
    firstParty: metadata.first_party === true,
    requirePkce: metadata.require_pkce !== false,
    codeTtl: metadata.code_ttl,
    accessTokenTtl: metadata.access_token_ttl,
    refreshTokenTtl: metadata.refresh_token_ttl,
  }
}
