import type { Json, StoreRecord } from '@latchkey/store'
import { type JsonObject, sha256Base64url } from '@latchkey/tokens'
import type { House } from './house.js'

/** The tokens of one session with one provider, as they rest: sealed. */
export interface Tokens {
  readonly issuer: string
  readonly subject: string
  readonly accessToken: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly expiresAt: number | null
  readonly refreshToken: string | null
  readonly idToken: string | null
  readonly scopes: readonly string[]
  readonly dpopKey: JsonObject | null
}

/** The record: what is sealed, and who is renewing it until when. */
export interface TokenRecord {
  readonly tokens: Tokens
  readonly renewing: { readonly by: string; readonly until: number } | null
  readonly version: string
}

interface Stored {
  readonly sealed: string
  readonly by?: string
  readonly until?: number
}

/** Where the tokens of a session are. */
export function tokensKey({ settings }: House, provider: string, session: string): string {
  return `${settings.name}:tokens:${sha256Base64url(JSON.stringify([provider, session]))}`
}

function toJson(
  house: House,
  key: string,
  tokens: Tokens,
  renewing: TokenRecord['renewing'],
): Json {
  return { sealed: house.seal.close(JSON.stringify(tokens), key), ...renewing }
}

function read(house: House, key: string, record: StoreRecord | null): TokenRecord | null {
  if (record === null) return null
  const { sealed, by, until } = record.value as unknown as Stored
  const text = house.seal.open(sealed, key)
  if (text === null) return null
  const renewing = by === undefined || until === undefined ? null : { by, until }
  return { tokens: JSON.parse(text) as Tokens, renewing, version: record.version }
}

/** @returns `null` also for what none of our secrets opens. */
export async function loadTokens(house: House, key: string): Promise<TokenRecord | null> {
  return read(house, key, await house.settings.store.get(key))
}

/** Changes a record if it is still as it was read. */
export function replaceTokens(
  house: House,
  key: string,
  version: string,
  tokens: Tokens,
  renewing: TokenRecord['renewing'],
): Promise<boolean> {
  return house.settings.store.replace(key, version, toJson(house, key, tokens, renewing))
}

/** Keeps the tokens of a new login, in place of those of the one before. */
export async function keepTokens(
  house: House,
  key: string,
  tokens: Tokens,
  expiresAt: number,
): Promise<void> {
  const { store } = house.settings
  await store.delete(key)
  await store.create(key, toJson(house, key, tokens, null), { expiresAt })
}
