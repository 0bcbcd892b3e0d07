import type { IndexPage, ListOptions, Store } from '@latchkey/store'
import { sha256Base64url } from '@latchkey/tokens'
import { Conflict, UnknownKey } from './errors.js'
import type { KeyOwner, KeyRecord } from './record.js'

/** The end of what has no end of its own: the last instant that a store takes. */
export const NEVER = 100_000_000_000
const MOST_ATTEMPTS = 32

/** Which keys to list: all, those of an owner, or those of a tenant. */
export type Shelf = { readonly owner: KeyOwner } | { readonly tenant: string } | null

/** The records of one prefix, on a store. */
export interface KeyRepository {
  /** @returns `null` when there is no such key. */
  load(id: string): Promise<KeyRecord | null>
  /** Writes a new key, and then its index entries. @returns `false` when the id is taken. */
  insert(record: KeyRecord): Promise<boolean>
  /**
   * Changes a key by compare-and-set.
   *
   * @param next Gets the record as it is; returns what it should be, or the same to leave it.
   * @throws {FastifyError} `LATCHKEY_API_KEY_UNKNOWN`, `LATCHKEY_API_KEY_CONFLICT`.
   */
  change(id: string, next: (record: KeyRecord) => KeyRecord): Promise<KeyRecord>
  list(shelf: Shelf, options: ListOptions): Promise<IndexPage>
  /** How often all keys of an owner have been revoked. */
  loadGeneration(owner: KeyOwner): Promise<number>
  /** Revokes all keys of an owner that there are, in one write. @returns The new generation. */
  raiseGeneration(owner: KeyOwner): Promise<number>
  /** Lists keys that expire on a day, counted from the epoch; some may not, any more. */
  listExpiring(day: number, options: ListOptions): Promise<IndexPage>
  /** Takes a key off the list of a day. */
  dropExpiring(day: number, id: string): Promise<void>
  /** Remembers under which id a foreign key goes. @returns `false` when it is already known. */
  insertAlias(digest: string, id: string): Promise<boolean>
  /** @returns The id of a foreign key, or `null`. */
  loadAlias(digest: string): Promise<string | null>
}

/**
 * Opens the records of a prefix.
 *
 * @param retention Seconds that an ended key stays as a tombstone.
 */
export function openRepository(store: Store, prefix: string, retention: number): KeyRepository {
  const root = `api-key/${prefix}`
  const keyOf = (id: string): string => `${root}/key/${id}`
  const generationKeyOf = (owner: KeyOwner): string => `${root}/generation/${ownerDigest(owner)}`
  const aliasKeyOf = (digest: string): string => `${root}/alias/${digest}`
  const dayIndexOf = (day: number): string => `${root}/expiring/${day}`
  const shelfOf = (shelf: Shelf): string => {
    if (shelf === null) return `${root}/all`
    if ('owner' in shelf) return `${root}/owner/${ownerDigest(shelf.owner)}`
    return `${root}/tenant/${sha256Base64url(shelf.tenant)}`
  }

  async function find(id: string): Promise<{ record: KeyRecord; version: string } | null> {
    const found = await store.get(keyOf(id))
    if (found === null) return null
    return { record: found.value as unknown as KeyRecord, version: found.version }
  }

  async function shelve(record: KeyRecord, expiresAt: number): Promise<void> {
    const shelves: Shelf[] = [null, { owner: record.owner }]
    if (record.tenant !== null) shelves.push({ tenant: record.tenant })
    const indexes = shelves.map(shelfOf)
    if (record.expiresAt !== null) indexes.push(dayIndexOf(dayOf(record.expiresAt)))
    await Promise.all(indexes.map((index) => store.link(index, record.id, expiresAt)))
  }

  return {
    async load(id) {
      return (await find(id))?.record ?? null
    },

    async insert(record) {
      const expiresAt = endOf(record, retention)
      if (!(await store.create(keyOf(record.id), record as never, { expiresAt }))) return false
      await shelve(record, expiresAt)
      return true
    },

    async change(id, next) {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const found = await find(id)
        if (found === null) throw new UnknownKey()
        const record = next(found.record)
        if (record === found.record) return record
        const expiresAt = endOf(record, retention)
        const isDone = await store.replace(keyOf(id), found.version, record as never, { expiresAt })
        if (!isDone) continue
        if (expiresAt !== endOf(found.record, retention)) await shelve(record, expiresAt)
        return record
      }
      throw new Conflict()
    },

    list: (shelf, options) => store.list(shelfOf(shelf), options),

    listExpiring: (day, options) => store.list(dayIndexOf(day), options),
    dropExpiring: (day, id) => store.unlink(dayIndexOf(day), id),

    async loadGeneration(owner) {
      const found = await store.get(generationKeyOf(owner))
      return found === null ? 0 : (found.value as number)
    },

    async raiseGeneration(owner) {
      const key = generationKeyOf(owner)
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const found = await store.get(key)
        if (found === null) {
          if (await store.create(key, 1)) return 1
          continue
        }
        const generation = (found.value as number) + 1
        if (await store.replace(key, found.version, generation)) return generation
      }
      throw new Conflict()
    },

    insertAlias: (digest, id) => store.create(aliasKeyOf(digest), id),

    async loadAlias(digest) {
      const found = await store.get(aliasKeyOf(digest))
      return found === null ? null : (found.value as string)
    },
  }
}

/** The day of an instant, counted from the epoch. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / 86_400)
}

function endOf(record: KeyRecord, retention: number): number {
  if (record.revokedAt !== null) return record.revokedAt + retention
  return record.expiresAt === null ? NEVER : record.expiresAt + retention
}

function ownerDigest(owner: KeyOwner): string {
  return sha256Base64url(JSON.stringify([owner.type, owner.id]))
}
