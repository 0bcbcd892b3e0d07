import type { Identity } from '@latchkey/identity'
import type { Store } from '@latchkey/store'
import { randomBase62 } from '@latchkey/tokens'

/** The login that a browser had when an authorization request arrived. */
export type SeenLogin = {
  readonly credentialId: string
  readonly authTime: number | null
}

/** An authorization request that waits for its user. */
export type Interaction = {
  /** The parameters as they were validated: nothing can alter them between login and consent. */
  readonly params: readonly (readonly [string, string])[]
  /** Id of the pushed request that they come from, or `null`. */
  readonly pushed: string | null
  /** Digest of the cookie of the browser that brought it; `null` until a browser has opened it. */
  readonly browser: string | null
  readonly seen: SeenLogin | null
}

/** An interaction as it was read. */
export interface LoadedInteraction {
  readonly id: string
  readonly version: string
  readonly interaction: Interaction
}

const idShape = /^[0-9A-Za-z]{22}$/
const keyOf = (id: string): string => `oauth:interaction:${id}`

/** What is remembered of a login. */
export function seenLogin(identity: Identity | null): SeenLogin | null {
  if (identity === null) return null
  return { credentialId: identity.credentialId, authTime: identity.authTime ?? null }
}

/** Whether the user has proved who they are since the interaction began. */
export function isFreshLogin(identity: Identity, seen: SeenLogin | null): boolean {
  if (seen === null || identity.credentialId !== seen.credentialId) return true
  return (identity.authTime ?? 0) > (seen.authTime ?? 0)
}

/**
 * Logins have whole seconds, so one in the second of another cannot be told from it.
 *
 * @returns Seconds until a new login can be told from the one that is there; at most one.
 */
export function untilNewLogin({ authTime }: Identity, now: number): number {
  return Math.min(Math.max((authTime ?? 0) + 1 - now, 0), 1)
}

/** @returns The id of the new interaction. */
export async function createInteraction(
  store: Store,
  interaction: Interaction,
  expiresAt: number,
): Promise<string> {
  const id = randomBase62()
  await store.create(keyOf(id), interaction, { expiresAt })
  return id
}

/** @returns `null` when there is none of that id, or it has ended. */
export async function loadInteraction(store: Store, id: string): Promise<LoadedInteraction | null> {
  const record = idShape.test(id) ? await store.get(keyOf(id)) : null
  if (record === null) return null
  return { id, version: record.version, interaction: record.value as unknown as Interaction }
}

/** Binds an interaction to the browser that opens it. @returns `false` when another was faster. */
export function bindInteraction(
  store: Store,
  { id, version }: LoadedInteraction,
  next: Interaction,
): Promise<boolean> {
  return store.replace(keyOf(id), version, next)
}

/** Ends an interaction. @returns `false` when it was answered before: then it must not count. */
export function endInteraction(store: Store, id: string): Promise<boolean> {
  return store.delete(keyOf(id))
}
