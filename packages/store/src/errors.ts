import createError from '@fastify/error'

/** What only the operator may see: the engine's own error. */
export interface StoreErrorOptions {
  readonly cause: unknown
}

/** How an error of the storage is made: the state in words, and what only the operator may see. */
export type StoreErrorConstructor<
  Code extends string,
  Status extends number,
> = createError.FastifyErrorConstructor<
  { code: Code; statusCode: Status },
  [state: string, options?: StoreErrorOptions]
>

/** The engine did not answer in time, or cannot be reached. It says nothing about the data. */
export const StoreUnavailable: StoreErrorConstructor<'LATCHKEY_STORE_UNAVAILABLE', 503> =
  createError('LATCHKEY_STORE_UNAVAILABLE', 'Cannot reach the store: %s', 503)

/** A bounded store has no room, and refuses the write rather than drop what is alive. */
export const StoreFull: StoreErrorConstructor<'LATCHKEY_STORE_FULL', 503> = createError(
  'LATCHKEY_STORE_FULL',
  'Cannot write to the store: %s',
  503,
)

/** An argument that no engine may take: a key too long, an instant that is no number, and so on. */
export const StoreInvalid: StoreErrorConstructor<'LATCHKEY_STORE_INVALID', 500> = createError(
  'LATCHKEY_STORE_INVALID',
  'Cannot use the store: %s',
  500,
)

/** Found at boot: the engine, or the client that speaks to it, is not fit to hold credentials. */
export const StoreUnfit: StoreErrorConstructor<'LATCHKEY_STORE_UNFIT', 500> = createError(
  'LATCHKEY_STORE_UNFIT',
  'Cannot start with this store: %s',
  500,
)

/**
 * Tells an outage (503, the caller may try again) from every other error.
 *
 * @param error Whatever a store rejected with.
 * @returns `true` for `LATCHKEY_STORE_UNAVAILABLE` and `LATCHKEY_STORE_FULL`.
 */
export function isStoreOutage(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof StoreFull
}
