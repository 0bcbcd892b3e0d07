import type { KeyTraits } from './key-input.js'
import type { LimitStatus } from './limit-status.js'
import type { ApiKeyInfo, KeyOwner, KeyState } from './record.js'
import type { Verdict } from './verdict.js'
import type { Caller } from './verification.js'

/** What a new key is made of. */
export interface NewKey extends KeyTraits {
  readonly owner: KeyOwner
  /** The owning organization, as identities show it. Default: the owner, if it is one. */
  readonly tenant?: string
  /** One of those of the registration. Default: the first. */
  readonly environment?: string
  /** The subject who makes it. */
  readonly createdBy?: string
  /** Seconds; `null`: never. Default: after the registration's `defaultLifetime`. */
  readonly expiresAt?: number | null
}

/** A key that has just been made. */
export interface IssuedKey {
  /** The key itself. It is nowhere else, and cannot be had again. */
  readonly key: string
  readonly info: ApiKeyInfo
}

/** What to change; what is left out stays. */
export interface KeyChanges extends Partial<KeyTraits> {
  readonly expiresAt?: number | null
}

/** How to rotate a key. */
export interface RotateOptions {
  /** Seconds that the old secret goes on working. Default 0. */
  readonly overlap?: number
  /** Seconds; `null`: never. Default: the `defaultLifetime` anew, or never if it was never. */
  readonly expiresAt?: number | null
}

/** A key of another system that is to go on working. */
export interface ForeignKey extends NewKey {
  /** SHA-256 of the whole key: 64 hexadecimal or 43 base64url characters. */
  readonly digest: string
}

/** Why something is ended; for events and the record. */
export interface RevokeOptions {
  /** A stable code. Default `revoked`. */
  readonly reason?: string
  /** The subject of whoever ends it, where that is not the owner. */
  readonly by?: string
  /** The request that led to it. */
  readonly requestId?: string
}

/** Where a leak was seen; for events. */
export interface LeakOptions {
  /** Such as `github`. Default `report`. */
  readonly source?: string
  readonly url?: string
}

/** A key that was found in a text. */
export interface LeakedKey {
  readonly id: string
  readonly owner: KeyOwner
  /** The state that it was found in: what is not `active` did no harm any more. */
  readonly state: KeyState
}

/** Which keys to list, and which page of them. */
export interface ListKeysOptions {
  readonly owner?: KeyOwner
  /** `null`: only keys that belong to no tenant. Default: any. */
  readonly tenant?: string | null
  readonly cursor?: string | null
  /** 1 to 1000. Default 100. */
  readonly limit?: number
}

/** One page of keys. Keys that do not fit are left out, so that it may be shorter than the limit. */
export interface KeyPage {
  readonly keys: readonly ApiKeyInfo[]
  readonly cursor: string | null
}

/** The keys of one registration: `app.apiKeys`. */
export interface ApiKeys {
  /** The name under which the mechanism is registered. */
  readonly name: string
  /** Who vouches for the owners: the registration's option. */
  readonly issuer: string
  readonly prefix: string
  /**
   * Makes a key.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`; errors of the store.
   */
  create(key: NewKey): Promise<IssuedKey>
  /**
   * Takes over a key of another system by its digest. It goes on working as it is; once rotated it
   * is one of ours.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID` when the digest is none, is known already, or
   *   the registration has no `foreign` keys; errors of the store.
   */
  importDigest(key: ForeignKey): Promise<ApiKeyInfo>
  /** @returns `null` when there is no such key. */
  get(id: string): Promise<ApiKeyInfo | null>
  /**
   * Lists keys, ended ones included.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID` for a cursor that is none.
   */
  list(options?: ListKeysOptions): Promise<KeyPage>
  /**
   * Changes what a key is told about itself.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_INVALID`, `LATCHKEY_API_KEY_UNKNOWN`,
   *   `LATCHKEY_API_KEY_ENDED`, `LATCHKEY_API_KEY_CONFLICT`.
   */
  update(id: string, changes: KeyChanges): Promise<ApiKeyInfo>
  /** Refuses a key until it is enabled again. Throws as {@link ApiKeys.update} does. */
  disable(id: string): Promise<ApiKeyInfo>
  /** Accepts a disabled key again. Throws as {@link ApiKeys.update} does. */
  enable(id: string): Promise<ApiKeyInfo>
  /**
   * Gives a key a new secret under the same id, and lets the old one end.
   *
   * Throws as {@link ApiKeys.update} does.
   */
  rotate(id: string, options?: RotateOptions): Promise<IssuedKey>
  /**
   * Ends a key for ever, in every process. May be called again.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_UNKNOWN`; errors of the store: then call it again.
   */
  revoke(id: string, options?: RevokeOptions): Promise<void>
  /** Ends all keys that an owner has now, with one write, however many they are. */
  revokeAll(owner: KeyOwner, options?: RevokeOptions): Promise<void>
  /**
   * Verifies a key outside a route. Nothing is charged to its limits.
   *
   * @param caller From where it comes; without it, keys bound to addresses are refused.
   */
  verify(text: string, caller?: Caller): Promise<Verdict>
  /**
   * How the limits of a key stand, without charging.
   *
   * @throws {FastifyError} `LATCHKEY_API_KEY_UNKNOWN`.
   */
  usage(id: string): Promise<readonly LimitStatus[]>
  /**
   * Revokes every key that is found in a text: a paste, a log, a commit. Only a whole and genuine
   * key counts, so that nobody can end a key by knowing its id.
   */
  reportLeak(text: string, options?: LeakOptions): Promise<readonly LeakedKey[]>
  /**
   * Publishes `latchkey:key.expiring` for every key that expires within `expiryNotice` and has not
   * been announced, by any process. Runs by itself once an hour.
   *
   * @returns How many were announced.
   */
  announceExpiring(): Promise<number>
}
