import { checkAmount, checkInstant, checkKey, serializeValue } from './arguments.js'
import { createExpiringMap, type Expiring } from './expiring-map.js'
import type { Store } from './types.js'

interface Kept extends Expiring {
  readonly text: string
  readonly version: string
}

interface Counter extends Expiring {
  value: number
}

/** The record and counter facets of the memory store, and their figures. */
export interface MemoryRecords
  extends Pick<Store, 'get' | 'create' | 'replace' | 'delete' | 'increment'> {
  figures(): { readonly records: number; readonly counters: number }
}

/**
 * Makes the record and counter facets of the memory store. Values are kept as JSON text: half the
 * size of the objects, and no caller can reach into what is stored.
 */
export function createMemoryRecords(maxRecords: number, clock: () => number): MemoryRecords {
  const records = createExpiringMap<string, Kept>(maxRecords, clock)
  const counters = createExpiringMap<string, Counter>(maxRecords, clock)
  let writes = 0

  function write(key: string, text: string, expiresAt: number): void {
    if (expiresAt <= clock()) records.delete(key)
    else records.put(key, { text, version: (++writes).toString(36), expiresAt })
  }

  return {
    async get(key) {
      checkKey(key)
      const kept = records.get(key)
      return kept === undefined ? null : { value: JSON.parse(kept.text), version: kept.version }
    },

    async create(key, value, options = {}) {
      checkKey(key)
      const text = serializeValue(value)
      if (options.expiresAt !== undefined) checkInstant(options.expiresAt)
      if (records.get(key) !== undefined) return false
      write(key, text, options.expiresAt ?? Number.POSITIVE_INFINITY)
      return true
    },

    async replace(key, version, value, options = {}) {
      checkKey(key)
      const text = serializeValue(value)
      if (options.expiresAt !== undefined) checkInstant(options.expiresAt)
      const kept = records.get(key)
      if (kept === undefined || kept.version !== version) return false
      write(key, text, options.expiresAt ?? kept.expiresAt)
      return true
    },

    async delete(key) {
      checkKey(key)
      return records.delete(key)
    },

    async increment(key, by, options) {
      checkKey(key)
      checkInstant(options.expiresAt)
      const limit = checkAmount(by, options.limit)
      const counter = counters.get(key)
      const before = counter?.value ?? 0
      if (by > 0 && before + by > limit) return { value: before, allowed: false }
      const value = Math.max(0, before + by)
      if (counter !== undefined) counter.value = value
      else if (value > 0) counters.put(key, { value, expiresAt: options.expiresAt })
      return { value, allowed: true }
    },

    figures: () => ({ records: records.size, counters: counters.size }),
  }
}
