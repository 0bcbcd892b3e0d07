import type { Store } from '@latchkey/store'
import { randomBase62 } from '@latchkey/tokens'
import { claimOnce, isClaimed } from './replay.js'

/** An authorization request that its client has pushed (RFC 9126). */
export type PushedRequest = {
  readonly clientId: string
  readonly params: readonly (readonly [string, string])[]
}

const idShape = /^[0-9A-Za-z]{32}$/
const keyOf = (id: string): string => `oauth:pushed:${id}`

/** @returns The id of the pushed request. */
export async function createPushedRequest(
  store: Store,
  request: PushedRequest,
  expiresAt: number,
): Promise<string> {
  const id = randomBase62(32)
  await store.create(keyOf(id), request, { expiresAt })
  return id
}

/** @returns `null` when it is unknown, expired, or has led to an answer. */
export async function loadPushedRequest(store: Store, id: string): Promise<PushedRequest | null> {
  if (!idShape.test(id)) return null
  const [record, isUsed] = await Promise.all([
    store.get(keyOf(id)),
    isClaimed(store, 'pushed-used', id),
  ])
  return record === null || isUsed ? null : (record.value as unknown as PushedRequest)
}

/**
 * Uses a pushed request up. It may be opened as often as it takes until then (RFC 9126 §7.3), and
 * may have expired meanwhile, while its user was logging in.
 *
 * @returns `false` when it was used before.
 */
export function usePushedRequest(store: Store, id: string, expiresAt: number): Promise<boolean> {
  return claimOnce(store, 'pushed-used', id, expiresAt)
}
