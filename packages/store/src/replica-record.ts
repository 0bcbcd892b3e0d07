import type { ReplicaEntry } from './replica-entry.js'
import type { Store } from './types.js'

/** What is known about a key, here or in the store. */
export interface ReplicaFinding {
  /** Instant in seconds. */
  readonly expiresAt: number
  readonly value?: number
}

function nameOf(topic: string, key: string): string {
  return `revoked:${topic}:${key}`
}

function higher(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.max(one, other)
}

/** Writes an entry down as a record, for those who must ask the store, merged with what is there. */
export async function writeRecord(store: Store, entry: ReplicaEntry): Promise<void> {
  const name = nameOf(entry.topic, entry.key)
  const mine = entry.value ?? null
  for (;;) {
    const { expiresAt } = entry
    if (await store.create(name, [expiresAt, mine], { expiresAt })) return
    const record = await store.get(name)
    if (record === null) continue
    const [end, value] = record.value as [number, number | null]
    const merged = [Math.max(end, expiresAt), higher(value, mine)] as const
    if (merged[0] === end && merged[1] === value) return
    const options = { expiresAt: merged[0] }
    if (await store.replace(name, record.version, merged, options)) return
  }
}

/** Asks the store itself. */
export async function readRecord(
  store: Store,
  topic: string,
  key: string,
): Promise<ReplicaFinding | null> {
  const record = await store.get(nameOf(topic, key))
  if (record === null) return null
  const [expiresAt, value] = record.value as [number, number | null]
  return value === null ? { expiresAt } : { expiresAt, value }
}
