import type { Store } from '@latchkey/store'
import { sha256Base64url } from '@latchkey/tokens'

const keyOf = (kind: string, id: string): string => `oauth:${kind}:${sha256Base64url(id)}`

/**
 * Takes something for this one use: of several that try, in any process, exactly one gets it.
 *
 * @param kind What it is, such as `assertion`.
 * @returns `false` when it was taken before. Rejects when the store cannot tell.
 */
export function claimOnce(
  store: Store,
  kind: string,
  id: string,
  expiresAt: number,
): Promise<boolean> {
  return store.create(keyOf(kind, id), null, { expiresAt })
}

/** Whether something was taken. */
export async function isClaimed(store: Store, kind: string, id: string): Promise<boolean> {
  return (await store.get(keyOf(kind, id))) !== null
}
