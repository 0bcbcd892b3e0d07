/** Any value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [member: string]: Json }

/** A record as it was read: the value, and the version that {@link Store.replace} asks for. */
export interface StoreRecord {
  readonly value: Json
  /** Opaque; changes with every successful write of the record. */
  readonly version: string
}

/** When a new record ends. */
export interface CreateOptions {
  /** Instant in seconds since the epoch; the record is absent from then on. Default: never. */
  readonly expiresAt?: number
}

/** When a replaced record ends. */
export interface ReplaceOptions {
  /**
   * Instant in seconds since the epoch. Default: what the record already has, so that an update
   * can never turn an expiring record into an immortal one by forgetting the option.
   */
  readonly expiresAt?: number
}

/** One page of an index. */
export interface IndexPage {
  readonly members: readonly string[]
  /** What to pass as `cursor` for the next page, or `null` when this was the last. */
  readonly cursor: string | null
}

/** Which page of an index to read. */
export interface ListOptions {
  /** The `cursor` of the page before, or `null` for the first page. Default `null`. */
  readonly cursor?: string | null
  /** Members per page, 1 to 1000. Default 100. */
  readonly limit?: number
}

/** How to bound a counter, and when it ends. */
export interface IncrementOptions {
  /** The value that the counter may reach but not pass. Default: no bound. */
  readonly limit?: number
  /** Instant in seconds; taken when the counter is created, ignored while it lives. */
  readonly expiresAt: number
}

/** The counter after the call. */
export interface CounterResult {
  readonly value: number
  /** `false` when adding would have passed the limit; then nothing was added. */
  readonly allowed: boolean
}

/**
 * Whether a follower hears everything. `live` is repeated as a heartbeat, at least every
 * five seconds, each time the follower has just proved that it is up to date.
 */
export type FeedState = 'live' | 'degraded'

/** Ends a {@link Store.follow}; afterwards no callback is called. */
export type StopFollowing = () => Promise<void>

/** What an engine tells about itself, for `describe()` and for operators. */
export interface StoreStats {
  /** `memory`, `redis`, `redis-cluster`, `postgres`, `pglite`, or a third party's name. */
  readonly engine: string
  /** Further numbers of the engine, such as `records` or `followers`. */
  readonly [figure: string]: string | number
}

/**
 * Where Latchkey keeps what must outlive a request. Keys are opaque strings, values opaque JSON,
 * instants are seconds since the epoch, and an expired record is an absent one.
 *
 * There is no blind `set`: a write says what it believes is there, so that a logout can never be
 * undone by a request that was in flight. Every operation rejects with `LATCHKEY_STORE_UNAVAILABLE`
 * when the engine cannot be reached in time, and with `LATCHKEY_STORE_INVALID` when an argument
 * cannot be stored; a rejection of `create` or `replace` says nothing about what was written.
 */
export interface Store {
  /** Reads a record. @returns The record, or `null` when there is none or it has expired. */
  get(key: string): Promise<StoreRecord | null>
  /** Writes a record only if there is none. @returns `false` when there already was one. */
  create(key: string, value: Json, options?: CreateOptions): Promise<boolean>
  /** Compare-and-set. @returns `false` when the record changed since `version`, or is gone. */
  replace(key: string, version: string, value: Json, options?: ReplaceOptions): Promise<boolean>
  /** Ends a record. @returns `false` when there was none. */
  delete(key: string): Promise<boolean>

  /** Puts a member into an index until `expiresAt`; again, to move the expiry. */
  link(index: string, member: string, expiresAt: number): Promise<void>
  /** Takes a member out of an index. */
  unlink(index: string, member: string): Promise<void>
  /**
   * Reads members of an index, a page at a time. Indexes are hints: a member may be stale, so
   * verify what it names when reading it. A member that is there through the whole listing is
   * listed exactly once.
   */
  list(index: string, options?: ListOptions): Promise<IndexPage>

  /** Adds to a counter, exactly under concurrency. `by` may be negative, the value may not. */
  increment(counter: string, by: number, options: IncrementOptions): Promise<CounterResult>

  /** Appends an entry to a feed, to be replayed until `expiresAt`. @returns Its cursor. */
  append(feed: string, entry: Json, expiresAt: number): Promise<string>
  /**
   * Delivers every entry after `cursor` in order (`null`: from the oldest that lives), then goes
   * on with new ones, through reconnects, without losing or reordering any. An entry may be
   * delivered twice after a reconnect.
   *
   * @param onEntry Called with the entry and its cursor. Must not throw.
   * @param onState Called on each change, and as the heartbeat.
   * @returns After all that was there at the time of the call has been delivered.
   */
  follow(
    feed: string,
    cursor: string | null,
    onEntry: (entry: Json, cursor: string) => void,
    onState: (state: FeedState) => void,
  ): Promise<StopFollowing>

  /**
   * Checks at boot that the engine is fit for use.
   *
   * @throws {Error} `LATCHKEY_STORE_UNFIT`, with a message that says what to write: the memory
   *   store in production, a client without a command timeout, an eviction policy that drops keys.
   */
  ready(): Promise<void>
  /** Figures about the engine. */
  stats(): Promise<StoreStats>
}
