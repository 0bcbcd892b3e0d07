import type { ApiKeys, LeakedKey, LeakOptions } from './api-keys.js'
import type { ForeignNames } from './foreign-keys.js'
import { keyPattern, parseKey } from './key-format.js'
import type { KeyRing } from './key-ring.js'
import type { KeyRecord } from './record.js'
import { loadInfo } from './showing.js'

/** The part of {@link ApiKeys} that deals with leaks. */
export function createLeaks(
  ring: KeyRing,
  foreign: ForeignNames,
  revoke: ApiKeys['revoke'],
): Pick<ApiKeys, 'reportLeak'> {
  const { settings, repository, digester, events } = ring
  const pattern = new RegExp(keyPattern(settings.prefix), 'g')

  async function idOf(text: string): Promise<string | null> {
    const parsed = parseKey(text, settings.prefix)
    if (parsed !== null) return parsed.id
    return foreign.matches(text) ? foreign.load(text, settings.clock()) : null
  }

  async function judge(text: string, options: LeakOptions): Promise<LeakedKey | null> {
    const id = await idOf(text)
    const record = id === null ? null : await repository.load(id)
    const now = settings.clock()
    const secret = record?.secrets.find((each) => digester.matcher(each)(text, now))
    if (record === null || secret === undefined) return null
    const { state } = await loadInfo(ring, record)
    const found = { id: record.id, owner: record.owner, state }
    // A secret that has been rotated out opens nothing, and the key goes on with its other one.
    if (secret.endsAt !== null && now >= secret.endsAt) return { ...found, state: 'expired' }
    if (state !== 'revoked') await revoke(record.id, { reason: 'leaked' })
    tell(record, text, state, options)
    return found
  }

  function tell(record: KeyRecord, text: string, state: string, options: LeakOptions): void {
    const { source = 'report', url } = options
    const where = url === undefined ? {} : { url: url.replaceAll(pattern, '').replaceAll(text, '') }
    events.publish('leaked', record, { reason: source, details: { state, ...where } })
  }

  return {
    async reportLeak(text, options = {}) {
      const candidates = new Set(text.match(pattern) ?? [])
      if (foreign.matches(text.trim())) candidates.add(text.trim())
      const leaked: LeakedKey[] = []
      for (const candidate of candidates) {
        const found = await judge(candidate, options)
        if (found !== null) leaked.push(found)
      }
      return leaked
    },
  }
}
