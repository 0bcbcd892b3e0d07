import type { Store } from '@latchkey/store'
import type { ClaimsRequest } from '../authorization/claims.js'

/** How the user proved who they are, when the grant was made. */
export type GrantLogin = {
  readonly authTime: number | null
  readonly acr: string | null
  readonly amr: readonly string[]
  /** The public id of the browser's session. */
  readonly session: string
}

/** What the code is bound to; kept after its redemption, to recognise a replay. */
export type GrantCode = {
  /** Where it was sent. */
  readonly redirectUri: string
  /** The S256 challenge; `null` only for a legacy client. */
  readonly challenge: string | null
  readonly expiresAt: number
  /** Thumbprint of the key that must redeem it, or `null`. */
  readonly dpopKey: string | null
  /** Redemptions that failed by a wrong verifier. */
  readonly failures: number
}

/** The refresh token of a grant: there is only one, and it has a generation. */
export type GrantRefresh = {
  readonly generation: number
  /** When this generation came to be. */
  readonly rotatedAt: number
  /** Absolute end of the family. */
  readonly endsAt: number
  /** Thumbprint of the key that a public client must prove; `null` for others. */
  readonly dpopKey: string | null
}

/** What OpenID Connect adds. */
export type GrantOpenid = {
  readonly nonce: string | null
  readonly claims: ClaimsRequest
}

/**
 * What a resource owner allowed a client: the one record from which the code, every access token
 * and every refresh token of an authorization derive. Nothing in it lets a reader make one.
 */
export type Grant = {
  readonly status: 'code' | 'active' | 'revoked'
  readonly clientId: string
  readonly subject: string
  readonly scopes: readonly string[]
  /** Resources that were asked for; empty: the default one. */
  readonly resources: readonly string[]
  readonly createdAt: number
  readonly login: GrantLogin
  readonly openid: GrantOpenid | null
  readonly code: GrantCode
  readonly refresh: GrantRefresh | null
  /** When the last access token issued under it ends. */
  readonly accessEndsAt: number
}

/** A grant as it was read. */
export interface LoadedGrant {
  readonly id: string
  readonly version: string
  readonly grant: Grant
}

const keyOf = (id: string): string => `oauth:grant:${id}`

/** Wrong verifiers after which a code is dead: enough for a mistake, too few to try. */
const MOST_CODE_FAILURES = 3

/** @returns The grant, or `null` when it is unknown or has ended. */
export async function loadGrant(store: Store, id: string): Promise<LoadedGrant | null> {
  const record = await store.get(keyOf(id))
  if (record === null) return null
  return { id, version: record.version, grant: record.value as unknown as Grant }
}

/** Keeps a new grant. */
export async function createGrant(store: Store, id: string, grant: Grant): Promise<void> {
  await store.create(keyOf(id), grant, { expiresAt: endOf(grant) })
}

/** Compare-and-set. @returns `false` when somebody else was faster, or the grant has ended. */
export function replaceGrant(store: Store, loaded: LoadedGrant, next: Grant): Promise<boolean> {
  return store.replace(keyOf(loaded.id), loaded.version, next, { expiresAt: endOf(next) })
}

/**
 * Ends a grant with everything that derives from it, whatever others write meanwhile. The record
 * stays as a tombstone until its last access token ends.
 *
 * @returns The grant, or `null` when there was nothing to end.
 */
export async function revokeGrant(store: Store, id: string): Promise<Grant | null> {
  for (;;) {
    const loaded = await loadGrant(store, id)
    if (loaded === null || loaded.grant.status === 'revoked') return null
    if (await replaceGrant(store, loaded, { ...loaded.grant, status: 'revoked' }))
      return loaded.grant
  }
}

/** The instant from which no token of the grant can be valid. */
function endOf(grant: Grant): number {
  return Math.max(grant.code.expiresAt, grant.accessEndsAt, grant.refresh?.endsAt ?? 0)
}

/** The code is redeemed: the grant is active. */
export function activate(grant: Grant, refresh: GrantRefresh | null, accessEndsAt: number): Grant {
  return { ...grant, status: 'active', refresh, accessEndsAt }
}

/** A wrong verifier was sent: counted, and deadly when it happens too often. */
export function countCodeFailure(grant: Grant): Grant {
  const failures = grant.code.failures + 1
  const status = failures >= MOST_CODE_FAILURES ? 'revoked' : grant.status
  return { ...grant, status, code: { ...grant.code, failures } }
}

/** The refresh token is used: the next generation, or the same one where it does not rotate. */
export function rotate(
  grant: Grant,
  refresh: GrantRefresh,
  now: number,
  accessEndsAt: number,
  isRotating: boolean,
): Grant & { readonly refresh: GrantRefresh } {
  const generation = refresh.generation + (isRotating ? 1 : 0)
  return {
    ...grant,
    refresh: { ...refresh, generation, rotatedAt: now },
    accessEndsAt: Math.max(grant.accessEndsAt, accessEndsAt),
  }
}
