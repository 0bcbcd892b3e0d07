import { isAlgorithm, isSymmetric, parseJwkSet, sha256Base64url } from '@latchkey/tokens'
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
  readonly jwks?: unknown
  readonly jwks_uri?: string
  readonly token_endpoint_auth_signing_alg?: string
  readonly require_pushed_authorization_requests?: boolean
  readonly dpop_bound_access_tokens?: boolean
  readonly id_token_signed_response_alg?: string
  readonly userinfo_signed_response_alg?: string
  readonly subject_type?: string
  readonly sector_identifier_uri?: string
  readonly default_max_age?: number
  readonly post_logout_redirect_uris?: readonly string[]
  readonly backchannel_logout_uri?: string
  /** Resources that it serves, and whose tokens it may introspect. Static clients only. */
  readonly introspect_resources?: readonly string[]
  /** Never ask for consent: an application of the operator's own. Static clients only. */
  readonly first_party?: boolean
  /** `false` lets a legacy client do without PKCE. Static confidential clients only. */
  readonly require_pkce?: boolean
  /**
   * `false` leaves its refresh tokens as they are when they are used; not those of a public client
   * that are bound to no key. Static clients only.
   */
  readonly rotate_refresh_tokens?: boolean
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
const grantTypes: readonly string[] = ['authorization_code', 'refresh_token', 'client_credentials']

/** How clients can authenticate. */
export const authMethods: readonly AuthMethod[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
]

const textMembers = [
  'client_id',
  'client_name',
  'client_secret',
  'scope',
  'jwks_uri',
  'token_endpoint_auth_signing_alg',
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'subject_type',
  'sector_identifier_uri',
  'backchannel_logout_uri',
]
const ttlMembers = ['code_ttl', 'access_token_ttl', 'refresh_token_ttl']

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
  for (const name of [
    'redirect_uris',
    'grant_types',
    'response_types',
    'introspect_resources',
    'post_logout_redirect_uris',
  ]) {
    if (metadata[name] !== undefined && !isTexts(metadata[name])) {
      return invalid(`${name} is not a list of at most 50 texts`)
    }
  }
  for (const name of [...textMembers]) {
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

function findKeyProblem(metadata: ClientMetadata, method: string): MetadataProblem | null {
  const { jwks, jwks_uri: uri, token_endpoint_auth_signing_alg: alg } = metadata
  if (jwks !== undefined && uri !== undefined)
    return invalid('jwks and jwks_uri exclude each other')
  if (method === 'private_key_jwt' && jwks === undefined && uri === undefined) {
    return invalid('jwks or jwks_uri is missing for private_key_jwt')
  }
  if (jwks !== undefined && (parseJwkSet(jwks)?.refused.length ?? 1) > 0) {
    return invalid('jwks is not a set of sound public keys')
  }
  if (uri !== undefined && !isHttps(uri)) return invalid('jwks_uri is not an https: URL')
  const isSound = alg === undefined || (isAlgorithm(alg) && !isSymmetric(alg))
  return isSound ? null : invalid('token_endpoint_auth_signing_alg is not supported')
}

function isHttps(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === 'https:' && !uri.includes('#')
}

function findOpenidProblem(metadata: ClientMetadata): MetadataProblem | null {
  const { subject_type: type, backchannel_logout_uri: uri, default_max_age: age } = metadata
  if (type !== undefined && type !== 'public' && type !== 'pairwise') {
    return invalid('subject_type is not supported')
  }
  if (type === 'pairwise' && sectorOf(metadata) === undefined) {
    return invalid('sector_identifier_uri is missing, or not an https: URL')
  }
  if (uri !== undefined && !isCallable(uri)) return invalid('backchannel_logout_uri is not https:')
  if (age !== undefined && !(Number.isSafeInteger(age) && age >= 0)) {
    return invalid('default_max_age is not a number of seconds')
  }
  const after = metadata.post_logout_redirect_uris ?? []
  const strange = after.some((one) => findRedirectUriProblem(one) !== null)
  return strange ? invalid('a post_logout_redirect_uri cannot be redirected to') : null
}

/** Plain HTTP can only be called on loopback hosts that the operator has allowed. */
function isCallable(uri: string): boolean {
  return findRedirectUriProblem(uri) === null && /^https?:/.test(uri)
}

/** The host that pairwise subjects are made for (OpenID Connect Core §8.1). */
function sectorOf(metadata: ClientMetadata): string | undefined {
  const { sector_identifier_uri: uri, redirect_uris: redirectUris = [] } = metadata
  if (uri !== undefined) return isHttps(uri) ? new URL(uri).host : undefined
  const hosts = new Set(
    redirectUris.filter((one) => URL.canParse(one)).map((one) => new URL(one).host),
  )
  const [host] = hosts
  return hosts.size === 1 ? host : undefined
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
  for (const name of ttlMembers) {
    if (!isTtl(metadata[name])) return invalid(`${name} is not a number of seconds above 0`)
  }
  return (
    findContradiction(metadata, method) ??
    findKeyProblem(metadata, method) ??
    findOpenidProblem(metadata) ??
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
    keys: metadata.jwks === undefined ? undefined : parseJwkSet(metadata.jwks)?.keys,
    jwksUri: metadata.jwks_uri,
    assertionAlg: metadata.token_endpoint_auth_signing_alg,
    scopes: scope?.split(' ').filter((one) => one !== ''),
    introspects: new Set(metadata.introspect_resources),
    firstParty: metadata.first_party === true,
    requirePkce: metadata.require_pkce !== false,
    rotatesRefreshTokens: metadata.rotate_refresh_tokens !== false,
    requirePar: metadata.require_pushed_authorization_requests === true,
    requireDpop: metadata.dpop_bound_access_tokens === true,
    idTokenAlg: metadata.id_token_signed_response_alg,
    userinfoAlg: metadata.userinfo_signed_response_alg,
    sector: metadata.subject_type === 'pairwise' ? sectorOf(metadata) : undefined,
    defaultMaxAge: metadata.default_max_age,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
    backchannelLogoutUri: metadata.backchannel_logout_uri,
    codeTtl: metadata.code_ttl,
    accessTokenTtl: metadata.access_token_ttl,
    refreshTokenTtl: metadata.refresh_token_ttl,
  }
}
