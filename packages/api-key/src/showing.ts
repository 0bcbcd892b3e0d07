import type { ApiKeys, ListKeysOptions } from './api-keys.js'
import { InvalidKey, UnknownKey } from './errors.js'
import { isKeyId } from './key-format.js'
import type { KeyRing } from './key-ring.js'
import { showKey } from './key-state.js'
import type { ApiKeyInfo, KeyRecord } from './record.js'
import type { Shelf } from './repository.js'

/** Reads a record together with what is kept beside it. */
export async function loadInfo(ring: KeyRing, record: KeyRecord): Promise<ApiKeyInfo> {
  const [generation, lastUsedAt, isExhausted] = await Promise.all([
    ring.repository.loadGeneration(record.owner),
    ring.lastUsed.load(record.id),
    isQuotaExhausted(ring, record),
  ])
  const now = ring.settings.clock()
  return showKey(record, { generation, lastUsedAt, isExhausted, now })
}

async function isQuotaExhausted(ring: KeyRing, record: KeyRecord): Promise<boolean> {
  if (record.quota === null || record.quota.refill !== null) return false
  const status = await ring.limits.status({ ...record, rateLimit: null })
  return status.every(({ remaining }) => remaining === 0)
}

/** The part of {@link ApiKeys} that shows keys. */
export function createShowing(ring: KeyRing): Pick<ApiKeys, 'get' | 'list' | 'usage'> {
  const { repository } = ring
  return {
    async get(id) {
      const record = isKeyId(id) ? await repository.load(id) : null
      return record === null ? null : loadInfo(ring, record)
    },
    async usage(id) {
      const record = isKeyId(id) ? await repository.load(id) : null
      if (record === null) throw new UnknownKey()
      return ring.limits.status(record)
    },
    async list(options = {}) {
      const { cursor = null, limit = 100 } = options
      const page = await repository.list(shelfOf(options), { cursor, limit }).catch(refuseCursor)
      const records = await Promise.all(page.members.map((id) => repository.load(id)))
      const fitting = records.filter((record) => record !== null && fits(record, options))
      const keys = await Promise.all(fitting.map((record) => loadInfo(ring, record as KeyRecord)))
      return { keys, cursor: page.cursor }
    },
  }
}

/** What a store makes of a cursor is its own, so it is the store that knows a strange one. */
function refuseCursor(error: { code?: string }): never {
  if (error.code !== 'LATCHKEY_STORE_INVALID') throw error
  throw new InvalidKey('Cannot list API keys: the cursor or the limit is none')
}

function shelfOf({ owner, tenant }: ListKeysOptions): Shelf {
  if (owner !== undefined) return { owner }
  return tenant == null ? null : { tenant }
}

function fits(record: KeyRecord, { owner, tenant }: ListKeysOptions): boolean {
  if (owner !== undefined && (record.owner.type !== owner.type || record.owner.id !== owner.id)) {
    return false
  }
  return tenant === undefined || record.tenant === tenant
}
