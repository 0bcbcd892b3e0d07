import type { Json } from '@latchkey/store'

/** Who a key belongs to. A key of an organization or a service outlives the person who made it. */
export interface KeyOwner {
  readonly type: 'user' | 'organization' | 'service'
  readonly id: string
}

/** How many requests a key may make in a window of time. */
export interface RateLimit {
  /** Cost units per window: whole, at least 1. */
  readonly limit: number
  /** Seconds: whole, at least 1. */
  readonly window: number
}

/** How much a key may be used altogether, or between refills. */
export interface Quota {
  /** Cost units: whole, at least 1. */
  readonly limit: number
  /** What is given back, and how often; `null`: nothing, the key ends `exhausted`. */
  readonly refill: {
    /** Cost units, 1 up to the limit; what is not used does not add up beyond the limit. */
    readonly amount: number
    /** Seconds: whole, at least 1. */
    readonly interval: number
  } | null
}

/**
 * What a key is at the moment. `active` works; `exhausted` would, but has used up a quota that
 * nothing refills; the others are refused. `revoked` is for ever.
 */
export type KeyState = 'active' | 'disabled' | 'expired' | 'exhausted' | 'revoked'

/** What is kept of a secret: never the secret. */
export interface StoredSecret {
  /** Names the algorithm, and the pepper if there is one: `sha256`, `hmac-sha256:<pepper id>`. */
  readonly scheme: string
  /** In base64url, of the whole text of the key. */
  readonly digest: string
  readonly createdAt: number
  /** Instant in seconds from which it is refused; `null`: with the key. */
  readonly endsAt: number | null
}

/** A key as it is stored. */
export interface KeyRecord {
  readonly v: 1
  readonly id: string
  readonly name: string
  readonly owner: KeyOwner
  readonly tenant: string | null
  readonly environment: string
  readonly scopes: readonly string[]
  readonly permissions: readonly string[]
  readonly metadata: { readonly [name: string]: Json }
  readonly cidrs: readonly string[]
  readonly rateLimit: RateLimit | null
  readonly quota: Quota | null
  readonly createdAt: number
  /** The subject who made it, where that is known. */
  readonly createdBy: string | null
  /** Seconds; `null`: never. */
  readonly expiresAt: number | null
  /** How often all keys of the owner had been revoked when this one was made. */
  readonly generation: number
  readonly status: 'active' | 'disabled' | 'revoked'
  readonly revokedAt: number | null
  readonly revokedFor: string | null
  /** The expiry that has been announced, so that it is announced once. */
  readonly announced: number | null
  readonly secrets: readonly StoredSecret[]
}

/** A key as it is shown: nothing from which it could be rebuilt or recognised. */
export interface ApiKeyInfo
  extends Pick<
    KeyRecord,
    | 'id'
    | 'name'
    | 'owner'
    | 'tenant'
    | 'environment'
    | 'scopes'
    | 'permissions'
    | 'metadata'
    | 'cidrs'
    | 'rateLimit'
    | 'quota'
    | 'createdAt'
    | 'createdBy'
    | 'expiresAt'
  > {
  /** Seconds, to within the interval at which uses are noted; `null`: never, or not yet noted. */
  readonly lastUsedAt: number | null
  readonly state: KeyState
  /** When a secret that was rotated out stops working; `null`: there is none. */
  readonly overlapEndsAt: number | null
}
