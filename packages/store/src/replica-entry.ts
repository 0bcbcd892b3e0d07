import { checkInstant, checkKey } from './arguments.js'
import { StoreInvalid } from './errors.js'
import type { Json } from './types.js'

/** What is told to every process: that something is revoked, or that caches must let go of it. */
export interface ReplicaEntry {
  /**
   * Of what kind the key is, such as `jwt.jti` or `session.subject`: 1 to 64 lower-case letters,
   * digits, dots and hyphens, beginning with the name of the room.
   */
  readonly topic: string
  /** What it is about. */
  readonly key: string
  /**
   * Instant in seconds from which on it no longer matters: when the last credential that it
   * concerns has expired, or the last cache has let go of it.
   */
  readonly expiresAt: number
  /**
   * A number that says how far it goes, such as the instant before which a subject's credentials
   * are void. Of several, the highest counts.
   */
  readonly value?: number
}

const topicShape = /^[a-z][a-z0-9.-]{0,63}$/

/**
 * Checks what somebody wants to publish or look up.
 *
 * @throws {Error} `LATCHKEY_STORE_INVALID`.
 */
export function checkEntry({ topic, key, expiresAt, value }: ReplicaEntry): void {
  if (!topicShape.test(topic)) throw new StoreInvalid(`"${topic}" is not a topic`)
  checkKey(key)
  checkInstant(expiresAt)
  if (value !== undefined && !Number.isFinite(value)) {
    throw new StoreInvalid('"value" of an entry is not a finite number')
  }
}

/** Turns an entry into what the feed carries: an array, since a million of them are read at once. */
export function serializeEntry({ topic, key, expiresAt, value = null }: OpenEntry): Json {
  return [topic, key, expiresAt, value]
}

type OpenEntry = Omit<ReplicaEntry, 'value'> & { readonly value?: number | null | undefined }

/** @returns The entry, or `null` when the feed carries something else. */
export function parseEntry(wire: Json): ReplicaEntry | null {
  if (!Array.isArray(wire)) return null
  const [topic, key, expiresAt, value] = wire as readonly Json[]
  if (typeof topic !== 'string' || typeof key !== 'string') return null
  if (typeof expiresAt !== 'number') return null
  return typeof value === 'number' ? { topic, key, expiresAt, value } : { topic, key, expiresAt }
}
