import type { ApiKeyInfo, KeyRecord, KeyState } from './record.js'

/** What is known of a key beside its record. */
export interface KeySurroundings {
  /** How often all keys of the owner have been revoked. */
  readonly generation: number
  readonly lastUsedAt: number | null
  readonly isExhausted: boolean
  readonly now: number
}

/** Whether a key has ended for ever. */
export function hasEnded(record: KeyRecord, generation: number, now: number): boolean {
  return isRevoked(record, generation) || isExpired(record, now)
}

function isRevoked(record: KeyRecord, generation: number): boolean {
  return record.status === 'revoked' || record.generation < generation
}

function isExpired(record: KeyRecord, now: number): boolean {
  return record.expiresAt !== null && now >= record.expiresAt
}

/** Shows a record. */
export function showKey(record: KeyRecord, around: KeySurroundings): ApiKeyInfo {
  const { id, name, owner, tenant, environment, scopes, permissions, metadata, cidrs } = record
  const { rateLimit, quota, createdAt, createdBy, expiresAt } = record
  const ending = record.secrets.find(({ endsAt }) => endsAt !== null && around.now < endsAt)
  return {
    id,
    name,
    owner,
    tenant,
    environment,
    scopes,
    permissions,
    metadata,
    cidrs,
    rateLimit,
    quota,
    createdAt,
    createdBy,
    expiresAt,
    lastUsedAt: around.lastUsedAt,
    state: stateOf(record, around),
    overlapEndsAt: ending?.endsAt ?? null,
  }
}

function stateOf(record: KeyRecord, around: KeySurroundings): KeyState {
  if (isRevoked(record, around.generation)) return 'revoked'
  if (isExpired(record, around.now)) return 'expired'
  if (record.status === 'disabled') return 'disabled'
  return around.isExhausted ? 'exhausted' : 'active'
}
