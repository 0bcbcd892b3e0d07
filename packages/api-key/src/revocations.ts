import { createReplica, type Replica, type Store } from '@latchkey/store'
import type { KeyOwner } from './record.js'
import { NEVER } from './repository.js'

const KEY_TOPIC = 'api-key.key'
const OWNER_TOPIC = 'api-key.owner'

/** Tells every process that keys have changed, and hears of it. */
export interface Revocations {
  readonly replica: Replica
  /** Says that the record of a key, or the name of a foreign one, must be read again. */
  tellKey(id: string): Promise<void>
  /** Says that all keys of an owner must be looked at again. */
  tellOwner(owner: KeyOwner): Promise<void>
}

/** What the replica is made of, and whom it tells. */
export interface RevocationsOptions {
  readonly store: Store
  readonly prefix: string
  readonly maxStale: number
  /** Seconds that a cache holds something at most. */
  readonly cacheTtl: number
  readonly clock: () => number
  onKey(id: string): void
  onOwner(owner: KeyOwner): void
}

/** Follows the revocations of one prefix. */
export function followRevocations(options: RevocationsOptions): Revocations {
  const { store, prefix, maxStale, clock } = options
  const replica = createReplica(store, { maxStale })
  replica.subscribe(KEY_TOPIC, ({ key }) => {
    if (key.startsWith(`${prefix}/`)) options.onKey(key.slice(prefix.length + 1))
  })
  replica.subscribe(OWNER_TOPIC, ({ key }) => {
    const [of, type, id] = JSON.parse(key)
    if (of === prefix) options.onOwner({ type, id })
  })
  // Once no cache can hold what was read before, nobody needs to hear of it.
  const expiresAt = (): number => Math.min(clock() + options.cacheTtl + 2 * maxStale + 60, NEVER)

  return {
    replica,
    tellKey: (id) =>
      replica.publish(
        { topic: KEY_TOPIC, key: `${prefix}/${id}`, expiresAt: expiresAt() },
        { isHint: true },
      ),
    tellOwner: ({ type, id }) =>
      replica.publish(
        { topic: OWNER_TOPIC, key: JSON.stringify([prefix, type, id]), expiresAt: expiresAt() },
        { isHint: true },
      ),
  }
}
