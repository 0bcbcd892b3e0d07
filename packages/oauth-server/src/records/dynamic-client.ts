import type { IndexPage, Json, ListOptions, Store } from '@latchkey/store'
import { randomBase62, sha256Base64url } from '@latchkey/tokens'
import type { ClientMetadata } from './client-metadata.js'

/** A client that registered itself (RFC 7591), as it is kept: without its secret. */
export type DynamicClient = {
  readonly metadata: { readonly [member: string]: Json }
  readonly secretDigest: string | null
  /** Generation of the registration access token that counts. */
  readonly generation: number
  readonly issuedAt: number
  /** When it ends if nobody uses it. */
  readonly expiresAt: number
}

/** A client as it was read. */
export interface LoadedDynamicClient {
  readonly id: string
  readonly version: string
  readonly client: DynamicClient
}

const idShape = /^dc[0-9A-Za-z]{22}$/
const keyOf = (id: string): string => `oauth:client:${id}`
const index = 'oauth:clients'

/** Members that a client may say of itself; what only the operator may say is left out. */
const ownMembers = [
  'client_name',
  'redirect_uris',
  'grant_types',
  'response_types',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'scope',
  'jwks',
  'jwks_uri',
  'require_pushed_authorization_requests',
  'dpop_bound_access_tokens',
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'subject_type',
  'sector_identifier_uri',
  'default_max_age',
  'post_logout_redirect_uris',
  'backchannel_logout_uri',
] as const

/** Picks what a client may say of itself. */
export function ownMetadata(said: Readonly<Record<string, unknown>>): Record<string, Json> {
  const known = ownMembers.filter((name) => said[name] !== undefined && said[name] !== null)
  return Object.fromEntries(known.map((name) => [name, said[name] as Json]))
}

/** Draws an id; its letters and digits need no escaping anywhere. */
export function drawClientId(): string {
  return `dc${randomBase62()}`
}

/** Draws a secret of 256 bits, of letters and digits. */
export function drawClientSecret(): string {
  return randomBase62(43)
}

/** Keeps a new client. */
export async function createDynamicClient(
  store: Store,
  id: string,
  client: DynamicClient,
): Promise<void> {
  await store.create(keyOf(id), client, { expiresAt: client.expiresAt })
  await store.link(index, id, client.expiresAt)
}

/** Lists ids of registered clients, a page at a time; some may be gone when they are read. */
export function listDynamicClients(store: Store, options: ListOptions): Promise<IndexPage> {
  return store.list(index, options)
}

/** @returns `null` when there is none, it was deleted, or nobody used it for too long. */
export async function loadDynamicClient(
  store: Store,
  id: string,
): Promise<LoadedDynamicClient | null> {
  const record = idShape.test(id) ? await store.get(keyOf(id)) : null
  if (record === null) return null
  return { id, version: record.version, client: record.value as unknown as DynamicClient }
}

/** Compare-and-set. @returns `false` when it was changed or deleted meanwhile. */
export async function replaceDynamicClient(
  store: Store,
  { id, version }: LoadedDynamicClient,
  next: DynamicClient,
): Promise<boolean> {
  const { expiresAt } = next
  const isReplaced = await store.replace(keyOf(id), version, next, { expiresAt })
  if (isReplaced) await store.link(index, id, expiresAt)
  return isReplaced
}

/** Ends a client, and with it whatever it holds. @returns `false` when there was none. */
export async function deleteDynamicClient(store: Store, id: string): Promise<boolean> {
  const isDeleted = await store.delete(keyOf(id))
  await store.unlink(index, id)
  return isDeleted
}

/** The metadata as if an operator had written it, but for the secret: a digest stands for it. */
export function metadataOf(id: string, client: DynamicClient): ClientMetadata {
  const digest = client.secretDigest
  return {
    ...client.metadata,
    client_id: id,
    ...(digest === null ? {} : { client_secret: digest }),
  }
}

/** What of a secret is kept. */
export function digestOf(secret: string | null): string | null {
  return secret === null ? null : sha256Base64url(secret)
}
